import type { LockedContainer } from "./locked.ts";
import { shouldRestart } from "./restart-policy.ts";

/**
 * Takes back a planned restart, because somebody stops the container. False if there was none. One that ended just now, and
 * whose exit command has not looked at its policy yet, counts as planned.
 */
export function cancelRestart(container: LockedContainer): boolean {
  const { state, status } = container;
  if (state === undefined || !["stopped", "exited", "created"].includes(status)) return false;
  const planned = state.restartAt !== undefined;
  const undecided = status === "stopped" && !state.stoppedByUser && answersExits(container);
  if (planned || status === "stopped") container.patch({ stoppedByUser: true });
  if (planned) container.forget("restartAt");
  return planned || undecided;
}

function answersExits({ config, lastRun, state }: LockedContainer): boolean {
  return shouldRestart({
    policy: config.restartPolicy,
    exitCode: lastRun.exitCode ?? -1,
    restartCount: state?.restartCount ?? 0,
    stoppedByUser: false,
  });
}
