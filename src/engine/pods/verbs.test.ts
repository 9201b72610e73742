import assert from "node:assert/strict";
import { test } from "node:test";
import type { Engine } from "../api/engine.ts";
import { eventLog, outcomeOf, podStatusOf, statusOf } from "../testing/assertions.ts";
import { type FakeEngine, openFakeEngine } from "../testing/fake-engine.ts";

const POD = { refs: ["p"] };
const NONE = [{ name: "none" }];

const statuses = (engine: Engine, names: readonly string[]) => Promise.all(names.map((name) => statusOf(engine, name)));

/** Runs `web`, which needs `db`; `idle` was never started. */
async function startedPod(fake: FakeEngine) {
  const { engine } = fake;
  await engine.pods.create({
    name: "p",
    infraName: "the-infra",
    networks: NONE,
    containers: { db: fake.program(["sleep"]), web: { ...fake.program(["sleep"]), dependsOn: { db: "started" } } },
  });
  await engine.pods.start(POD);
  await engine.containers.create(fake.program(["sleep"], { name: "idle", pod: "p" }));
  const events = eventLog(engine);
  await events();
  return events;
}

test("stop goes inwards, dependants first and infra last; the pod's event is the first (spec/pods.md 3.3)", async () => {
  await using fake = openFakeEngine();
  const events = await startedPod(fake);
  assert.equal(await outcomeOf(fake.engine.pods.stop(POD)), "ok");
  const of = (name: string) => [`stop ${name}`, `died ${name}`, `cleanup ${name}`];
  assert.deepEqual(await events(), ["pod stop p", ...of("p-web"), ...of("p-db"), ...of("infra")]);
  assert.deepEqual(await statuses(fake.engine, ["p-web", "p-db", "idle"]), ["exited", "exited", "created"]);
  assert.equal(await podStatusOf(fake.engine, "p"), "Stopped");
  assert.equal(await outcomeOf(fake.engine.pods.stop(POD)), "ok");
  assert.deepEqual(await events(), ["pod stop p"]);
});

test("a member's own stop time counts unless the call gives one; 0 kills at once", async () => {
  await using fake = openFakeEngine();
  const { engine, host } = fake;
  const stubborn = fake.program(["ignore-term"], { stopTimeout: 3 });
  await engine.pods.create({ name: "p", infra: false, containers: { x: { ...stubborn, networks: NONE } } });
  for (const [timeout, least, most] of [
    [undefined, 3000, 3100],
    [7, 7000, 7100],
    [0, 0, 100],
  ] as const) {
    await engine.pods.start(POD);
    const from = host.clock.monotonic();
    await engine.pods.stop(POD, timeout === undefined ? {} : { timeout });
    const took = host.clock.monotonic() - from;
    assert.ok(took >= least && took <= most, `${timeout}: ${took} ms`);
    assert.equal((await engine.containers.list({ all: true }))[0]?.lastRun.exitCode, 137);
  }
});

test("kill, pause and unpause leave members in other states alone, and write the pod's event", async () => {
  await using fake = openFakeEngine();
  const events = await startedPod(fake);
  const { engine } = fake;
  const all = ["p-web", "p-db", "the-infra", "idle"];
  assert.equal(await outcomeOf(engine.pods.pause(POD)), "ok");
  assert.deepEqual(await statuses(engine, all), ["paused", "paused", "paused", "created"]);
  assert.equal((await events())[0], "pod pause p");
  assert.equal(await outcomeOf(engine.pods.start(POD)), "POD_PARTIAL");
  assert.equal(await outcomeOf(engine.pods.stop(POD)), "ok");
  assert.equal(await outcomeOf(engine.pods.unpause(POD)), "ok");
  assert.deepEqual(await statuses(engine, all), ["running", "running", "running", "created"]);
  await events();
  assert.equal(await outcomeOf(engine.pods.kill(POD, { signalToSend: "USR1" })), "ok");
  assert.equal(await outcomeOf(engine.pods.kill(POD, { signalToSend: "NOSUCH" })), "INVALID_ARGUMENT");
  assert.equal(await outcomeOf(engine.pods.kill(POD)), "ok");
  await fake.settle();
  assert.deepEqual(await statuses(engine, all), ["exited", "exited", "exited", "created"]);
  assert.deepEqual(
    (await events()).filter((line) => line.startsWith("pod ")),
    ["pod kill p", "pod kill p"],
  );
});

