import { join } from "node:path";
import type { Abortable } from "../../base/abortable.ts";
import { fail } from "../../base/errors.ts";
import { ConmonFailure, monitorError } from "../../drivers/conmon/driver.ts";
import { messageFromLog, runtimeError } from "../../drivers/oci-runtime/reply.ts";
import { MS_NODEV, MS_NOEXEC, MS_NOSUID } from "../../host/mount-flags.ts";
import type { ReservedPort } from "../../host/ports.ts";
import type { ContainerConfig } from "../../model/container.ts";
import type { NetworkResult } from "../../model/container-state.ts";
import { cgroupPathFor } from "../../spec/cgroup-path.ts";
import { cgroupManagerOf } from "../../spec/inputs.ts";
import type { EngineDeps } from "../deps.ts";
import { exitCommand } from "../exit-command.ts";
import { restorePodCgroup } from "../pods/cgroup.ts";
import { fillNetworkFiles, makeFiles } from "./file-setup.ts";
import { FRESH_STATE, type LockedContainer } from "./locked.ts";
import { setUpMounts } from "./mount-setup.ts";
import { joinNetworks, ownsNetns } from "./network-setup.ts";
import { processRef } from "./observe.ts";
import { pauseRootfs } from "./pause-rootfs.ts";
import { makeWorkdir, patchedAccounts, userOf, writeSpec } from "./spec-setup.ts";
import { deleteFromRuntime, tearDown } from "./teardown.ts";

export interface InitOptions extends Abortable {
  /** Kept over a restart by policy; absent starts at 0. */
  readonly restartCount?: number;
  /** How far the back-off of a restart by policy has come; absent starts it anew. */
  readonly restartStep?: number;
  /** Time of the restart by policy that this is part of: on record until it runs, so that a killed engine loses none. */
  readonly restartAt?: number;
  /** Called when the OCI runtime has created it: others can join its namespaces now, though its network may still be coming. */
  readonly onCreated?: () => void;
}

/**
 * Takes a container through OCI create (spec/pods.md 5.1): network, mounts, files, spec, conmon. The network is set up while
 * the rest happens, because it takes longest. A failing step undoes all that came before.
 *
 * @throws CONTAINER_STATE if it runs or is being removed; OCI_*; what network, mounts or the definition can't do here
 */
export async function initLocked(
  deps: EngineDeps,
  container: LockedContainer,
  options: InitOptions = {},
): Promise<void> {
  const { status, id } = container;
  if (!["created", "exited", "stopped"].includes(status))
    throw fail("CONTAINER_STATE", { message: `container ${id} has already been created in runtime` });
  await prepareState(deps, container, options);
  await using undo = new AsyncDisposableStack();
  undo.defer(() => tearDown(deps, container));
  options.signal?.throwIfAborted();
  const network = startNetwork(deps, container, options);
  // It may fail while nobody waits for it yet.
  network.catch(() => undefined);
  try {
    await createInRuntime(deps, container, options);
  } catch (error) {
    // tearDown must not run beside a network that is still being set up.
    await network.catch(() => undefined);
    throw error;
  }
  options.onCreated?.();
  const results = await network;
  container.patch({ networks: results });
  fillNetworkFiles(deps, container.config, results);
  await container.emit("init");
  undo.move();
}

/** Clears what an earlier run left, and records what is about to be made before it is made. */
async function prepareState(deps: EngineDeps, container: LockedContainer, options: InitOptions): Promise<void> {
  const { state, id, config } = container;
  const continues = container.status === "stopped";
  if (continues) {
    await deleteFromRuntime(deps, container);
    deps.host.files.remove(deps.paths.exitFile(id));
  } else if (state !== undefined) await tearDown(deps, container);
  const runtime = deps.runtime();
  const manager = cgroupManagerOf(deps.config, deps.hostFacts());
  container.save({
    ...FRESH_STATE,
    ...(continues && state !== undefined
      ? { mounts: state.mounts, ...(state.networks === undefined ? {} : { networks: state.networks }) }
      : {}),
    restartCount: options.restartCount ?? 0,
    ...(options.restartStep === undefined ? {} : { restartStep: options.restartStep }),
    ...(options.restartAt === undefined ? {} : { restartAt: options.restartAt }),
    runtime: { path: runtime.path, root: runtime.root },
    cgroupPath: cgroupPathFor(config, manager),
  });
  restorePodCgroup(deps, config);
  deps.host.files.makeDir(deps.paths.exits, 0o700);
  deps.host.files.makeDir(deps.paths.container(id), 0o700);
}

