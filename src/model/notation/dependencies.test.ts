import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDependency } from "./dependencies.ts";

test("a dependency is a container, with a condition, with a timeout", () => {
  const cases = {
    db: { container: "db" },
    "db:started": { container: "db", condition: "started" },
    "db:healthy": { container: "db", condition: "healthy" },
    "db:ready:1m30s": { container: "db", condition: "ready", timeoutSeconds: 90 },
    "job:completed:500ms": { container: "job", condition: "completed", timeoutSeconds: 0.5 },
  };
  for (const [text, expected] of Object.entries(cases)) assert.deepEqual(parseDependency(text), expected);
});

test("anything else is refused, naming it", () => {
  const cases = {
    "db:up": /invalid condition "up" in --requires db:up: must be one of started, healthy, ready, completed/,
    ":healthy": /invalid dependency ":healthy"/,
    "db:healthy:1s:2s": /invalid dependency "db:healthy:1s:2s"/,
    "db:healthy:": /invalid timeout in --requires db:healthy:/,
    "db:healthy:30": /invalid timeout in --requires db:healthy:30/,
    "db:healthy:0s": /must be more than 0/,
  };
  for (const [text, expected] of Object.entries(cases)) assert.throws(() => parseDependency(text), expected);
});
