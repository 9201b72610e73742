import assert from "node:assert/strict";
import { test } from "node:test";
import { openStore } from "../../store/open.ts";
import { outcomeOf, podStatusOf, statusOf } from "../testing/assertions.ts";
import { type FakeEngine, openFakeEngine } from "../testing/fake-engine.ts";

const POD = { refs: ["p"] };
const NONE = [{ name: "none" }];

const twoMembers = (fake: FakeEngine) => ({ a: fake.program(["sleep"]), b: fake.program(["sleep"]) });

test("commands at once on one pod wait for one another, and vanished things are skipped (conformance list 18)", async () => {
  await using fake = openFakeEngine();
  const others = Array.from({ length: 6 }, () => fake.another().engine);
  const [one, two, three, four, five, six] = others as [...typeof others] & { length: 6 };
  assert.ok(one && two && three && four && five && six);
  for (let round = 0; round < 5; round += 1) {
    await fake.engine.pods.create({ name: "p", containers: twoMembers(fake) });
    await fake.engine.pods.start(POD);
    const outcomes: readonly string[] = await Promise.all([
      outcomeOf(one.pods.stop(POD)),
      outcomeOf(two.pods.restart(POD)),
      outcomeOf(three.pods.pause(POD)),
      outcomeOf(four.pods.remove(POD, { force: true })),
      outcomeOf(five.pods.list()),
      outcomeOf(six.containers.list({ all: true })),
    ]);
    for (const outcome of outcomes)
      assert.ok(["ok", "NO_SUCH_POD", "POD_PARTIAL"].includes(outcome), `round ${round}: ${outcomes.join(", ")}`);
    await outcomeOf(fake.engine.pods.remove(POD, { force: true }));
    assert.equal(await podStatusOf(fake.engine, "p"), undefined);
    assert.deepEqual(await fake.leaks(), []);
  }
});

test("two starts and two stops at once do each thing once", async () => {
  await using fake = openFakeEngine();
  const { engine } = fake;
  const other = fake.another().engine;
  await engine.pods.create({ name: "p", containers: twoMembers(fake) });
  const starts = await Promise.all([outcomeOf(engine.pods.start(POD)), outcomeOf(other.pods.start(POD))]);
  assert.deepEqual(starts, ["ok", "ok"]);
  const count = async (action: string) => {
    let found = 0;
    for await (const event of engine.events({ filters: { type: ["container"], event: [action] } }))
      if (event.type === "container") found += 1;
    return found;
  };
  assert.equal(await count("start"), 3);
  await Promise.all([
    outcomeOf(engine.containers.stop({ refs: ["p-a"] })),
    outcomeOf(other.containers.stop({ refs: ["p-a"] })),
  ]);
  await fake.settle();
  assert.deepEqual([await statusOf(engine, "p-a"), await count("died"), await count("cleanup")], ["exited", 1, 1]);
});

test("a cycle in the stored definitions is named, refuses start and removal, and yields to force (conformance list 14)", async () => {
  await using fake = openFakeEngine();
  const { engine, host } = fake;
  await engine.pods.create({
    name: "p",
    infra: false,
    containers: { a: { ...fake.program(["sleep"]), networks: NONE } },
  });
  const a = await engine.containers.resolve("p-a");
  const options = fake.program(["sleep"], { name: "b", pod: "p", networks: NONE, dependsOn: [{ container: "p-a" }] });
  const { id: b } = await engine.containers.create(options);
  const store = openStore(host, { root: "/var/lib/minke", runRoot: "/run/minke" });
  await store.write((tx) => {
    const config = tx.containers.get(a);
    assert.ok(config);
    tx.containers.replace({ ...config, dependsOn: [{ id: b, condition: "started" }] });
  });
  store[Symbol.dispose]();
  const [report] = await engine.pods.start(POD);
  assert.ok(report !== undefined && !report.ok);
  assert.equal(report.error.code, "DEPENDENCY_CYCLE");
  assert.equal(await outcomeOf(engine.pods.remove(POD)), "DEPENDENCY_CYCLE");
  assert.equal(await outcomeOf(engine.pods.stop(POD)), "ok");
  assert.equal(await outcomeOf(engine.pods.remove(POD, { force: true })), "ok");
  assert.deepEqual(await fake.leaks(), []);
});

test("dependencies stay inside a pod, and name what is there (spec/pods.md 4.1)", async () => {
  await using fake = openFakeEngine();
  const { engine } = fake;
  await engine.pods.create({ name: "p", networks: NONE, containers: { a: fake.program(["sleep"]) } });
  await engine.pods.create({ name: "q", networks: NONE });
  const create = (options: object) =>
    outcomeOf(engine.containers.create(fake.program(["sleep"], { name: "x", ...options })));
  assert.equal(await create({ pod: "q", dependsOn: [{ container: "p-a" }] }), "INVALID_ARGUMENT");
  assert.equal(await create({ dependsOn: [{ container: "p-a" }] }), "INVALID_ARGUMENT");
  assert.equal(await create({ pod: "p", dependsOn: [{ container: "nope" }] }), "NO_SUCH_DONOR");
  assert.equal(await statusOf(engine, "x"), undefined);
  assert.equal(await create({ pod: "p", dependsOn: [{ container: "p-a" }] }), "ok");
});
