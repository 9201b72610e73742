import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode } from "../../base/errors.ts";
import type { PodMemberOptions } from "../api/pods.ts";
import { openFakeEngine } from "../testing/fake-engine.ts";

test("`init` makes an init container, or gives a member an init program", async () => {
  await using fake = openFakeEngine();
  const member = (more: Partial<PodMemberOptions>): PodMemberOptions => {
    const { init: _init, dependsOn: _none, ...program } = fake.program(["exit", "0"]);
    return { ...program, ...more };
  };
  const pod = await fake.engine.pods.create({
    name: "p",
    containers: {
      once: member({ init: "once" }),
      always: member({ init: "always" }),
      same: member({ init: "once", initContainer: "once" }),
      both: member({ init: true, initContainer: "always" }),
      reaped: member({ init: true }),
      plain: member({}),
    },
  });
  const rows = await fake.engine.containers.list({ all: true });
  const found = Object.entries(pod.containers).map(([key, id]) => {
    const config = rows.find((row) => row.config.id === id)?.config;
    return [key, config?.name, config?.initType, config?.init];
  });
  assert.deepEqual(found, [
    ["once", "p-once", "once", false],
    ["always", "p-always", "always", false],
    ["same", "p-same", "once", false],
    ["both", "p-both", "always", true],
    ["reaped", "p-reaped", undefined, true],
    ["plain", "p-plain", undefined, false],
  ]);
});

test("`init` and `initContainer` that contradict one another are refused, and nothing is made", async () => {
  await using fake = openFakeEngine();
  const { init: _init, dependsOn: _none, ...program } = fake.program(["exit", "0"]);
  await assert.rejects(
    fake.engine.pods.create({ containers: { a: { ...program, init: "once", initContainer: "always" } } }),
    (error) => hasCode(error, "INVALID_ARGUMENT") && /"once" and initContainer "always"/.test(error.message),
  );
  assert.deepEqual(await fake.engine.pods.list(), []);
  assert.deepEqual(await fake.leaks(), []);
});
