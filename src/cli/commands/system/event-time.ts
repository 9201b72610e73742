import { fail } from "../../../base/errors.ts";
import { parseTime } from "../../../model/notation/times.ts";

/**
 * Milliseconds since the epoch of `--since` and `--until` of events: durations count back from now for the first and ahead
 * for the second. Throws INVALID_ARGUMENT naming the flag and the text.
 */
export function parseEventTime(flag: "since" | "until", text: string | undefined, now: number): number | undefined {
  if (text === undefined || text === "") return undefined;
  try {
    return parseTime(text, { now, ahead: flag === "until" });
  } catch (error) {
    const message = `parsing --${flag} ${JSON.stringify(text)}: unable to interpret time value`;
    throw fail("INVALID_ARGUMENT", { message }, { cause: error });
  }
}
