import type { Abortable } from "../../base/abortable.ts";
import type { ContainerId } from "../../base/brand.ts";
import { fail, hasCode } from "../../base/errors.ts";
import type { ContainerConfig } from "../../model/container.ts";
import type { BootState } from "../../model/container-state.ts";
import type { EngineDeps } from "../deps.ts";
import { waitFor } from "../wait-for.ts";
import { type LockedContainer, withContainer } from "./locked.ts";
import { isAlive, processRef } from "./observe.ts";
import { cancelRestart } from "./restart-cancel.ts";
import { KILL, signalContainer } from "./signals.ts";

/** Seconds that a process gets to vanish after SIGKILL (spec/pods.md 0). */
const KILL_GRACE_SECONDS = 5;

export interface StopOptions extends Abortable {
  /** Seconds before SIGKILL; 0 kills at once; absent is the container's own. */
  readonly timeout?: number;
}

interface Target {
  readonly config: ContainerConfig;
  readonly state: BootState;
}

/**
 * Stops a container, or takes back its planned restart (spec/pods.md 5.3). The lock is free while it waits, so that the exit command and other readers get in.
 *
 * @throws CONTAINER_STOPPED if it has ended already, CONTAINER_STATE if it never ran or is paused, TIMEOUT if even SIGKILL
 *   did not end it
 */
export async function stopContainer(deps: EngineDeps, id: ContainerId, options: StopOptions = {}): Promise<void> {
  const target = await withContainer(deps, id, (container) => beginStop(deps, container), options);
  if (target === "cancelled") return;
  try {
    await terminate(deps, target, options);
  } catch (error) {
    await giveUp(deps, id).catch(() => undefined);
    throw error;
  }
  try {
    // Taking the lock records the end, with its events.
    await withContainer(deps, id, async () => undefined, options);
  } catch (error) {
    // Removed by its exit command (--rm) while we waited: it is stopped, which is what was asked.
    if (!hasCode(error, "NO_SUCH_CONTAINER")) throw error;
  }
}

async function beginStop(deps: EngineDeps, container: LockedContainer): Promise<Target | "cancelled"> {
  const { status, state, id } = container;
  if (cancelRestart(container)) {
    await container.emit("stop");
    return "cancelled";
  }
  if (status === "stopped" || status === "exited")
    throw fail("CONTAINER_STOPPED", { message: `container ${id} is already stopped` });
  if (state === undefined || !["running", "initialized", "stopping"].includes(status))
    throw fail("CONTAINER_STATE", {
      message: `can only stop created or running containers. ${id} is in state ${status}`,
    });
  const stopper = processRef(deps, deps.host.processes.self);
  container.patch({
    stoppingSince: state.stoppingSince ?? deps.host.clock.now(),
    ...(stopper === undefined ? {} : { stopper }),
    stoppedByUser: true,
  });
  return { config: container.config, state };
}

/** Nobody stops it any more: it counts as running again, or as whatever became of it. */
async function giveUp(deps: EngineDeps, id: ContainerId): Promise<void> {
  await withContainer(deps, id, async (container) => {
    if (container.state?.stoppingSince !== undefined) container.forget("stoppingSince", "stopper");
  });
}

async function terminate(deps: EngineDeps, target: Target, options: StopOptions): Promise<void> {
  const { config } = target;
  const timeout = options.timeout ?? config.stopTimeout;
  if (timeout !== 0) {
    signalContainer(deps, target, { signalNumber: config.stopSignal, all: true });
    if (await vanished(deps, target, { ...options, seconds: timeout < 0 ? undefined : timeout })) return;
  }
  signalContainer(deps, target, { signalNumber: KILL, all: true });
  if (await vanished(deps, target, { ...options, seconds: KILL_GRACE_SECONDS })) return;
  throw fail("TIMEOUT", { operation: `stopping container ${config.id}`, seconds: KILL_GRACE_SECONDS });
}

/** Waits until the init process is gone; false when the time is up. */
async function vanished(
  deps: EngineDeps,
  target: Target,
  options: Abortable & { readonly seconds: number | undefined },
): Promise<boolean> {
  try {
    return await waitFor(() => (isAlive(deps, target.state.process) ? undefined : true), {
      clock: deps.host.clock,
      operation: `stopping container ${target.config.id}`,
      ...(options.seconds === undefined ? {} : { timeoutMs: options.seconds * 1000 }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  } catch (error) {
    if (hasCode(error, "TIMEOUT")) return false;
    throw error;
  }
}
