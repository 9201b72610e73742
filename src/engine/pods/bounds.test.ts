import assert from "node:assert/strict";
import { test } from "node:test";
import { podStatusOf } from "../testing/assertions.ts";
import { openFakeEngine } from "../testing/fake-engine.ts";

test("one worker is enough for verbs that go on to pods: nothing waits for a turn that it holds itself", async () => {
  await using fake = openFakeEngine({ maxWorkers: 1 });
  const { engine } = fake;
  for (const name of ["p", "q"]) {
    const containers = { a: fake.program(["sleep"]), b: fake.program(["sleep"]) };
    await engine.pods.create({ name, exitPolicy: { policy: "any" }, containers });
    await engine.pods.start({ refs: [name] });
  }
  await engine.containers.stop({ refs: ["p-a", "p-b", "q-a"] });
  await fake.settle();
  assert.deepEqual([await podStatusOf(engine, "p"), await podStatusOf(engine, "q")], ["Exited", "Exited"]);
  await engine.containers.init({ refs: ["p-a", "p-b"] });
  await engine.containers.restart({ refs: ["p-a", "p-b"] });
  assert.equal(await podStatusOf(engine, "p"), "Running");
  const reports = await engine.containers.remove({ all: true }, { force: true });
  assert.ok(reports.every((report) => report.ok));
  assert.deepEqual(await engine.pods.list(), []);
  assert.deepEqual(await fake.leaks(), []);
});
