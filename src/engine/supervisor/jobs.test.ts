import assert from "node:assert/strict";
import { test } from "node:test";
import { Jobs } from "./jobs.ts";

test("a task that failed is held off for a second, one that succeeded for an instant", async () => {
  let now = 0;
  const jobs = new Jobs(() => now);
  const over: string[] = [];
  jobs.start(
    "bad",
    async () => Promise.reject(new Error("no")),
    () => over.push("bad"),
  );
  jobs.start(
    "good",
    async () => undefined,
    () => over.push("good"),
  );
  assert.deepEqual([jobs.busy, jobs.isRunning("bad"), jobs.isRunning("other")], [true, true, false]);
  await jobs.settled();
  assert.deepEqual(over.sort(), ["bad", "good"]);
  assert.deepEqual([jobs.busy, jobs.holdOff("bad"), jobs.holdOff("good")], [false, 1000, 20]);
  now = 400;
  assert.equal(jobs.holdOff("bad"), 600);
  now = 2000;
  assert.equal(jobs.holdOff("bad"), 0);
});
