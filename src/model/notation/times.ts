import { fail } from "../../base/errors.ts";
import { parseDuration } from "./durations.ts";

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2})(?::(\d{2})(?::(\d{2})(\.\d+)?)?)?)? ?(Z|[+-]\d{2}:?\d{2})?$/;

/** Milliseconds since the epoch of a date with optional time and zone; undefined if it is none. No zone is local time. */
function parseDate(text: string): number | undefined {
  const match = RFC3339.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map((p) => Number(p ?? 0));
  const fraction = Number(`0${match[7] ?? ""}`) * 1000;
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const valid =
    date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 61;
  if (!valid) return undefined;
  const zone = match[8];
  if (zone === undefined) return new Date(year, month - 1, day, hour, minute, second).getTime() + fraction;
  if (zone === "Z") return date.getTime() + fraction;
  const sign = zone.startsWith("-") ? -1 : 1;
  const offset = sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2)));
  return date.getTime() - offset * 60_000 + fraction;
}

/**
 * A point in time: RFC 3339 (parts may be missing from the right, no zone is local), seconds since the epoch with
 * fraction, or a Go duration counted from now: back, or ahead for `--until`. Throws INVALID_ARGUMENT with podman's text.
 *
 * @param options.now milliseconds since the epoch
 * @param options.ahead durations lie in the future
 * @returns milliseconds since the epoch, with fraction
 */
export function parseTime(text: string, options: { readonly now: number; readonly ahead?: boolean }): number {
  const date = parseDate(text);
  if (date !== undefined) return date;
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  try {
    const duration = parseDuration(text);
    return options.ahead === true ? options.now + duration : options.now - duration;
  } catch {
    throw fail("INVALID_ARGUMENT", { message: "unable to interpret time value" });
  }
}