/** Joins the networks unless the container kept them from its last run. */
async function startNetwork(
  deps: EngineDeps,
  container: LockedContainer,
  options: Abortable,
): Promise<readonly NetworkResult[]> {
  const { config, state } = container;
  if (!ownsNetns(config)) return [];
  const netns = deps.paths.netnsOf(config.id);
  if (state?.networks !== undefined && deps.host.namespaces.exists(netns)) return state.networks;
  deps.host.namespaces.create(netns);
  return joinNetworks(deps, config, options);
}

async function createInRuntime(deps: EngineDeps, container: LockedContainer, options: InitOptions): Promise<void> {
  const { config, id } = container;
  const rootfsPath = mountRootfs(deps, config);
  const user = userOf(deps, config, rootfsPath);
  const mounts = await setUpMounts(deps, { container, rootfsPath, user });
  makeWorkdir(deps, config, { rootfsPath, user, mounts });
  const files = { ...makeFiles(deps, config), ...patchedAccounts(deps, config, rootfsPath) };
  const cgroupPath = container.state?.cgroupPath ?? "";
  writeSpec(deps, { config, rootfsPath, user, mounts, files, shmPath: makeShm(deps, config), cgroupPath });
  using ports = await reservePorts(deps, config);
  try {
    const { pid, conmonPid } = await createWithConmon(deps, config, { ...options, heldFds: ports.fds });
    const process = processRef(deps, pid);
    const conmon = processRef(deps, conmonPid);
    container.patch({
      phase: "initialized",
      process: process ?? { pid, startTicks: -1 },
      ...(conmon === undefined ? {} : { conmon }),
      ...realCgroup(deps, { config, pid }),
    });
    if (config.pidFile !== undefined) deps.host.files.writeAtomic(config.pidFile, String(pid), { mode: 0o644 });
    if (config.conmonPidFile !== undefined)
      deps.host.files.writeAtomic(config.conmonPidFile, String(conmonPid), { mode: 0o644 });
  } catch (error) {
    // The monitor has told the end; what is left of it is its exit command, which waits for our lock.
    if (error instanceof ConmonFailure) container.patch({ phase: "stopped" });
    throw asEngineFailure(deps, id, error);
  }
}

/** With the systemd manager the runtime decides the path; the kernel tells it. */
function realCgroup(
  deps: EngineDeps,
  container: { readonly config: ContainerConfig; readonly pid: number },
): { cgroupPath?: string } {
  if (cgroupManagerOf(deps.config, deps.hostFacts()) !== "systemd") return {};
  const lines = (deps.host.files.readTextIfExists(`/proc/${container.pid}/cgroup`) ?? "").split("\n");
  const path = lines
    .map((line) => line.split(":"))
    .find(([, names]) => names === "" || names?.includes("freezer"))?.[2];
  return path === undefined ? {} : { cgroupPath: path };
}

function mountRootfs(deps: EngineDeps, config: ContainerConfig): string {
  switch (config.rootfs.kind) {
    case "image":
      // What goes with its container need not reach the disk.
      return deps.rootfs.mount(config.id, config.rootfs.chainId, { volatile: config.autoRemove });
    case "path":
      return config.rootfs.overlay ? deps.rootfs.mountPath(config.id, config.rootfs.path) : config.rootfs.path;
    case "pause":
      return pauseRootfs(deps);
  }
}