test("restart ends and starts members in order, starts idle ones, and tells it as stop and start", async () => {
  await using fake = openFakeEngine();
  const events = await startedPod(fake);
  assert.equal(await outcomeOf(fake.engine.pods.restart(POD)), "ok");
  const lines = await events();
  assert.deepEqual(lines.slice(-2), ["pod stop p", "pod start p"]);
  assert.deepEqual(
    lines.filter((line) => /^(restart|start) /.test(line) && !line.includes("idle")),
    ["restart infra", "start infra", "restart p-db", "start p-db", "restart p-web", "start p-web"],
  );
  assert.equal(await podStatusOf(fake.engine, "p"), "Running");
});

test("rm without force keeps what runs, infra and pod; what ended goes (conformance list 8)", async () => {
  await using fake = openFakeEngine();
  const events = await startedPod(fake);
  const { engine } = fake;
  await engine.containers.stop({ refs: ["p-web"] });
  const [report] = await engine.pods.remove(POD);
  assert.ok(report !== undefined && !report.ok);
  assert.deepEqual(report.failed.map((f) => f.error.code).sort(), ["CONTAINER_STATE", "DEPENDENT_FAILED"]);
  assert.deepEqual(await statuses(engine, ["p-web", "idle", "p-db"]), [undefined, undefined, "running"]);
  assert.equal(await outcomeOf(engine.containers.remove({ refs: ["the-infra"] }, { force: true })), "INFRA_REMOVE");
  await engine.containers.remove({ refs: ["p-db"] }, { force: true });
  assert.equal(await outcomeOf(engine.containers.remove({ refs: ["the-infra"] }, { force: true })), "INFRA_REMOVE");
  assert.equal(await outcomeOf(engine.pods.remove(POD)), "ok");
  assert.deepEqual((await events()).slice(-1), ["pod remove p"]);
  assert.equal(await outcomeOf(engine.pods.remove(POD)), "NO_SUCH_POD");
  assert.deepEqual(await engine.pods.remove({ refs: ["p"], ignoreMissing: true }), []);
  assert.deepEqual(await fake.leaks(), []);
});

test("rm --depend of the infra container removes the pod", async () => {
  await using fake = openFakeEngine();
  await startedPod(fake);
  const reports = await fake.engine.containers.remove({ refs: ["the-infra"] }, { force: true, depend: true });
  assert.ok(reports.every((report) => report.ok));
  assert.deepEqual(await fake.engine.pods.list(), []);
  assert.deepEqual(await fake.leaks(), []);
});

test("prune takes pods that are stopped or exited, and no others (conformance list 9)", async () => {
  await using fake = openFakeEngine();
  const { engine } = fake;
  const members = () => ({
    a: { ...fake.program(["sleep"]), networks: NONE },
    b: { ...fake.program(["sleep"]), networks: NONE },
  });
  const prepare: Readonly<Record<string, () => Promise<unknown>>> = {
    created: async () => {},
    running: () => engine.pods.start({ refs: ["running"] }),
    degraded: async () => {
      await engine.pods.start({ refs: ["degraded"] });
      await engine.containers.stop({ refs: ["degraded-a"] });
    },
    exited: async () => {
      await engine.pods.start({ refs: ["exited"] });
      await engine.pods.stop({ refs: ["exited"] });
    },
    stopped: async () => {
      await engine.containers.start("stopped-a");
      await engine.containers.stop({ refs: ["stopped-a"] });
    },
    paused: async () => {
      await engine.pods.start({ refs: ["paused"] });
      await engine.pods.pause({ refs: ["paused"] });
    },
  };
  for (const [name, make] of Object.entries(prepare)) {
    await engine.pods.create({ name, infra: false, containers: members() });
    await make();
    assert.equal((await podStatusOf(engine, name))?.toLowerCase(), name);
  }
  assert.ok((await engine.pods.prune()).every((report) => report.ok));
  const left = (await engine.pods.list()).map((pod) => pod.config.name);
  assert.deepEqual(left, ["created", "running", "degraded", "paused"]);
});

test("a look-up that fails ends a verb before any pod is touched", async () => {
  await using fake = openFakeEngine();
  await startedPod(fake);
  const { pods } = fake.engine;
  for (const verb of ["start", "stop", "kill", "pause", "restart", "remove", "cleanup"] as const)
    assert.equal(await outcomeOf(pods[verb]({ refs: ["p", "gone"] })), "NO_SUCH_POD", verb);
  assert.equal(await podStatusOf(fake.engine, "p"), "Degraded");
  assert.equal(await outcomeOf(pods.stop({ refs: ["p-web"] })), "POD_IS_CONTAINER");
  assert.equal(await outcomeOf(pods.stop({ refs: [""] })), "EMPTY_ID");
});
