import assert from "node:assert/strict";
import { test } from "node:test";
import { eventLog, outcomeOf, podStatusOf, statusOf } from "../testing/assertions.ts";
import { openFakeEngine } from "../testing/fake-engine.ts";

const POD = { refs: ["p"] };

test("a pod starts infra first, and its own event comes last (spec/pods.md 7.3)", async () => {
  await using fake = openFakeEngine();
  const { engine } = fake;
  const events = eventLog(engine);
  await engine.pods.create({ name: "p", containers: { web: fake.program(["sleep"]), db: fake.program(["sleep"]) } });
  assert.deepEqual(await events(), ["create infra", "pod create p", "create p-web", "create p-db"]);
  assert.equal(await podStatusOf(engine, "p"), "Created");
  assert.equal(await outcomeOf(engine.pods.start(POD)), "ok");
  const started = await events();
  assert.equal(started.at(-1), "pod start p");
  assert.deepEqual(started.toSorted(), [
    "init infra",
    "init p-db",
    "init p-web",
    "pod start p",
    "start infra",
    "start p-db",
    "start p-web",
  ]);
  for (const member of ["p-web", "p-db"])
    assert.ok(started.indexOf("start infra") < started.indexOf(`start ${member}`), started.join(", "));
  assert.equal(await podStatusOf(engine, "p"), "Running");
  assert.equal(await outcomeOf(engine.pods.start(POD)), "ok");
  assert.deepEqual(await events(), ["pod start p"]);
});

test("a failing member poisons its dependants, and leaves the rest running (conformance list 2)", async () => {
  await using fake = openFakeEngine();
  const { engine } = fake;
  await engine.pods.create({
    name: "p",
    containers: {
      x: fake.program(["sleep"]),
      y: { ...fake.program(["refuse-start"]), dependsOn: { x: "started" } },
      z: { ...fake.program(["sleep"]), dependsOn: { y: "started" } },
      other: fake.program(["sleep"]),
    },
  });
  const events = eventLog(engine);
  await events();
  const [report] = await engine.pods.start(POD);
  assert.ok(report !== undefined && !report.ok);
  assert.equal(report.error.code, "POD_PARTIAL");
  const ids = Object.fromEntries(
    (await engine.containers.list({ all: true })).map((r) => [r.config.name, r.config.id]),
  );
  assert.deepEqual(
    report.failed.map((f) => [f.container, f.error.code]).sort(),
    [
      [ids["p-y"], "OCI_RUNTIME"],
      [ids["p-z"], "DEPENDENCY_FAILED"],
    ].sort(),
  );
  const states = await Promise.all(["p-x", "p-y", "p-z", "p-other"].map((name) => statusOf(engine, name)));
  assert.deepEqual(states, ["running", "created", "created", "running"]);
  assert.ok(!(await events()).includes("pod start p"));
  await engine.pods.remove(POD, { force: true });
  assert.deepEqual(await fake.leaks(), []);
});

test("a member that the runtime refuses to create is reported, and nothing of it stays", async () => {
  await using fake = openFakeEngine();
  const { engine } = fake;
  const containers = { bad: fake.program(["no-such-program"]), good: fake.program(["sleep"]) };
  await engine.pods.create({ name: "p", containers });
  const [report] = await engine.pods.start(POD);
  assert.ok(report !== undefined && !report.ok);
  assert.deepEqual(
    report.failed.map((f) => f.error.code),
    ["OCI_NOT_FOUND"],
  );
  assert.deepEqual([await statusOf(engine, "p-bad"), await podStatusOf(engine, "p")], ["created", "Degraded"]);
  await engine.pods.remove(POD, { force: true });
  assert.deepEqual(await fake.leaks(), []);
});

