import assert from "node:assert/strict";
import { test } from "node:test";
import type { DependencyCondition } from "../../model/container.ts";
import { type DependencyFacts, judge } from "./judge.ts";

const facts = (change: Partial<DependencyFacts> = {}): DependencyFacts => ({
  status: "running",
  ending: false,
  restarts: false,
  exitCode: undefined,
  health: undefined,
  readiness: undefined,
  ...change,
});

const ended = (exitCode: number, change: Partial<DependencyFacts> = {}) =>
  facts({ status: "exited", exitCode, ...change });

test("a condition is met, may still be, or cannot be", () => {
  const cases: readonly (readonly [DependencyCondition, DependencyFacts, string])[] = [
    ["started", facts(), "met"],
    ["started", facts({ status: "paused" }), "met"],
    ["started", facts({ status: "created" }), "failed: it is not running"],
    ["started", ended(3), "failed: it exited with code 3"],
    ["started", ended(3, { restarts: true }), "pending"],
    ["started", facts({ status: "stopped", ending: true, exitCode: -1 }), "pending"],
    ["completed", facts({ status: "stopped", ending: true, exitCode: -1 }), "pending"],
    ["healthy", facts({ health: "starting" }), "pending"],
    ["healthy", facts({ health: "healthy" }), "met"],
    ["healthy", facts({ health: "unhealthy" }), "failed: it is unhealthy"],
    ["healthy", ended(0, { health: "healthy" }), "failed: it exited with code 0"],
    ["healthy", ended(1, { restarts: true }), "pending"],
    ["ready", facts({ readiness: "starting", health: "healthy" }), "pending"],
    ["ready", facts({ readiness: "unhealthy" }), "pending"],
    ["ready", facts({ readiness: "healthy", health: "starting" }), "met"],
    ["ready", facts({ health: "starting" }), "pending"],
    ["ready", facts({ health: "unhealthy" }), "failed: it is unhealthy"],
    ["ready", facts(), "met"],
    ["completed", facts(), "pending"],
    ["completed", ended(0), "met"],
    ["completed", ended(4), "failed: it exited with code 4"],
    ["completed", ended(4, { restarts: true }), "pending"],
    ["completed", facts({ status: "created" }), "failed: it has not run"],
  ];
  for (const [condition, known, expected] of cases) {
    const judgement = judge(condition, known);
    const text = judgement.is === "failed" ? `failed: ${judgement.reason}` : judgement.is;
    assert.equal(text, expected, `${condition} ${JSON.stringify(known)}`);
  }
});
