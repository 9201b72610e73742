import assert from "node:assert/strict";
import { test } from "node:test";
import type { RestartPolicy } from "../../model/container.ts";
import { eventLog, statusOf } from "../testing/assertions.ts";
import { openFakeEngine } from "../testing/fake-engine.ts";
import { type EndedRun, shouldRestart } from "./restart-policy.ts";

const run = (name: RestartPolicy["name"], change: Partial<EndedRun> = {}, maxRetries = 0): EndedRun => ({
  policy: { name, maxRetries },
  exitCode: 1,
  restartCount: 0,
  stoppedByUser: false,
  ...change,
});

/** spec/pods.md 5.7. */
const DECISIONS: readonly (readonly [EndedRun, boolean])[] = [
  [run(""), false],
  [run("no"), false],
  [run("always"), true],
  [run("always", { exitCode: 0 }), true],
  [run("always", { stoppedByUser: true }), false],
  [run("unless-stopped"), true],
  [run("unless-stopped", { stoppedByUser: true }), false],
  [run("on-failure"), true],
  [run("on-failure", { exitCode: 0 }), false],
  [run("on-failure", { exitCode: -1 }), true],
  [run("on-failure", { restartCount: 100 }), true],
  [run("on-failure", { restartCount: 1 }, 2), true],
  [run("on-failure", { restartCount: 2 }, 2), false],
  [run("on-failure", { stoppedByUser: true }), false],
];

test("a restart policy decides by exit code, count and who ended the run", () => {
  for (const [ended, restarts] of DECISIONS) assert.equal(shouldRestart(ended), restarts, JSON.stringify(ended));
});

test("the first restart is at once: died, restart, init, start (spec/pods.md 7.3)", async () => {
  await using fake = openFakeEngine();
  const { engine } = fake;
  await engine.containers.create(fake.program(["sleep"], { name: "c", restart: { name: "always", maxRetries: 0 } }));
  await engine.containers.start("c");
  const events = eventLog(engine);
  await events();
  await fake.endInit("c", { code: 0 });
  assert.deepEqual(await events(), ["died c", "restart c", "init c", "start c"]);
  assert.equal(await statusOf(engine, "c"), "running");
  assert.equal((await engine.containers.list())[0]?.state?.restartCount, 1);
  await engine.containers.stop({ refs: ["c"] });
  await fake.settle();
  assert.deepEqual(await events(), ["stop c", "died c", "cleanup c"]);
  await engine.containers.start("c");
  assert.equal((await engine.containers.list())[0]?.state?.restartCount, 0);
});

test("a kill by hand is the last word, whatever the signal (bug 6)", async () => {
  for (const signalToSend of ["TERM", "KILL"]) {
    await using fake = openFakeEngine();
    const { engine } = fake;
    await engine.containers.create(fake.program(["sleep"], { name: "c", restart: { name: "always", maxRetries: 0 } }));
    await engine.containers.start("c");
    await engine.containers.kill({ refs: ["c"] }, { signalToSend });
    await engine.containers.wait("c");
    await fake.settle();
    assert.equal(await statusOf(engine, "c"), "exited", signalToSend);
  }
});
