import assert from "node:assert/strict";
import { test } from "node:test";
import { Pool } from "./pool.ts";

test("at most `size` jobs run at a time, in order", async () => {
  const pool = new Pool(2);
  const gates = Array.from({ length: 5 }, () => Promise.withResolvers<void>());
  const begun: number[] = [];
  const jobs = gates.map((gate, at) =>
    pool.run(async () => {
      begun.push(at);
      await gate.promise;
      return at;
    }),
  );
  await Promise.resolve();
  assert.deepEqual(begun, [0, 1]);
  for (const gate of gates) gate.resolve();
  assert.deepEqual(await Promise.all(jobs), [0, 1, 2, 3, 4]);
  assert.deepEqual(begun, [0, 1, 2, 3, 4]);
});

test("a failing job gives its place to the next", async () => {
  const pool = new Pool(1);
  await assert.rejects(
    pool.run(async () => Promise.reject(new Error("no"))),
    /no/,
  );
  assert.equal(await pool.run(async () => 7), 7);
});

test("a job that waits for room can be aborted", async () => {
  const pool = new Pool(1);
  const gate = Promise.withResolvers<void>();
  const first = pool.run(() => gate.promise);
  const abort = new AbortController();
  const second = pool.run(async () => "ran", { signal: abort.signal });
  abort.abort(new Error("enough"));
  await assert.rejects(second, /enough/);
  gate.resolve();
  await first;
  assert.equal(await pool.run(async () => "free"), "free");
});

test("a pool without workers is refused", () => {
  assert.throws(() => new Pool(0), RangeError);
});
