import assert from "node:assert/strict";
import { test } from "node:test";
import { fail } from "../../base/errors.ts";
import type { ContainerCreateOptions } from "../../engine/api/container-options.ts";
import { fakeEngine } from "../testing/fake-engine.ts";
import { runCli } from "../testing/run-cli.ts";

async function optionsOf(flags: string): Promise<ContainerCreateOptions> {
  const { call } = await runCli(["create", ...flags.split(" "), "img"]);
  return call("containers.create")[0] as ContainerCreateOptions;
}

test("ports are probed for health and readiness without a command", async () => {
  const health = await optionsOf("--health-tcp 6379 --health-interval 1s --health-start-interval 200ms");
  assert.deepEqual(health.health, {
    probe: { kind: "tcp", port: 6379 },
    intervalSeconds: 1,
    timeoutSeconds: 30,
    startPeriodSeconds: 0,
    startIntervalSeconds: 0.2,
    retries: 3,
    onFailure: "none",
  });
  const ready = await optionsOf("--ready-http 80/up --health-http 80 --ready-interval 500ms");
  assert.deepEqual(ready.readiness, {
    probe: { kind: "http", port: 80, path: "/up" },
    intervalSeconds: 0.5,
    timeoutSeconds: 5,
    startPeriodSeconds: 0,
    retries: 1,
    onFailure: "none",
  });
  assert.deepEqual(ready.health !== "none" && ready.health && "probe" in ready.health && ready.health.probe, {
    kind: "http",
    port: 80,
    path: "/",
  });
  const command = await optionsOf("--ready-cmd true");
  assert.deepEqual(command.readiness && "probe" in command.readiness && command.readiness.probe, {
    kind: "shell",
    command: "true",
  });
});

test("what contradicts itself or names no port is refused", async () => {
  const cases = {
    "--health-tcp 1 --health-cmd true": "cannot specify both --health-cmd and --health-tcp",
    "--ready-tcp 1 --ready-http 2": "cannot specify both --ready-tcp and --ready-http",
    "--health-tcp x": 'invalid value "x" for --health-tcp: must be PORT',
    "--ready-http up": 'invalid value "up" for --ready-http: must be PORT[/PATH]',
    "--health-tcp 1 --health-start-interval 50ms": "healthcheck-start-interval must be at least 0.1 seconds",
  };
  for (const [flags, message] of Object.entries(cases)) {
    const { code, err } = await runCli(["create", ...flags.split(" "), "img"]);
    assert.deepEqual([code, err], [125, `Error: ${message}\n`], flags);
  }
});

test("healthcheck run prints nothing for a success", async () => {
  const record = (exitCode: number) => ({
    run: 0,
    status: "starting",
    failingStreak: 1,
    log: [{ start: 0, end: 1, exitCode, output: "" }],
  });
  const run = (answer: () => Promise<unknown>) =>
    runCli(["healthcheck", "run", "web"], fakeEngine({ "containers.healthcheck": answer }));
  const good = await run(async () => record(0));
  assert.deepEqual([good.code, good.out, good.call("containers.healthcheck")[0]], [0, "", "web"]);
  const bad = await run(async () => record(1));
  assert.deepEqual([bad.code, bad.out], [1, "unhealthy\n"]);
  const late = await run(async () => Promise.reject(fail("HEALTHCHECK_TIMEOUT", { seconds: 1 })));
  assert.deepEqual([late.code, late.err], [125, "Error: healthcheck command exceeded timeout of 1s\n"]);
});

test("system supervise is there for the engine, and not listed", async () => {
  const { code, call } = await runCli(["system", "supervise"]);
  assert.equal(code, 0);
  assert.equal(call("system.supervise").length, 1);
  assert.doesNotMatch((await runCli(["system", "--help"])).out, /supervise/);
});
