import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff } from "./backoff.ts";

test("restarts wait not at all, then twice as long each time up to a minute, and anew after a good run", () => {
  const delays: number[] = [];
  let step = 0;
  for (let restart = 0; restart < 13; restart += 1) {
    const next = backoff({ lastedMs: 20, step });
    delays.push(next.delayMs);
    step = next.nextStep;
  }
  assert.deepEqual(delays, [0, 100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200, 60_000, 60_000]);
  assert.deepEqual(backoff({ lastedMs: 9_999, step: 4 }), { delayMs: 800, nextStep: 5 });
  assert.deepEqual(backoff({ lastedMs: 10_000, step: 4 }), { delayMs: 0, nextStep: 1 });
  assert.deepEqual(backoff({ lastedMs: undefined, step: 1 }), { delayMs: 100, nextStep: 2 });
});
