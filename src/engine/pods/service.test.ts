import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode } from "../../base/errors.ts";
import type { PodReport } from "../api/pods.ts";
import { type FakeEngine, openFakeEngine } from "../testing/fake-engine.ts";

const allOk = (reports: readonly PodReport[]) =>
  assert.ok(
    reports.every((report) => report.ok),
    JSON.stringify(reports),
  );

async function statusOf({ engine }: FakeEngine, name: string): Promise<string> {
  const row = (await engine.containers.list({ all: true })).find(({ config }) => config.name === name);
  return row?.status ?? "gone";
}

/** Two pods with one member each and one service container. */
async function pair(): Promise<FakeEngine> {
  const fake = openFakeEngine();
  await fake.engine.containers.create(fake.program(["trap", "0"], { name: "svc" }));
  for (const name of ["a", "b"])
    await fake.engine.pods.create({
      name,
      serviceContainer: "svc",
      containers: { app: fake.program(["trap", "0"]) },
    });
  return fake;
}

test("a service container runs before its pods and until the last of them is done, and goes with the last", async () => {
  await using fake = await pair();
  const { pods } = fake.engine;
  allOk(await pods.start({ refs: ["a", "b"] }));
  const actions: string[] = [];
  for await (const event of fake.engine.events({ filters: { event: ["start"] } }))
    if ("name" in event) actions.push(event.name);
  assert.equal(actions[0], "svc");
  assert.equal((await fake.engine.containers.inspect("svc"))["IsService"], true);
  assert.equal(await statusOf(fake, "svc"), "running");
  allOk(await pods.stop({ refs: ["a"] }));
  assert.equal(await statusOf(fake, "svc"), "running");
  allOk(await pods.stop({ refs: ["b"] }));
  assert.equal(await statusOf(fake, "svc"), "exited");
  allOk(await pods.restart({ refs: ["b"] }));
  assert.equal(await statusOf(fake, "svc"), "running");
  allOk(await pods.kill({ refs: ["b"] }));
  assert.equal(await statusOf(fake, "svc"), "exited");
  allOk(await pods.remove({ refs: ["a"] }));
  assert.equal(await statusOf(fake, "svc"), "exited");
  allOk(await pods.remove({ refs: ["b"] }));
  assert.equal(await statusOf(fake, "svc"), "gone");
  assert.deepEqual(await fake.leaks(), []);
});

test("when an exit policy ends the last pod, its service container ends too", async () => {
  await using fake = openFakeEngine();
  const { engine } = fake;
  await engine.containers.create(fake.program(["trap", "0"], { name: "svc" }));
  const containers = { app: fake.program(["sleep"]) };
  await engine.pods.create({ name: "a", serviceContainer: "svc", exitPolicy: { policy: "stop" }, containers });
  allOk(await engine.pods.start({ refs: ["a"] }));
  await fake.endInit("a-app", { code: 0 });
  assert.equal(await statusOf(fake, "svc"), "exited");
});

test("a service container stays while a pod that names it is not done", async () => {
  await using fake = await pair();
  const { engine } = fake;
  const remove = async () => (await engine.containers.remove({ refs: ["svc"] }, { force: true }))[0];
  const refused = await remove();
  assert.ok(refused?.ok === false && hasCode(refused.error, "SERVICE_IN_USE"));
  assert.match(refused.error.message, /service container of pod\(s\) a,b/);
  allOk(await engine.pods.start({ all: true }));
  allOk(await engine.pods.stop({ all: true }));
  assert.equal((await remove())?.ok, true);
  const [start] = await engine.pods.start({ refs: ["a"] });
  assert.ok(start?.ok === false && hasCode(start.error, "NO_SUCH_CONTAINER"));
  allOk(await engine.pods.remove({ all: true }));
  assert.deepEqual(await fake.leaks(), []);
});

test("what cannot be a service container is refused, and a pod that fails to be made leaves it alone", async () => {
  await using fake = await pair();
  const { pods } = fake.engine;
  const create = (serviceContainer: string, name = "c") => pods.create({ name, serviceContainer });
  await assert.rejects(create("a-app"), /cannot be the service container of a pod/);
  await assert.rejects(create("none"), (error) => hasCode(error, "NO_SUCH_CONTAINER"));
  allOk(await pods.remove({ refs: ["a"] }));
  await assert.rejects(
    pods.create({ name: "c", serviceContainer: "svc", containers: { bad: fake.program(["x"], { stopTimeout: -1 }) } }),
  );
  assert.equal(await statusOf(fake, "svc"), "created");
  await pods.create({ name: "b", serviceContainer: "svc", replace: true });
  assert.equal(await statusOf(fake, "svc"), "created");
});
