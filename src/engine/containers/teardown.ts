import { join } from "node:path";
import { messageOf } from "../../base/errors.ts";
import type { BootState, ProcessRef } from "../../model/container-state.ts";
import type { EngineDeps } from "../deps.ts";
import { waitFor } from "../wait-for.ts";
import type { LockedContainer } from "./locked.ts";
import { attachRequest, ownsNetns } from "./network-setup.ts";
import { isAlive, processRef, readExit } from "./observe.ts";

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
  const remove = () => runtime.delete(id, { force: true });
  await remove();
  await awaitMonitor(deps, container, remove);
  removeCgroup(deps, state);
}

/**
 * Waits until conmon has seen the end of a container that was just killed: only then are its host ports free, and an exit
 * file that came later would tell of a later run. conmon itself lives on until its exit command got our lock.
 *
 * @param remove deletes from the runtime once more: where the engine was killed, its monitor may still be creating
 */
async function awaitMonitor(
  deps: EngineDeps,
  container: LockedContainer,
  remove: () => Promise<unknown>,
): Promise<void> {
  const { id, state } = container;
  if (state?.phase === "stopped") return;
  const known = state?.conmon;
  const look = async () => {
    if (readExit(deps, id) !== undefined || !isAlive(deps, known ?? strayMonitor(deps, id))) return true;
    if (known === undefined) await remove();
    return undefined;
  };
  const operation = `waiting for the monitor of container ${id}`;
  await waitFor(look, { clock: deps.host.clock, timeoutMs: MONITOR_MS, operation });
}

/** The monitor of a container whose engine was killed before it noted it, in any stage of its own start. */
function strayMonitor(deps: EngineDeps, id: string): ProcessRef | undefined {
  const noted = Number(deps.host.files.readTextIfExists(join(deps.paths.bundle(id), "conmon.pid")) ?? Number.NaN);
  const mentions = (word: string) => (pid: number) => deps.host.processes.argv(pid).includes(word);
  const isNoted = Number.isInteger(noted) && mentions(id)(noted);
  const pid = isNoted ? noted : processIds(deps).find(mentions(deps.paths.bundle(id)));
  return pid === undefined ? undefined : processRef(deps, pid);
}

function processIds(deps: EngineDeps): readonly number[] {
  return deps.host.files.list("/proc").flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

/** False if something still lives in it. */
function removeCgroup(deps: EngineDeps, state: BootState): boolean {
  return state.cgroupPath === undefined || deps.host.cgroups.remove(state.cgroupPath);
}

async function tearDownNetwork(deps: EngineDeps, container: LockedContainer): Promise<void> {
  if (!ownsNetns(container.config)) return;
  const request = attachRequest(deps, container.config);
  const netns = deps.paths.netnsOf(container.id);
  if (request.attachments.length > 0) await deps.networks.detach(request);
  deps.host.namespaces.remove(netns);
}

function firstOf(errors: readonly unknown[], what: string): unknown {
  const [first, ...rest] = errors;
  return rest.length === 0 ? first : new AggregateError(errors, `${what}: ${messageOf(first)}`, { cause: first });
}
