import type { HealthCheck } from "../../model/container.ts";
import type { HealthRecord, ProbeResult } from "../../model/health.ts";

/** Entries that are kept, and characters of the output of each (podman's constants). */
const MAX_LOG = 5;
const MAX_OUTPUT = 500;

/** A check of a run that nobody has probed yet. */
export function freshRecord(run: number): HealthRecord {
  return { run, status: "starting", failingStreak: 0, log: [] };
}

/**
 * What a probe's result makes of a check (spec/components.md 8.2): a success is healthy at once; failures count outside of
 * the start period, and as many in a row as `retries` are unhealthy.
 */
export function afterProbe(before: HealthRecord, result: ProbeResult, check: HealthCheck): HealthRecord {
  const cut = { ...result, output: result.output.slice(0, MAX_OUTPUT) };
  const log = [...before.log, cut].slice(-MAX_LOG);
  if (result.exitCode === 0) return { run: before.run, status: "healthy", failingStreak: 0, log };
  const starting = result.start < before.run + check.startPeriodSeconds * 1000;
  const failingStreak = before.failingStreak + (starting ? 0 : 1);
  const status = !starting && failingStreak >= check.retries ? "unhealthy" : before.status;
  return { run: before.run, status, failingStreak, log };
}

/**
 * When the next probe is due, in milliseconds since the epoch: at once for a fresh run, then an interval after the end of the
 * last (as podman's timers have it), which may be a shorter one until it has started. Undefined for a check that only runs by
 * hand.
 *
 * @param now bounds the wait when somebody set the clock back
 */
export function nextProbeAt(record: HealthRecord, check: HealthCheck, now: number): number | undefined {
  if (check.intervalSeconds <= 0) return undefined;
  const last = record.log.at(-1);
  if (last === undefined) return record.run;
  const starting = record.status === "starting" && last.end < record.run + check.startPeriodSeconds * 1000;
  const seconds = starting ? (check.startIntervalSeconds ?? check.intervalSeconds) : check.intervalSeconds;
  return Math.min(last.end + seconds * 1000, now + seconds * 1000);
}
