import type { Abortable } from "../../base/abortable.ts";
import { fail } from "../../base/errors.ts";
import { judgeEdge } from "../conditions/await.ts";
import type { EngineDeps } from "../deps.ts";
import { backoff } from "../supervisor/backoff.ts";
import type { LockedContainer } from "./locked.ts";
import { restartByPolicy } from "./restart.ts";
import { shouldRestart } from "./restart-policy.ts";
import { tearDown } from "./teardown.ts";

/** Milliseconds until a restart looks again whether the container's dependencies are there. */
const DEPENDENCY_RETRY_MS = 1000;

export interface RestartEndedOptions extends Abortable {
  /** The caller is the supervisor, and the time of a planned restart has come. */
  readonly restartDue?: boolean;
}

/**
 * Does what the restart policy says about an ended container: the first restart is at once, later ones are planned for the
 * supervisor (spec/pods.md 5.7, and our back-off).
 *
 * @returns false if the container stays as it is and is to be cleaned up
 * @throws DEPENDENCY_DOWN or what starting it throws; it is cleaned up then
 */
export async function restartEnded(
  deps: EngineDeps,
  container: LockedContainer,
  options: RestartEndedOptions,
): Promise<boolean> {
  const { state, lastRun, config } = container;
  if (state === undefined) return false;
  const due = options.restartDue === true && state.restartAt !== undefined;
  if (state.restartAt !== undefined && !due) return true;
  // An engine that was killed in the middle of a restart had counted it.
  const restartCount = state.phase === "stopped" ? state.restartCount : state.restartCount - 1;
  const run = {
    policy: config.restartPolicy,
    exitCode: lastRun.exitCode ?? -1,
    restartCount,
    stoppedByUser: state.stoppedByUser,
  };
  if (!shouldRestart(run)) return false;
  const lastedMs = lastRun.startedAt === undefined ? undefined : (lastRun.finishedAt ?? 0) - lastRun.startedAt;
  const { delayMs, nextStep } = backoff({ lastedMs, step: state.restartStep ?? 0 });
  if (!due && delayMs > 0) return plan(deps, container, delayMs);
  try {
    const edges = config.dependsOn.map((edge) => ({ edge, judgement: judgeEdge(deps, edge) }));
    const missing = edges.flatMap(({ edge, judgement }) => (judgement.is === "failed" ? [edge.id] : []));
    if (missing.length > 0) throw fail("DEPENDENCY_DOWN", { id: container.id, missing });
    if (edges.some(({ judgement }) => judgement.is === "pending")) return plan(deps, container, DEPENDENCY_RETRY_MS);
    // On record before the first step, so that whoever comes after a killed engine goes on with it.
    if (!due) container.patch({ restartAt: deps.host.clock.now() });
    await restartByPolicy(deps, container, { ...options, restartCount: restartCount + 1, restartStep: nextStep });
    return true;
  } catch (error) {
    options.signal?.throwIfAborted();
    await container.emit("cleanup");
    await tearDown(deps, container);
    throw error;
  }
}

function plan(deps: EngineDeps, container: LockedContainer, delayMs: number): true {
  container.patch({ restartAt: deps.host.clock.now() + delayMs });
  deps.supervisor.needed();
  return true;
}
