import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode } from "../../base/errors.ts";
import type { PodLogLine } from "../api/pods.ts";
import { type FakeEngine, openFakeEngine } from "../testing/fake-engine.ts";

function member(fake: FakeEngine, ...command: readonly string[]) {
  const { init: _init, dependsOn: _none, ...program } = fake.program(command);
  return program;
}

async function told(lines: AsyncIterable<PodLogLine>): Promise<string[]> {
  const found: string[] = [];
  for await (const line of lines) found.push(`${line.name} ${line.text}`);
  return found;
}

test("the logs of all members, with their names, in order of time", async () => {
  await using fake = openFakeEngine();
  const pod = await fake.engine.pods.create({
    name: "p",
    containers: {
      second: { ...member(fake, "print", "two"), dependsOn: { first: "completed" } },
      first: member(fake, "print", "one"),
      silent: { ...member(fake, "print", "unheard"), log: { driver: "none" } },
    },
  });
  assert.deepEqual(await told(pod.logs()), []);
  await pod.start();
  await fake.settle();
  assert.deepEqual(await told(pod.logs()), ["p-first one", "p-second two"]);
  assert.deepEqual(await told(pod.logs({ follow: true })), ["p-first one", "p-second two"]);
  assert.deepEqual(await told(fake.engine.pods.logs("p", { tail: 0 })), []);
  await assert.rejects(told(fake.engine.pods.logs("nothing")), (error) => hasCode(error, "NO_SUCH_POD"));
});

test("followed logs tell each line once, of members that start later as well, until all have ended", async () => {
  await using fake = openFakeEngine();
  const { containers } = fake.engine;
  const pod = await fake.engine.pods.create({
    name: "p",
    containers: { first: member(fake, "print", "one"), later: member(fake, "print", "two") },
  });
  await containers.start("p-first");
  await fake.settle();
  const seen: string[] = [];
  for await (const line of pod.logs({ follow: true })) {
    seen.push(`${line.name} ${line.text}`);
    if (line.name === "p-first") await containers.start("p-later");
  }
  assert.deepEqual(seen, ["p-first one", "p-later two"]);
});

test("leaving the loop ends it though a member is silent, and so does an abort", async () => {
  await using fake = openFakeEngine();
  const pod = await fake.engine.pods.create({
    name: "p",
    containers: { silent: member(fake, "sleep"), loud: member(fake, "print", "one") },
  });
  await pod.start();
  await fake.settle();
  for await (const line of pod.logs({ follow: true, since: 0 })) {
    assert.equal(line.text, "one");
    break;
  }
  const abort = new AbortController();
  const following = (async () => {
    for await (const _line of pod.logs({ follow: true, signal: abort.signal })) abort.abort(new Error("enough"));
  })();
  await assert.rejects(following, /enough/);
});
