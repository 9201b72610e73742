import assert from "node:assert/strict";
import { test } from "node:test";
import { eventLog, outcomeOf, statusOf } from "../testing/assertions.ts";
import { openFakeEngine } from "../testing/fake-engine.ts";

const REF = { refs: ["c"] };

function collector() {
  const seen = { out: "", err: "" };
  const stdio = {
    stdout: (chunk: Uint8Array) => {
      seen.out += Buffer.from(chunk).toString("utf8");
    },
    stderr: (chunk: Uint8Array) => {
      seen.err += Buffer.from(chunk).toString("utf8");
    },
  };
  return { seen, stdio };
}

async function* input(...texts: readonly string[]) {
  for (const text of texts) yield Buffer.from(text);
}

test("run: all output arrives, the exit code is the program's, and the log keeps it", async () => {
  await using fake = openFakeEngine();
  const { engine } = fake;
  await engine.containers.create(fake.program(["print", "hello", "world"], { name: "c" }));
  const { seen, stdio } = collector();
  assert.deepEqual(await engine.containers.startAttached("c", stdio), { reason: "ended", exitCode: 0 });
  assert.equal(seen.out, "hello world\n");
  const lines: string[] = [];
  for await (const line of engine.containers.logs("c")) lines.push(`${line.stream} ${line.text}`);
  assert.deepEqual(lines, ["stdout hello world"]);
});

test("standard input reaches the program and its end ends it; detaching leaves it running", async () => {
  await using fake = openFakeEngine();
  const { engine } = fake;
  await engine.containers.create(fake.program(["cat"], { name: "c", stdinOpen: true }));
  const { seen, stdio } = collector();
  const end = await engine.containers.startAttached("c", { ...stdio, stdin: input("one\n", "two\n") });
  assert.deepEqual([end, seen.out], [{ reason: "ended", exitCode: 0 }, "one\ntwo\n"]);
  await engine.containers.create(fake.program(["sleep"], { name: "d" }));
  const detached = await engine.containers.startAttached("d", { ...stdio, stdin: input("\u0010\u0011") });
  assert.deepEqual([detached, await statusOf(engine, "d")], [{ reason: "detached" }, "running"]);
});

test("exec: exit codes, output, and nothing left of a session", async () => {
  await using fake = openFakeEngine();
  const { engine } = fake;
  await engine.containers.create(fake.program(["sleep"], { name: "c" }));
  await engine.containers.start("c");
  const events = eventLog(engine);
  await events();
  const { seen, stdio } = collector();
  assert.equal(await engine.containers.exec("c", { command: ["exit", "42"] }, stdio), 42);
  assert.equal(await engine.containers.exec("c", { command: ["print", "x"] }, stdio), 0);
  assert.equal(seen.out, "x\n");
  assert.deepEqual(await events(), ["exec c", "exec_died c", "exec c", "exec_died c"]);
  assert.equal(await outcomeOf(engine.containers.exec("c", { command: ["nope"] }, stdio)), "OCI_NOT_FOUND");
  assert.equal(await outcomeOf(engine.containers.exec("c", { command: [] }, stdio)), "INVALID_ARGUMENT");
  await engine.containers.execDetached("c", { command: ["exit", "0"] });
  await fake.settle();
  assert.deepEqual(Object.keys((await engine.containers.list())[0]?.state?.execSessions ?? {}), []);
  await engine.containers.remove(REF, { force: true });
  assert.deepEqual(await fake.leaks(), []);
});

test("wait: codes, conditions, the never run, and the removed while its code is kept (spec/pods.md 5.4)", async () => {
  await using fake = openFakeEngine();
  const { engine } = fake;
  const { id } = await engine.containers.create(fake.program(["sleep"], { name: "c" }));
  assert.equal(await engine.containers.wait("c"), 0);
  await engine.containers.start("c");
  assert.equal(await engine.containers.wait("c", { conditions: ["running"] }), -1);
  const waiting = engine.containers.wait("c");
  await fake.endInit("c", { code: 9 });
  assert.equal(await waiting, 9);
  await engine.containers.remove(REF);
  assert.equal(await engine.containers.wait(id), 9);
  assert.equal(await outcomeOf(engine.containers.wait("c")), "NO_SUCH_CONTAINER");
});

