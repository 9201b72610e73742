import type { Abortable } from "../../base/abortable.ts";
import type { ContainerId } from "../../base/brand.ts";
import { fail, hasCode } from "../../base/errors.ts";
import type { ContainerConfig } from "../../model/container.ts";
import type { BootState } from "../../model/container-state.ts";
import type { EngineDeps } from "../deps.ts";
import { waitFor } from "../wait-for.ts";
import { type LockedContainer, withContainer } from "./locked.ts";
import { isAlive } from "./observe.ts";
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
 * Stops a container (spec/pods.md 5.3). The lock is free while it waits, so that the exit command and other readers get in.
 *
 * @throws CONTAINER_STOPPED if it has ended already, CONTAINER_STATE if it never ran or is paused, TIMEOUT if even SIGKILL
 *   did not end it
 */
export async function stopContainer(deps: EngineDeps, id: ContainerId, options: StopOptions = {}): Promise<void> {
  const target = await withContainer(deps, id, async (container) => beginStop(deps, container), options);
  await terminate(deps, target, options);
  try {
    await withContainer(deps, id, async (container) => endStop(container), options);
  } catch (error) {
    // Removed by its exit command (--rm) while we waited: it is stopped, which is what was asked.
    if (!hasCode(error, "NO_SUCH_CONTAINER")) throw error;
  }
}

function beginStop(deps: EngineDeps, container: LockedContainer): Target {
  const { status, state, id } = container;
  if (status === "stopped" || status === "exited")
    throw fail("CONTAINER_STOPPED", { message: `container ${id} is already stopped` });
  if (state === undefined || !["running", "initialized", "stopping"].includes(status))
    throw fail("CONTAINER_STATE", {
      message: `can only stop created or running containers. ${id} is in state ${status}`,
    });
  container.patch({ stoppingSince: state.stoppingSince ?? deps.host.clock.now(), stoppedByUser: true });
  return { config: container.config, state };
}

async function endStop(container: LockedContainer): Promise<void> {
  // acquire() has recorded the exit; the event belongs to whoever asked for the stop.
  if (container.state?.stoppedByUser === true || container.state === undefined) await container.emit("stop");
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
