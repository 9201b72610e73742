import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode } from "../../base/errors.ts";
import type { DependencyCondition, HealthCheck } from "../../model/container.ts";
import { type FakeEngine, openFakeEngine } from "../testing/fake-engine.ts";

const tcp: HealthCheck = {
  probe: { kind: "tcp", port: 80 },
  intervalSeconds: 1,
  timeoutSeconds: 1,
  startPeriodSeconds: 3600,
  retries: 1,
  onFailure: "none",
};

async function statusOf(fake: FakeEngine, name: string): Promise<string> {
  const rows = await fake.engine.containers.list({ all: true });
  return rows.find((row) => row.config.name === name)?.status ?? "";
}

/** Opens the port that `tcp` asks for in a running container. */
async function listenIn(fake: FakeEngine, name: string): Promise<void> {
  const rows = await fake.engine.containers.list({ all: true });
  const pid = rows.find((row) => row.config.name === name)?.state?.process?.pid;
  const path = `/proc/${pid}/ns/net`;
  fake.host.files.makeDir(`/proc/${pid}/ns`);
  fake.host.files.writeAtomic(path, "");
  fake.host.tcp.listen(path, { ip: "127.0.0.1", port: 80 }, () => undefined);
}

/** Creates `db`, and `web` that needs it in a condition. */
async function createPair(
  fake: FakeEngine,
  condition: DependencyCondition,
  more: { readonly db?: readonly string[]; readonly timeoutSeconds?: number } = {},
): Promise<void> {
  const { db = ["sleep"], ...timeout } = more;
  await fake.engine.containers.create(fake.program(db, { name: "db", health: tcp, readiness: tcp }));
  const dependsOn = [{ container: "db", condition, ...timeout }];
  await fake.engine.containers.create(fake.program(["sleep"], { name: "web", dependsOn }));
}

for (const condition of ["healthy", "ready"] as const)
  test(`a container starts once its dependency is ${condition}; nothing is made for it before`, async () => {
    await using fake = openFakeEngine();
    await createPair(fake, condition);
    const supervising = fake.another().engine.system.supervise();
    const starting = fake.engine.containers.start("web");
    await fake.engine.containers.wait("db", { conditions: ["running"] });
    assert.equal(await statusOf(fake, "web"), "created");
    await listenIn(fake, "db");
    await starting;
    assert.equal(await statusOf(fake, "web"), "running");
    await fake.engine.containers.remove({ all: true }, { force: true, timeout: 0 });
    await supervising;
  });

test("a dependency that ends, or is late, fails its dependant with edge and reason", async () => {
  const cases = [
    {
      condition: "healthy",
      more: { timeoutSeconds: 7 },
      code: "DEPENDENCY_TIMEOUT",
      text: /web .* db to be healthy.* 7 s/,
    },
    {
      condition: "ready",
      more: { db: ["exit", "3"] },
      code: "DEPENDENCY_CONDITION",
      text: /ready, but it exited with code 3/,
    },
    { condition: "completed", more: { db: ["exit", "4"] }, code: "DEPENDENCY_CONDITION", text: /completed, .* code 4/ },
  ] as const;
  for (const { condition, more, code, text } of cases) {
    await using fake = openFakeEngine();
    await createPair(fake, condition, more);
    await assert.rejects(
      fake.engine.containers.start("web"),
      (error: Error) => hasCode(error, code) && text.test(error.message),
    );
    assert.equal(await statusOf(fake, "web"), "created");
    await fake.engine.containers.remove({ all: true }, { force: true, timeout: 0 });
  }
});

test("a job that succeeded is not run again for its dependant, and is when the pod starts", async () => {
  await using fake = openFakeEngine();
  const { engine } = fake;
  const runs = async () => {
    let count = 0;
    for await (const event of engine.events({ filters: { event: ["start"], container: ["p-job"] } }))
      count += event.seq > 0 ? 1 : 0;
    return count;
  };
  await using pod = await engine.pods.create({
    name: "p",
    containers: {
      web: { ...fake.program(["sleep"]), dependsOn: { job: "completed" } },
      job: fake.program(["exit", "0"]),
    },
  });
  assert.equal((await pod.start()).ok, true);
  assert.equal(await runs(), 1);
  await engine.containers.stop({ refs: ["p-web"] });
  await engine.containers.start("p-web");
  await engine.containers.restart({ refs: ["p-web"] });
  assert.equal(await runs(), 1);
  await pod.stop();
  assert.equal((await pod.start()).ok, true);
  assert.equal(await runs(), 2);
});

test("a cycle is refused when the pod is created, and named", async () => {
  await using fake = openFakeEngine();
  const member = (needs: string) => ({ ...fake.program(["sleep"]), dependsOn: { [needs]: "healthy" as const } });
  const creating = fake.engine.pods.create({
    name: "p",
    containers: { free: fake.program(["sleep"]), a: member("b"), b: member("c"), c: member("a") },
  });
  await assert.rejects(
    creating,
    (error: Error) => hasCode(error, "DEPENDENCY_CYCLE") && /a -> b -> c -> a/.test(error.message),
  );
  assert.equal(await fake.engine.pods.exists("p"), false);
});

test("a pod goes with the process that created it, however that ended", async () => {
  await using fake = openFakeEngine();
  const owner = fake.another();
  const containers = { a: fake.program(["sleep"]) };
  const pod = await owner.engine.pods.create({ name: "p", lifetime: "owner", containers });
  assert.equal((await pod.start()).ok, true);
  const supervising = fake.another().engine.system.supervise();
  await fake.engine.containers.wait("p-a", { conditions: ["running"] });
  owner.life.die();
  await supervising;
  assert.equal(await fake.engine.pods.exists("p"), false);
  assert.deepEqual(await fake.leaks(), []);
});
