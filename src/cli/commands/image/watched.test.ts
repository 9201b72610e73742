import assert from "node:assert/strict";
import { test } from "node:test";
import { watched } from "./registry-flags.ts";

/** A terminal whose clock goes on with every sleep; the job ends after `sleeps` of them. */
function scene(terminal: boolean, sleeps: number) {
  const job = Promise.withResolvers<string>();
  const said: string[] = [];
  let now = 0;
  let left = sleeps;
  const io = {
    terminal: {
      isTerminal: () => terminal,
      size: () => undefined,
      rawMode: () => ({ [Symbol.dispose]: () => undefined }),
      resizes: async function* () {},
    },
    err: (text: string) => void said.push(text),
    now: () => now,
    sleep: async (milliseconds: number) => {
      now += milliseconds;
      left -= 1;
      if (left === 0) job.resolve("done");
      await new Promise<void>((resolve) => setImmediate(resolve));
    },
  };
  return { io, job: job.promise, end: () => job.resolve("done"), said };
}

test("a person at a terminal is told every second, and the line is wiped", async () => {
  const { io, job, said } = scene(true, 3);
  assert.equal(await watched(io, job, { quiet: false, what: "Reading x" }), "done");
  assert.deepEqual(said, ["\rReading x: 1 s", "\rReading x: 2 s", "\r\x1b[K"]);
});

test("nobody is told without a terminal, with --quiet, or within a second", async () => {
  for (const [terminal, quiet] of [
    [false, false],
    [true, true],
  ] as const) {
    const { io, job, end, said } = scene(terminal, 99);
    end();
    assert.equal(await watched(io, job, { quiet, what: "Reading x" }), "done");
    assert.deepEqual(said, []);
  }
});
