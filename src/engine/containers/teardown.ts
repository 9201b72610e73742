import { join } from "node:path";
import { messageOf } from "../../base/errors.ts";
import type { BootState } from "../../model/container-state.ts";
import type { EngineDeps } from "../deps.ts";
import { waitFor } from "../wait-for.ts";
import type { LockedContainer } from "./locked.ts";
import { attachRequest, ownsNetns } from "./network-setup.ts";
import { isAlive, readExit } from "./observe.ts";
import { KILL } from "./signals.ts";

/** Milliseconds that conmon may take to write the exit file (spec/pods.md 0). */
const MONITOR_MS = 5000;

/**
 * Takes down everything a container has on the host: runtime record and living processes, network, mounts, cgroup, boot
 * files. Convergent: it looks at what is there, so it also clears what a killed engine left. Every step is tried; the first
 * error is thrown at the end.
 */
export async function tearDown(deps: EngineDeps, container: LockedContainer): Promise<void> {
  const { id, state } = container;
  const { host, paths, rootfs } = deps;
  const errors: unknown[] = [];
  const attempt = async (step: () => void | Promise<void>) => {
    try {
      await step();
    } catch (error) {
      errors.push(error);
    }
  };
  await attempt(() => deleteFromRuntime(deps, container));
  await attempt(() => tearDownNetwork(deps, container));
  await attempt(() => host.mounts.unmount(join(paths.bundle(id), "shm"), { lazy: true }));
  for (const mountPoint of (state?.mounts ?? []).toReversed())
    await attempt(() => host.mounts.unmount(mountPoint, { lazy: true }));
  if (container.config.rootfs.kind !== "pause") await attempt(() => rootfs.unmount(id));
  await attempt(() => host.files.remove(paths.exitFile(id)));
  if (errors.length > 0) throw firstOf(errors, `cleaning up container ${id}`);
  await attempt(() => host.files.removeTree(paths.bundle(id)));
  container.save(undefined);
}

/**
 * Deletes the container from its OCI runtime, killing what still lives, and removes its cgroup. One that has ended, and whose
 * cgroup is empty, needs no runtime process for that.
 */
export async function deleteFromRuntime(deps: EngineDeps, container: LockedContainer): Promise<void> {
  const { state, id } = container;
  if (state?.runtime === undefined) return;
  const runtime = deps.runtime(state.runtime);
  if (state.process !== undefined && !isAlive(deps, state.process) && removeCgroup(deps, state)) {
    runtime.forget(id);
    return;
  }
  if (state.paused === true && state.cgroupPath !== undefined && deps.host.cgroups.exists(state.cgroupPath))
    await deps.host.cgroups.setFrozen(state.cgroupPath, false);
  if (state.phase !== "stopped" && state.conmon === undefined) await endStray(deps, container);
  await runtime.delete(id, { force: true });
  await awaitMonitor(deps, container);
  removeCgroup(deps, state);
}

/**
 * Ends what an engine that was killed, or failed, in the middle of OCI create left without noting it: the monitor may be
 * creating still, or wait with its exit command for the lock that we hold. What the runtime makes meanwhile is deleted until
 * nothing comes any more.
 */
async function endStray(deps: EngineDeps, container: LockedContainer): Promise<void> {
  const { id, state } = container;
  const { host, paths } = deps;
  const strays = () =>
    processIds(deps)
      .map((pid) => ({ pid, argv: host.processes.argv(pid) }))
      .filter(({ argv }) => argv.includes(paths.bundle(id)));
  const look = async () => {
    const left = strays();
    for (const { pid, argv } of left) if (argv.includes("--exit-command")) host.processes.kill(pid, KILL);
    if (left.length === 0) return true;
    await deps.runtime(state?.runtime).delete(id, { force: true });
    return undefined;
  };
  const operation = `ending what was left of container ${id}`;
  await waitFor(look, { clock: host.clock, timeoutMs: MONITOR_MS, operation });
}

function processIds(deps: EngineDeps): readonly number[] {
  return deps.host.files.list("/proc").flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

/**
 * Waits until conmon has seen the end of a container that was just killed: only then are its host ports free, and an exit
 * file that came later would tell of a later run. conmon itself lives on until its exit command got our lock.
 */
async function awaitMonitor(deps: EngineDeps, container: LockedContainer): Promise<void> {
  const { id, state } = container;
  if (state?.phase === "stopped") return;
  const ended = () => readExit(deps, id) !== undefined || !isAlive(deps, state?.conmon);
  const operation = `waiting for the monitor of container ${id}`;
  await waitFor(() => (ended() ? true : undefined), { clock: deps.host.clock, timeoutMs: MONITOR_MS, operation });
}

/** False if something still lives in it. */
function removeCgroup(deps: EngineDeps, state: BootState): boolean {
  return state.cgroupPath === undefined || deps.host.cgroups.remove(state.cgroupPath);
}

async function tearDownNetwork(deps: EngineDeps, container: LockedContainer): Promise<void> {
  if (!ownsNetns(container.config)) return;
  const request = attachRequest(deps, container.config);
  const netns = deps.paths.netnsOf(container.id);
  if (request.attachments.length > 0) await (await deps.networks()).detach(request);
  deps.host.namespaces.remove(netns);
}

function firstOf(errors: readonly unknown[], what: string): unknown {
  const [first, ...rest] = errors;
  return rest.length === 0 ? first : new AggregateError(errors, `${what}: ${messageOf(first)}`, { cause: first });
}
