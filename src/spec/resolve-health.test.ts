import assert from "node:assert/strict";
import { test } from "node:test";
import type { HealthOption } from "../engine/api/health-option.ts";
import type { HealthCheck, Probe } from "../model/container.ts";
import { checkHealth } from "./resolve-health.ts";

const TIMES = {
  intervalSeconds: 10,
  startIntervalSeconds: 0.5,
  timeoutSeconds: 5,
  startPeriodSeconds: 60,
  retries: 3,
  onFailure: "none",
} as const;

test("short forms are written out", () => {
  const cases: readonly (readonly [HealthOption, Probe, Partial<HealthCheck>])[] = [
    [{ tcp: 6379 }, { kind: "tcp", port: 6379 }, {}],
    [{ http: 80 }, { kind: "http", port: 80, path: "/" }, {}],
    [{ http: 80, path: "/up", retries: 5 }, { kind: "http", port: 80, path: "/up" }, { retries: 5 }],
    [{ command: "test -e /ready" }, { kind: "shell", command: "test -e /ready" }, {}],
    [
      { command: ["redis-cli", "ping"], intervalSeconds: 1, onFailure: "restart" },
      { kind: "exec", argv: ["redis-cli", "ping"] },
      { intervalSeconds: 1, onFailure: "restart" },
    ],
  ];
  for (const [option, probe, times] of cases) assert.deepEqual(checkHealth(option), { probe, ...TIMES, ...times });
});

test("a whole check stays as it is", () => {
  const { startIntervalSeconds: _none, ...times } = TIMES;
  const check: HealthCheck = { probe: { kind: "tcp", port: 1 }, ...times };
  assert.equal(checkHealth(check), check);
});

test("what can't be a check is refused with its reason", () => {
  // Callers without types.
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [{}, /exactly one of tcp, http, command and probe/],
    [{ tcp: 1, http: 2 }, /exactly one of tcp, http, command and probe/],
    [{ tcp: 0 }, /port must be between 1 and 65535, got 0/],
    [{ tcp: "6379x" }, /port must be between 1 and 65535/],
    [{ http: 80, path: "up" }, /path must begin with \//],
    [{ command: [] }, /command must not be empty/],
    [{ command: "" }, /command must not be empty/],
    [{ tcp: 1, retries: 0 }, /retries must be greater than 0/],
    [{ tcp: 1, startIntervalSeconds: 0 }, /start-interval must be at least 0.1/],
  ];
  for (const [option, message] of cases) assert.throws(() => checkHealth(option as HealthOption), message);
});