test("init containers run one after another before the members; a once one goes, an always one runs again", async () => {
  await using fake = openFakeEngine();
  const { engine } = fake;
  await engine.pods.create({ name: "p", networks: [{ name: "none" }], containers: { app: fake.program(["sleep"]) } });
  const init = (name: string, initContainer: "once" | "always") =>
    engine.containers.create(fake.program(["exit", "0"], { name, pod: "p", initContainer }));
  await init("i1", "once");
  await init("i2", "always");
  const events = eventLog(engine);
  await events();
  assert.equal(await outcomeOf(engine.pods.start(POD)), "ok");
  const first = (await events()).filter((line) => line.startsWith("start ") || line.startsWith("remove "));
  assert.deepEqual(first, ["start infra", "start i1", "remove i1", "start i2", "start p-app"]);
  await fake.settle();
  assert.deepEqual([await podStatusOf(engine, "p"), await statusOf(engine, "i2")], ["Running", "exited"]);
  assert.equal(await outcomeOf(init("i3", "once")), "INIT_IN_RUNNING_POD");
  await events();
  await engine.pods.start(POD);
  assert.deepEqual(
    (await events()).filter((line) => line.startsWith("start ")),
    ["start i2"],
  );
});

test("an init container that fails ends the start before any member is touched", async () => {
  await using fake = openFakeEngine();
  const { engine } = fake;
  await engine.pods.create({ name: "p", networks: [{ name: "none" }], containers: { app: fake.program(["sleep"]) } });
  await engine.containers.create(fake.program(["exit", "7"], { name: "i", pod: "p", initContainer: "once" }));
  const [report] = await engine.pods.start(POD);
  assert.ok(report !== undefined && !report.ok);
  assert.equal(report.error.code, "INIT_FAILED");
  assert.match(report.error.message, /exited with code 7/);
  assert.deepEqual(report.failed, []);
  assert.deepEqual([await statusOf(engine, "p-app"), await podStatusOf(engine, "p")], ["created", "Degraded"]);
});

test("a pod without containers cannot start, one with only infra can", async () => {
  await using fake = openFakeEngine();
  const { engine } = fake;
  await engine.pods.create({ name: "p", infra: false });
  await engine.pods.create({ name: "q", networks: [{ name: "none" }] });
  assert.equal(await outcomeOf(engine.pods.start(POD)), "POD_NO_ROOT");
  assert.equal(await outcomeOf(engine.pods.restart(POD)), "POD_NO_ROOT");
  assert.equal(await outcomeOf(engine.pods.start({ refs: ["q"] })), "ok");
  assert.equal(await podStatusOf(engine, "q"), "Running");
});

test("a member starts everything that it needs, also behind what runs (spec/pods.md 4.6, bug 2)", async () => {
  await using fake = openFakeEngine();
  const { engine } = fake;
  await engine.pods.create({
    name: "p",
    networks: [{ name: "none" }],
    containers: { db: fake.program(["sleep"]), web: { ...fake.program(["sleep"]), dependsOn: { db: "started" } } },
  });
  const events = eventLog(engine);
  await events();
  await engine.containers.start("p-web");
  assert.deepEqual(
    (await events()).filter((line) => line.startsWith("start ")),
    ["start infra", "start p-db", "start p-web"],
  );
  await engine.containers.stop({ refs: ["p-web"] });
  await engine.containers.stop({ refs: ["p-db"] });
  await events();
  await engine.containers.start("p-web");
  assert.deepEqual(
    (await events()).filter((line) => line.startsWith("start ")),
    ["start p-db", "start p-web"],
  );
});

test("a pod's limits are on its group again after a reboot took them", async () => {
  await using fake = openFakeEngine();
  const { engine, host } = fake;
  const pod = await engine.pods.create({ name: "p", resources: { memory: 1 << 26 }, networks: [{ name: "none" }] });
  const group = `/minke_parent/${pod.id}`;
  const limit = () => host.cgroups.read(group, "memory", "memory.max");
  assert.equal(limit(), String(1 << 26));
  host.cgroups.remove(group);
  assert.equal(limit(), undefined);
  await engine.pods.start(POD);
  assert.equal(limit(), String(1 << 26));
});
