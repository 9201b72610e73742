import { type EngineError, fail } from "../base/errors.ts";
import { isHostError } from "../base/host-error.ts";

/** How long the store waits for other processes. Their transactions take milliseconds: this long means one is stopped. */
export const BUSY_SECONDS = 60;

/** True if another connection holds the lock that a statement needs, so that the same statement may succeed later. */
export function isBusy(error: unknown): boolean {
  return isHostError(error, "EBUSY");
}

/**
 * Turns what a database threw into an engine error; what is not the host's is returned as it is.
 *
 * @param path of the database, for the message
 */
export function translate(error: unknown, path: string): unknown {
  if (!isHostError(error)) return error;
  const options = { cause: error };
  const { errno, syscall } = error;
  if (errno === "EBUSY") return stateBusy(path, options);
  if (errno === "EUCLEAN") return fail("STATE_DAMAGED", { path, detail: syscall }, options);
  return fail("HOST_IO", { action: `state database: ${syscall}:`, path, errno }, options);
}

/** The error for a lock that did not come free in time. */
export function stateBusy(path: string, options?: { readonly cause?: unknown }): EngineError {
  return fail(
    "TIMEOUT",
    { operation: `waiting for another process to release ${path}`, seconds: BUSY_SECONDS },
    options,
  );
}
