import assert from "node:assert/strict";
import { test } from "node:test";
import type { HealthCheck } from "../../model/container.ts";
import { type FakeEngine, openFakeEngine } from "../testing/fake-engine.ts";

const health = (change: Partial<HealthCheck> = {}): HealthCheck => ({
  probe: { kind: "tcp", port: 6379 },
  intervalSeconds: 2,
  timeoutSeconds: 1,
  startPeriodSeconds: 0,
  retries: 2,
  onFailure: "none",
  ...change,
});

async function rowOf(fake: FakeEngine, name: string) {
  const rows = await fake.engine.containers.list({ all: true });
  const row = rows.find((one) => one.config.name === name);
  assert.ok(row);
  return row;
}

async function eventsOf(
  fake: FakeEngine,
  action: string,
): Promise<{ readonly at: number; readonly health?: string }[]> {
  const found: { at: number; health?: string }[] = [];
  for await (const event of fake.engine.events({ filters: { event: [action] } }))
    if (event.type === "container")
      found.push({
        at: Number(event.timeNs / 1_000_000n),
        ...(event.health === undefined ? {} : { health: event.health }),
      });
  return found;
}

test("a container that always fails is started again at once, then after longer and longer waits", async () => {
  await using fake = openFakeEngine();
  const options = fake.program(["exit", "1"], { name: "c", restart: { name: "on-failure", maxRetries: 5 } });
  await fake.engine.containers.create(options);
  await fake.engine.containers.start("c");
  await fake.settle();
  assert.equal((await rowOf(fake, "c")).state?.restartCount, 1);
  assert.notEqual((await rowOf(fake, "c")).state?.restartAt, undefined);
  await fake.another().engine.system.supervise();
  await fake.settle();
  const died = (await eventsOf(fake, "died")).map((event) => event.at);
  const restarts = (await eventsOf(fake, "restart")).map((event) => event.at);
  const waits = restarts.map((at, index) => at - (died[index] ?? 0));
  assert.equal(waits.length, 5);
  for (const [index, wait] of [0, 100, 200, 400, 800].entries())
    assert.ok((waits[index] ?? 0) >= wait, `restart ${index} after ${waits[index]} ms`);
  const end = await rowOf(fake, "c");
  assert.deepEqual([end.status, end.state, end.lastRun.restartCount], ["exited", undefined, 5]);
});

for (const verb of ["stop", "kill", "remove", "start"] as const)
  test(`${verb} takes a planned restart back`, async () => {
    await using fake = openFakeEngine();
    const { containers } = fake.engine;
    await containers.create(fake.program(["exit", "1"], { name: "c", restart: { name: "always", maxRetries: 0 } }));
    await containers.start("c");
    await fake.settle();
    assert.notEqual((await rowOf(fake, "c")).state?.restartAt, undefined);
    if (verb === "start") {
      await containers.start("c");
      await fake.settle();
      // The count and the back-off begin anew: it was started again at once, and now waits for its second restart.
      assert.deepEqual([(await rowOf(fake, "c")).state?.restartCount], [1]);
      await containers.remove({ refs: ["c"] });
    } else {
      const [report] = await containers[verb]({ refs: ["c"] });
      assert.equal(report?.ok, true);
      if (verb === "remove") assert.equal(await containers.exists("c"), false);
      else assert.deepEqual([(await rowOf(fake, "c")).status, (await rowOf(fake, "c")).state], ["exited", undefined]);
    }
    // Nothing is due any more.
    await fake.another().engine.system.supervise();
    if (verb === "stop" || verb === "kill") await containers.remove({ refs: ["c"] });
    assert.deepEqual(await fake.leaks(), []);
  });

test("health is probed at once and at its interval; events come on change only", async () => {
  await using fake = openFakeEngine();
  const { containers } = fake.engine;
  await containers.create(fake.program(["sleep"], { name: "c", health: health() }));
  await containers.start("c");
  const started = (await rowOf(fake, "c")).state;
  assert.equal((await rowOf(fake, "c")).health?.status, "starting");
  const netns = `/proc/${started?.process?.pid}/ns/net`;
  fake.host.files.makeDir(netns.slice(0, -4));
  fake.host.files.writeAtomic(netns, "");
  const supervising = fake.another().engine.system.supervise();
  assert.equal(await containers.wait("c", { conditions: ["unhealthy"] }), -1);
  const listening = fake.host.tcp.listen(netns, { ip: "127.0.0.1", port: 6379 }, () => undefined);
  assert.equal(await containers.wait("c", { conditions: ["healthy"] }), -1);
  const log = (await rowOf(fake, "c")).health?.log ?? [];
  assert.deepEqual(
    log.map((entry) => entry.exitCode),
    [1, 1, 0],
  );
  for (const [index, entry] of log.entries()) {
    const due = index === 0 ? (started?.startedAt ?? 0) : (log[index - 1]?.end ?? 0) + 2000;
    assert.ok(entry.start >= due, `probe ${index}`);
  }
  listening[Symbol.dispose]();
  assert.equal(await containers.wait("c", { conditions: ["unhealthy"] }), -1);
  const told = (await eventsOf(fake, "health_status")).map((event) => event.health);
  assert.deepEqual(told, ["unhealthy", "healthy", "unhealthy"]);
  await containers.remove({ refs: ["c"] }, { force: true, timeout: 0 });
  // Nothing needs it any more, so it leaves by itself.
  await supervising;
  assert.deepEqual(fake.host.files.list("/run/minke/health"), []);
});

test("a second supervisor leaves at once, and the first when its caller says so", async () => {
  await using fake = openFakeEngine();
  const { containers } = fake.engine;
  await containers.create(fake.program(["sleep"], { name: "c", health: health({ intervalSeconds: 3600 }) }));
  await containers.start("c");
  const stop = new AbortController();
  const first = fake.another().engine.system.supervise({ signal: stop.signal });
  await containers.wait("c", { conditions: ["running"] });
  await fake.another().engine.system.supervise();
  stop.abort();
  await first;
  await containers.remove({ refs: ["c"] }, { force: true, timeout: 0 });
});