/** The container's /dev/shm, or that of the container whose IPC namespace it joins; undefined for none. */
function makeShm(deps: EngineDeps, config: ContainerConfig): string | undefined {
  const { ipc } = config.namespaces;
  if (ipc.mode === "none") return undefined;
  if (ipc.mode === "host") return "/dev/shm";
  if (ipc.mode === "container") return join(deps.paths.bundle(ipc.id), "shm");
  const path = join(deps.paths.bundle(config.id), "shm");
  deps.host.files.makeDir(path, 0o1777);
  if (!deps.host.mounts.isMountPoint(path))
    deps.host.mounts.mount("shm", path, "tmpfs", {
      flags: MS_NOSUID | MS_NODEV | MS_NOEXEC,
      data: `mode=1777,size=${config.shmSize}`,
    });
  return path;
}

async function reservePorts(
  deps: EngineDeps,
  config: ContainerConfig,
): Promise<Disposable & { readonly fds: readonly number[] }> {
  const { ports } = config.network;
  const publishes = ownsNetns(config) && ports.length > 0;
  const held: readonly ReservedPort[] = publishes ? (await deps.networks()).checkPorts(ports) : [];
  return {
    fds: held.map((port) => port.fd),
    [Symbol.dispose]: () => {
      for (const port of held) port[Symbol.dispose]();
    },
  };
}

async function createWithConmon(
  deps: EngineDeps,
  config: ContainerConfig,
  options: Abortable & { readonly heldFds: readonly number[] },
): Promise<{ readonly pid: number; readonly conmonPid: number }> {
  const { paths } = deps;
  const bundle = paths.bundle(config.id);
  const runtime = deps.runtime();
  deps.host.files.makeDir(runtime.root, 0o700);
  const { driver } = config.log;
  return deps.conmon().create(
    {
      containerId: config.id,
      name: config.name,
      runtimePath: runtime.path,
      runtimeArgs: runtime.conmonArgs(ociLog(deps, config.id)),
      systemdCgroup: runtime.systemdCgroup,
      bundle,
      pidFile: join(bundle, "pidfile"),
      conmonPidFile: join(bundle, "conmon.pid"),
      exitDirectory: paths.exits,
      terminal: config.terminal,
      stdin: config.stdinOpen && !config.terminal,
      exitCommand: { argv: exitCommand(deps, config) },
      logLevel: "error",
      log: driver === "k8s-file" ? `k8s-file:${config.log.path ?? paths.logFile(config.id)}` : driver,
      ...(config.log.maxSize === undefined ? {} : { logMaxSize: config.log.maxSize }),
      timeoutSeconds: config.runTimeout,
    },
    { ...options, inheritStdio: driver === "passthrough", beforeRelease: (pid) => moveConmon(deps, config, pid) },
  );
}

/** conmon must outlive the session that started it, so it does not stay in that session's cgroup. */
function moveConmon(deps: EngineDeps, config: ContainerConfig, pid: number): void {
  if (config.cgroupsMode !== "enabled" || cgroupManagerOf(deps.config, deps.hostFacts()) !== "cgroupfs") return;
  const group = "/minke_parent/conmon";
  try {
    if (!deps.host.cgroups.exists(group)) deps.host.cgroups.create(group);
    deps.host.cgroups.attach(group, pid);
  } catch {
    // A host that keeps its cgroups to itself: conmon works where it is.
  }
}

const ociLog = (deps: EngineDeps, id: string) => join(deps.paths.bundle(id), "oci-log");

function asEngineFailure(deps: EngineDeps, id: string, error: unknown): unknown {
  if (!(error instanceof ConmonFailure)) return error;
  const logged = messageFromLog(deps.host.files.readTextIfExists(ociLog(deps, id)) ?? "");
  const message = logged === "" ? error.runtimeMessage : logged;
  return message === undefined ? monitorError(error) : runtimeError(deps.runtime().name, message);
}
