import type { LockedContainer } from "./locked.ts";

/** Takes back a planned restart, because somebody stops the container. False if there was none. */
export function cancelRestart(container: LockedContainer): boolean {
  const { state, status } = container;
  if (state === undefined || !["stopped", "exited", "created"].includes(status)) return false;
  const planned = state.restartAt !== undefined;
  // Also of one that ended just now, and whose exit command has not looked at its policy yet.
  if (planned || status === "stopped") container.patch({ stoppedByUser: true });
  if (planned) container.forget("restartAt");
  return planned;
}
