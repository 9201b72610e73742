import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Engine, hasCode, openEngine } from "minke";
import { assertExit, type Result, runCommand } from "../support/command.ts";
import { needs, unless } from "../support/needs.ts";
import { until } from "../support/wait.ts";
import { makeConsumer } from "./consumer.ts";
import { openFixture } from "./engine-fixture.ts";

const rootsOf = (directory: string) => ({ root: join(directory, "root"), runRoot: join(directory, "run") });

/** Runs a program of its own that has the package installed, with the runtime of this test, until it ends by itself. */
async function runProgram(directory: string, body: string): Promise<Result> {
  using consumer = makeConsumer({ minke: "." });
  const path = join(consumer.directory, "program.ts");
  const open = `await openEngine(${JSON.stringify(rootsOf(directory))})`;
  writeFileSync(path, `import { openEngine } from "minke";\n${body.replaceAll("OPEN", open)}\nconsole.log("end");\n`);
  return await runCommand([process.execPath, path]);
}

const PROGRAMS = {
  "after a container and a pod": `
    await using engine = OPEN;
    await engine.containers.run({ image: "busybox", command: ["true"] });
    await using pod = await engine.pods.create({ containers: { main: { image: "busybox", command: ["sleep", "1000"] } } });
    await pod.start();
    for await (const _line of engine.containers.logs(pod.containers.main)) break;`,
  "after loops that were left": `
    await using engine = OPEN;
    const events = engine.events({ follow: true });
    const { id } = await engine.containers.create({ image: "busybox", command: ["sh", "-c", "echo one; sleep 1000"] });
    await engine.containers.start(id);
    for await (const _event of events) break;
    for await (const _line of engine.containers.logs(id, { follow: true })) break;
    await engine.containers.remove({ refs: [id] }, { force: true, timeout: 0 });`,
  "while a container goes on, and without disposing": `
    const engine = OPEN;
    await engine.containers.create({ name: "goes-on", image: "busybox", command: ["sleep", "1000"] });
    await engine.containers.start("goes-on");`,
};

for (const [when, body] of Object.entries(PROGRAMS))
  test(`a program ends by itself ${when}`, unless(needs.root), async () => {
    await using fixture = await openFixture();
    const result = await runProgram(fixture.directory, body);
    assertExit(result);
    assert.equal(result.stdout, "end\n");
    assert.equal(result.stderr, "");
  });

test("what happens after the program is gone is on record", unless(needs.root), async () => {
  await using fixture = await openFixture();
  const command = '["sh", "-c", "trap \'exit 9\' TERM; while :; do sleep 0.1; done"]';
  const result = await runProgram(
    fixture.directory,
    `await using engine = OPEN;
     await engine.containers.create({ name: "orphan", image: "busybox", command: ${command} });
     await engine.containers.start("orphan");`,
  );
  assertExit(result);
  const [row] = await fixture.engine.containers.list();
  process.kill(row?.state?.process?.pid ?? 0, "SIGTERM");
  // Only the exit command, which conmon runs, can have written this: nobody asks this engine for the container's state.
  const code = await until("the container's end in the events", async () => {
    let exitCode: number | undefined;
    for await (const event of fixture.engine.events({ container: "orphan" })) {
      if (event.type === "container" && event.action === "died") exitCode = event.exitCode;
      if (event.action === "cleanup") return exitCode;
    }
    return undefined;
  });
  assert.equal(code, 9);
});

test("several engines in one program work on one root", unless(needs.root), async () => {
  await using fixture = await openFixture();
  const roots = rootsOf(fixture.directory);
  const engines = await Promise.all([openEngine(roots), openEngine(roots), openEngine(roots)]);
  const run = (engine: Engine, at: number) =>
    engine.containers.run({ image: "busybox", command: ["echo", String(at)] });
  const results = await Promise.all(engines.map(run));
  assert.deepEqual(
    results.map((result) => result.stdout),
    ["0\n", "1\n", "2\n"],
  );
  const [first, second, third] = engines;
  assert.ok(first && second && third);
  const pod = await first.pods.create({
    name: "shared",
    containers: { main: { image: "busybox", command: ["sleep", "1000"] } },
  });
  const starts = await Promise.all(engines.map((engine) => engine.pods.start({ refs: ["shared"] })));
  assert.deepEqual(
    starts.flat().map((report) => report.ok),
    [true, true, true],
  );
  await first[Symbol.asyncDispose]();
  assert.equal((await second.pods.list())[0]?.status, "Running");
  await assert.rejects(pod.stop(), (error) => hasCode(error, "ENGINE_CLOSED"));
  await third.pods.remove({ refs: ["shared"] }, { force: true, timeout: 0 });
  await Promise.all([second[Symbol.asyncDispose](), third[Symbol.asyncDispose]()]);
});

test("a disposed engine says so, whatever is asked of it", unless(needs.root), async () => {
  await using fixture = await openFixture();
  const engine = await openEngine(rootsOf(fixture.directory));
  await engine[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
  const first = async (iterable: AsyncIterable<unknown>) => {
    for await (const _each of iterable) break;
  };
  const calls = {
    create: () => engine.containers.create({ image: "busybox" }),
    start: () => engine.containers.start("x"),
    stop: () => engine.containers.stop({ all: true }),
    list: () => engine.containers.list(),
    logs: () => first(engine.containers.logs("x")),
    pods: () => engine.pods.create(),
    podList: () => engine.pods.list(),
    images: () => engine.images.list(),
    volumes: () => engine.volumes.create(),
    networks: () => engine.networks.list(),
    events: () => first(engine.events({ follow: true })),
  };
  for (const [name, call] of Object.entries(calls))
    await assert.rejects(call, (error) => hasCode(error, "ENGINE_CLOSED") && error.kind === "invalid", name);
});
