import { fail } from "../../base/errors.ts";

/** Milliseconds per unit of Go's durations. */
const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

const PART = /^(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/;

/**
 * A duration as Go's time.ParseDuration reads it, e.g. `1h2m3.5s`, in milliseconds. Throws INVALID_ARGUMENT with Go's
 * text.
 */
export function parseDuration(text: string): number {
  const refuse = (reason: string) => fail("INVALID_ARGUMENT", { message: `time: ${reason} ${JSON.stringify(text)}` });
  const sign = text.startsWith("-") ? -1 : 1;
  let rest = text.replace(/^[+-]/, "");
  if (rest === "0") return 0;
  if (rest === "") throw refuse("invalid duration");
  let total = 0;
  while (rest !== "") {
    const part = PART.exec(rest);
    if (!part) {
      const number = /^(\d+\.?\d*|\.\d+)([^\d.]*)/.exec(rest);
      if (!number) throw refuse("invalid duration");
      if (number[2] === "") throw refuse("missing unit in duration");
      throw refuse(`unknown unit ${JSON.stringify(number[2])} in duration`);
    }
    total += Number(part[1]) * (UNITS[part[2] ?? ""] ?? 0);
    rest = rest.slice(part[0].length);
  }
  return sign * total;
}

const trimmed = (value: number) => String(Number(value.toFixed(9)));

/** Milliseconds in the notation of Go's Duration.String: `1h2m3.5s`, `250ms`, `0s`. */
export function formatDuration(milliseconds: number): string {
  const sign = milliseconds < 0 ? "-" : "";
  const value = Math.abs(milliseconds);
  if (value === 0) return "0s";
  if (value < 1e-3) return `${sign}${trimmed(value * 1e6)}ns`;
  if (value < 1) return `${sign}${trimmed(value * 1e3)}µs`;
  if (value < 1000) return `${sign}${trimmed(value)}ms`;
  const hours = Math.floor(value / 3_600_000);
  const minutes = Math.floor((value % 3_600_000) / 60_000);
  const seconds = trimmed((value % 60_000) / 1000);
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}s`;
  if (minutes > 0) return `${sign}${minutes}m${seconds}s`;
  return `${sign}${seconds}s`;
}
