import assert from "node:assert/strict";
import { test } from "node:test";
import type { HealthCheck } from "../../model/container.ts";
import type { HealthRecord } from "../../model/health.ts";
import { afterProbe, freshRecord, nextProbeAt } from "./transition.ts";

const RUN = 1_000_000;

const check = (change: Partial<HealthCheck> = {}): HealthCheck => ({
  probe: { kind: "shell", command: "true" },
  intervalSeconds: 30,
  timeoutSeconds: 30,
  startPeriodSeconds: 0,
  retries: 3,
  onFailure: "none",
  ...change,
});

/** The record after probes that began so many milliseconds after the start and exited with the code. */
function after(of: HealthCheck, ...probes: readonly (readonly [at: number, exitCode: number])[]): HealthRecord {
  return probes.reduce(
    (record, [at, exitCode]) =>
      afterProbe(record, { start: RUN + at, end: RUN + at + 10, exitCode, output: "out" }, of),
    freshRecord(RUN),
  );
}

const brief = ({ status, failingStreak }: HealthRecord) => `${status} ${failingStreak}`;

test("successes are healthy at once; failures in a row are unhealthy from the given number on", () => {
  const cases: readonly (readonly [HealthCheck, readonly (readonly [number, number])[], string])[] = [
    [check(), [], "starting 0"],
    [check(), [[0, 0]], "healthy 0"],
    [check(), [[0, 1]], "starting 1"],
    [
      check(),
      [
        [0, 1],
        [1, 1],
        [2, -1],
      ],
      "unhealthy 3",
    ],
    [
      check(),
      [
        [0, 1],
        [1, 1],
        [2, 0],
        [3, 1],
      ],
      "healthy 1",
    ],
    [
      check({ retries: 1 }),
      [
        [0, 0],
        [1, 1],
      ],
      "unhealthy 1",
    ],
    [
      check({ retries: 1 }),
      [
        [0, 1],
        [1, 0],
      ],
      "healthy 0",
    ],
    [
      check({ retries: 1, startPeriodSeconds: 2 }),
      [
        [0, 1],
        [1999, 1],
      ],
      "starting 0",
    ],
    [
      check({ retries: 1, startPeriodSeconds: 2 }),
      [
        [0, 1],
        [2000, 1],
      ],
      "unhealthy 1",
    ],
    [
      check({ retries: 1, startPeriodSeconds: 2 }),
      [
        [0, 0],
        [1, 1],
      ],
      "healthy 0",
    ],
  ];
  for (const [of, probes, expected] of cases) assert.equal(brief(after(of, ...probes)), expected, String(probes));
});

test("the log keeps the last five entries, and 500 characters of each", () => {
  const seven = after(check(), ...[0, 1, 2, 3, 4, 5, 6].map((at) => [at, 1] as const));
  assert.deepEqual(
    seven.log.map((entry) => entry.start - RUN),
    [2, 3, 4, 5, 6],
  );
  const long = afterProbe(freshRecord(RUN), { start: RUN, end: RUN, exitCode: 0, output: "x".repeat(600) }, check());
  assert.equal(long.log[0]?.output.length, 500);
});

test("the first probe is due at the start, the next an interval after the end of the last", () => {
  const now = RUN + 5000;
  assert.equal(nextProbeAt(freshRecord(RUN), check(), now), RUN);
  assert.equal(nextProbeAt(after(check(), [100, 0]), check(), now), RUN + 110 + 30_000);
  assert.equal(nextProbeAt(freshRecord(RUN), check({ intervalSeconds: 0 }), now), undefined);
  const eager = check({ startPeriodSeconds: 60, startIntervalSeconds: 0.5 });
  assert.equal(nextProbeAt(after(eager, [100, 1]), eager, now), RUN + 110 + 500);
  assert.equal(nextProbeAt(after(eager, [100, 0]), eager, now), RUN + 110 + 30_000);
  assert.equal(nextProbeAt(after(eager, [60_000, 1]), eager, now + 60_000), RUN + 60_010 + 30_000);
  // Somebody set the clock back by an hour: the wait is an interval, not an hour and an interval.
  assert.equal(nextProbeAt(after(check(), [100, 0]), check(), RUN - 3_600_000), RUN - 3_600_000 + 30_000);
});
