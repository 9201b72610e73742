import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode } from "../../base/errors.ts";
import { type FakeEngine, openFakeEngine } from "../testing/fake-engine.ts";

const nothingIsLeft = async (fake: FakeEngine) => {
  assert.deepEqual(await fake.engine.containers.list({ all: true }), []);
  assert.deepEqual(await fake.leaks(), []);
};

test("a run gives exit code and output, and leaves nothing", async () => {
  await using fake = openFakeEngine();
  const { containers } = fake.engine;
  const printed = await containers.run(fake.program(["print", "hello", "there"]));
  assert.deepEqual([printed.exitCode, printed.stdout, printed.stderr], [0, "hello there\n", ""]);
  assert.equal((await containers.run(fake.program(["exit", "3"]))).exitCode, 3);
  await nothingIsLeft(fake);
});

test("a run reads its whole input, whatever bytes it has", async () => {
  await using fake = openFakeEngine();
  // The detach keys of a terminal are data here.
  const input = `a\u0010\u0011b${"x".repeat(20_000)}`;
  const { stdout } = await fake.engine.containers.run(fake.program(["cat"]), { input });
  assert.equal(stdout, input);
  const bytes = await fake.engine.containers.run(fake.program(["cat"]), { input: new Uint8Array([104, 105]) });
  assert.equal(bytes.stdout, "hi");
});

test("output beyond the bound is dropped and the run goes on", async () => {
  await using fake = openFakeEngine();
  const { containers } = fake.engine;
  const cut = await containers.run(fake.program(["print", "hello"]), { maxOutput: 4 });
  assert.deepEqual([cut.exitCode, cut.stdout, cut.truncated], [0, "hell", true]);
  const whole = await containers.run(fake.program(["print", "hello"]), { maxOutput: 6 });
  assert.deepEqual([whole.stdout, whole.truncated], ["hello\n", false]);
  const none = await containers.run(fake.program(["exit", "0"]), { maxOutput: 0 });
  assert.deepEqual([none.stdout, none.truncated], ["", false]);
  for (const maxOutput of [-1, 0.5, Number.NaN])
    await assert.rejects(containers.run(fake.program(["exit", "0"]), { maxOutput }), RangeError);
  await nothingIsLeft(fake);
});

test("a run that is to be kept is kept", async () => {
  await using fake = openFakeEngine();
  const { id } = await fake.engine.containers.run(fake.program(["exit", "4"], { name: "kept", autoRemove: false }));
  const [row] = await fake.engine.containers.list({ all: true });
  assert.deepEqual([row?.config.id, row?.config.name, await fake.engine.containers.wait(id)], [id, "kept", 4]);
});

for (const autoRemove of [true, false])
  test(`an aborted run does not go on (autoRemove ${autoRemove})`, async () => {
    await using fake = openFakeEngine();
    const { containers } = fake.engine;
    const abort = new AbortController();
    const events = fake.engine.events({ follow: true });
    const run = containers.run(fake.program(["sleep"], { autoRemove }), { signal: abort.signal });
    run.catch(() => undefined);
    for await (const event of events) if (event.action === "start") break;
    abort.abort(new Error("enough"));
    await assert.rejects(run, /enough/);
    await fake.settle();
    const rows = await containers.list({ all: true });
    assert.deepEqual(
      rows.map((row) => row.status),
      autoRemove ? [] : ["exited"],
    );
    await containers.remove({ all: true });
    await nothingIsLeft(fake);
  });

test("a run that can't begin leaves nothing", async () => {
  await using fake = openFakeEngine();
  const { containers } = fake.engine;
  for (const program of ["refuse-create", "refuse-start"])
    await assert.rejects(containers.run(fake.program([program])), (error) => error instanceof Error, program);
  const aborted = { signal: AbortSignal.abort(new Error("before")) };
  await assert.rejects(containers.run(fake.program(["sleep"]), aborted), /before/);
  await assert.rejects(
    containers.run(fake.program(["sleep"], { restart: { name: "always", maxRetries: 0 } })),
    (error) => hasCode(error, "INVALID_ARGUMENT"),
  );
  await nothingIsLeft(fake);
});
