import type { ContainerId } from "../../base/brand.ts";
import { fail, hasCode } from "../../base/errors.ts";
import type { EngineDeps } from "../deps.ts";
import { type LockedContainer, withContainer } from "./locked.ts";
import { type RestartEndedOptions, restartEnded } from "./restart-ended.ts";
import { tearDown } from "./teardown.ts";

export interface CleanupOptions extends RestartEndedOptions {
  /** Do nothing, successfully, unless it has ended (what the exit command asks for). */
  readonly stoppedOnly?: boolean;
  /** The caller holds the pod's lock and ends the members itself: no exit policy. */
  readonly insidePodVerb?: boolean;
}

/**
 * Cleans up an ended container (spec/pods.md 5.5): its restart policy comes first, then network, runtime record, mounts,
 * and, for a member of a pod, the pod's exit policy, which needs the pod's lock and so runs after this container's is free.
 *
 * @throws CONTAINER_STATE if it runs or is paused
 */
export async function cleanupContainer(deps: EngineDeps, id: ContainerId, options: CleanupOptions = {}): Promise<void> {
  if (options.stoppedOnly === true && deps.store.boot.get(id) === undefined) return;
  let outcome: Outcome;
  try {
    outcome = await withContainer(deps, id, async (container) => cleanupLocked(deps, container, options), options);
  } catch (error) {
    // Removed while we waited for its lock: nothing of it is left to clean up.
    if (options.stoppedOnly === true && hasCode(error, "NO_SUCH_CONTAINER")) return;
    throw error;
  }
  if (outcome.pod !== undefined && outcome.cleaned && options.insidePodVerb !== true)
    await deps.afterExit.applyExitPolicy?.(outcome.pod, id);
}

type Outcome = { readonly cleaned: boolean; readonly pod: ReturnType<typeof podOf> };

const podOf = (container: LockedContainer) => (container.config.isInfra ? undefined : container.config.pod);

async function cleanupLocked(deps: EngineDeps, container: LockedContainer, options: CleanupOptions): Promise<Outcome> {
  const { status, id, state } = container;
  const untouched: Outcome = { cleaned: false, pod: undefined };
  if (state === undefined) return untouched;
  const living = status === "running" || status === "paused" || (status === "stopping" && options.stoppedOnly === true);
  if (living || status === "removing") {
    if (options.stoppedOnly === true) return untouched;
    throw fail("CONTAINER_STATE", { message: `container ${id} is running or paused, refusing to clean up` });
  }
  const resumes = options.restartDue === true && state.restartAt !== undefined;
  if (options.stoppedOnly === true && !resumes && status !== "stopped") {
    if (status === "initialized") return untouched;
    if (state.restartAt !== undefined) {
      // Whoever restarted it was killed: the supervisor goes on with that.
      deps.supervisor.needed();
      return untouched;
    }
  }
  if ((status === "stopped" || resumes) && (await restartEnded(deps, container, options))) return untouched;
  const ended = status === "stopped";
  await tearDown(deps, container);
  if (ended) {
    await container.emit("cleanup");
    await deps.store.write((tx) => tx.events.prune(deps.config.eventsKeep));
  }
  return { cleaned: ended, pod: podOf(container) };
}

/** True for the errors with which a verb says that there was nothing to do in this state. */
export function isStateRefusal(error: unknown): boolean {
  return hasCode(error, "CONTAINER_STATE") || hasCode(error, "CONTAINER_STOPPED");
}
