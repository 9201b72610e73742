import type { ContainerId } from "../../base/brand.ts";
import { isEngineError } from "../../base/errors.ts";
import type { EngineDeps } from "../deps.ts";
import { cleanupContainer, isStateRefusal } from "./cleanup.ts";
import { removeContainer } from "./remove.ts";

/**
 * Cleans up a container that has ended and removes it (`--rm`), unless its restart policy brought it back. Its exit command and
 * a foreground `run` do the same at the same time: whoever comes second finds nothing to do.
 */
export async function removeEnded(deps: EngineDeps, id: ContainerId): Promise<void> {
  try {
    await cleanupContainer(deps, id, { stoppedOnly: true });
    if (deps.store.boot.get(id) !== undefined) return;
    await removeContainer(deps, id, { volumes: true });
  } catch (error) {
    const gone = isEngineError(error) && error.kind === "not-found";
    if (!gone && !isStateRefusal(error)) throw error;
  }
}
