import type { ContainerId } from "../../base/brand.ts";
import { EngineError, fail, isEngineError, messageOf } from "../../base/errors.ts";
import { isHostError } from "../../base/host-error.ts";

/** A member that a pod verb failed on. */
export interface MemberFailure {
  readonly container: ContainerId;
  readonly error: EngineError;
}

/** Any thrown value as an engine error, so that reports are typed. */
export function asEngineError(error: unknown): EngineError {
  if (isEngineError(error)) return error;
  // Undoing failed as well: what went wrong first is what a caller can act on.
  if (error instanceof SuppressedError && isEngineError(error.suppressed)) return error.suppressed;
  if (isHostError(error))
    return fail("HOST_IO", { action: error.syscall, path: error.path, errno: error.errno }, { cause: error });
  return fail("INTERNAL", { message: messageOf(error) }, { cause: error });
}

/** The error of a pod verb that worked on some members and not on others. */
export class PartialFailure extends EngineError<"POD_PARTIAL"> {
  readonly failed: readonly MemberFailure[];

  /** @param action as the report names it: `starting`, `stopping`, ... */
  constructor(action: string, failed: readonly MemberFailure[]) {
    super("POD_PARTIAL", { action });
    this.failed = failed;
  }
}

/** Throws PartialFailure if anything failed. */
export function failIfPartial(action: string, failed: readonly MemberFailure[]): void {
  if (failed.length > 0) throw new PartialFailure(action, failed);
}