test("--rm: the exit command removes it, and only after a wait could read the code", async () => {
  await using fake = openFakeEngine();
  const { engine } = fake;
  const { id } = await engine.containers.create(fake.program(["exit", "5"], { name: "c", autoRemove: true }));
  const events = eventLog(engine);
  await events();
  await engine.containers.start("c");
  assert.equal(await engine.containers.wait(id), 5);
  await fake.settle();
  assert.equal(await statusOf(engine, "c"), undefined);
  assert.deepEqual(await events(), ["init c", "start c", "died c", "cleanup c", "remove c"]);
  assert.deepEqual(await fake.leaks(), []);
});

test("a stop is on record even when the exit command is faster and removes the container", async () => {
  await using fake = openFakeEngine();
  const { engine } = fake;
  await engine.containers.create(fake.program(["sleep"], { name: "c", autoRemove: true }));
  await engine.containers.start("c");
  const events = eventLog(engine);
  await events();
  assert.equal(await outcomeOf(engine.containers.stop(REF)), "ok");
  await fake.settle();
  assert.deepEqual(await events(), ["stop c", "died c", "cleanup c", "remove c"]);
});

test("a stop that is given up leaves a container that runs, and can be stopped again", async () => {
  await using fake = openFakeEngine();
  const { engine } = fake;
  await engine.containers.create(fake.program(["ignore-term"], { name: "c", stopTimeout: 100 }));
  await engine.containers.start("c");
  const giveUp = new AbortController();
  const stopping = engine.containers.stop(REF, { signal: giveUp.signal });
  await fake.host.clock.sleep(50);
  assert.equal(await statusOf(engine, "c"), "stopping");
  giveUp.abort(new Error("enough"));
  await assert.rejects(stopping, /enough/);
  assert.equal(await statusOf(engine, "c"), "running");
  assert.equal(await outcomeOf(engine.containers.stop(REF, { timeout: 0 })), "ok");
  assert.equal(await statusOf(engine, "c"), "exited");
});

test("a container whose stopper was killed runs, and starts nothing anew", async () => {
  await using fake = openFakeEngine();
  const { engine } = fake;
  await engine.containers.create(fake.program(["ignore-term"], { name: "c", stopTimeout: 100 }));
  await engine.containers.start("c");
  const stopper = fake.another();
  const stopping = stopper.engine.containers.stop(REF).catch(() => undefined);
  await fake.host.clock.sleep(50);
  assert.equal(await statusOf(engine, "c"), "stopping");
  stopper.life.die();
  await stopping;
  assert.equal(await statusOf(engine, "c"), "running");
});

test("an end that nobody saw is told with code -1, and the container starts again", async () => {
  await using fake = openFakeEngine();
  const { engine } = fake;
  await engine.containers.create(fake.program(["sleep"], { name: "c" }));
  await engine.containers.start("c");
  await fake.killMonitor("c");
  await fake.endInit("c", { code: 0 });
  assert.equal(await statusOf(engine, "c"), "stopped");
  assert.equal(await engine.containers.wait("c"), -1);
  assert.equal(await outcomeOf(Promise.resolve(engine.containers.start("c"))), "ok");
  assert.equal(await statusOf(engine, "c"), "running");
  await engine.containers.remove(REF, { force: true });
  assert.deepEqual(await fake.leaks(), []);
});

test("an exit file of a created container that was cleaned up does not tell of its next run", async () => {
  await using fake = openFakeEngine();
  const { engine, host } = fake;
  const { id } = await engine.containers.create(fake.program(["sleep"], { name: "c" }));
  await engine.containers.init(REF);
  await engine.containers.cleanup(REF);
  assert.equal(await statusOf(engine, "c"), "created");
  await fake.settle();
  assert.equal(host.inodes.lstat(`/run/minke/exits/${id}`), undefined);
  await engine.containers.start("c");
  await fake.endInit("c", { code: 4 });
  assert.equal(await engine.containers.wait("c"), 4);
});
