import { fail, hasCode } from "../base/errors.ts";

/** Names the source in skopeo's error; other errors pass. */
export function pullError(source: string, error: unknown): unknown {
  if (!hasCode(error, "PROGRAM_FAILED")) return error;
  return fail("PULL_FAILED", { ref: source, reason: error.data.detail }, { cause: error });
}
