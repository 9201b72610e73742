import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode } from "../base/errors.ts";
import type { EngineEvent } from "../model/events.ts";
import type { EventOptions } from "./api/system.ts";
import { type FakeEngine, openFakeEngine } from "./testing/fake-engine.ts";

async function told(events: AsyncIterable<EngineEvent>): Promise<string[]> {
  const lines: string[] = [];
  for await (const event of events) lines.push(`${event.type} ${event.action} ${"name" in event ? event.name : ""}`);
  return lines;
}

/** Two pods, of which the first is started and removed again, and a container outside of them. */
async function prepare(fake: FakeEngine) {
  const { pods, containers } = fake.engine;
  const main = fake.program(["exit", "0"]);
  const first = await pods.create({ name: "first", infra: false, containers: { main } });
  await pods.create({ name: "second", infra: false, containers: { main } });
  await containers.create(fake.program(["exit", "0"], { name: "alone" }));
  await first.start();
  await fake.settle();
  await first.remove({ force: true });
  return first;
}

test("events of a pod are those of the pod and of its members, by name and id, also when it is gone", async () => {
  await using fake = openFakeEngine();
  const { id, containers } = await prepare(fake);
  const by = (options: EventOptions) => told(fake.engine.events(options));
  const first = await by({ pod: "first" });
  assert.deepEqual([first[0], first.at(-1)], ["pod create first", "pod remove first"]);
  for (const line of ["container create first-main", "container start first-main", "container died first-main"])
    assert.ok(first.includes(line), line);
  assert.ok(first.every((line) => line.includes("first")));
  assert.deepEqual(await by({ pod: id }), first);
  assert.deepEqual(await by({ pod: id.slice(0, 12) }), first);
  assert.deepEqual(await by({ pod: "second" }), ["pod create second", "container create second-main"]);
  assert.deepEqual(await by({ pod: "nothing" }), []);
  assert.deepEqual(await by({ container: "alone" }), ["container create alone"]);
  assert.deepEqual(
    await by({ container: containers.main }),
    first.filter((line) => line.startsWith("container")),
  );
  assert.deepEqual(await by({ pod: "second", container: "alone" }), []);
  assert.deepEqual(await by({ pod: "first", filters: { event: ["died"] } }), ["container died first-main"]);
});

test("a name is followed from before its pod exists", async () => {
  await using fake = openFakeEngine();
  const events = fake.engine.events({ pod: "later", follow: true });
  await fake.engine.pods.create({ name: "later", infra: false, containers: { main: fake.program(["exit", "0"]) } });
  const seen: string[] = [];
  for await (const event of events) {
    seen.push(`${event.type} ${event.action}`);
    if (event.type === "container") break;
  }
  assert.deepEqual(seen, ["pod create", "container create"]);
});

test("a following loop begins where the call was made, a plain one with the first event", async () => {
  await using fake = openFakeEngine();
  await fake.engine.containers.create(fake.program(["exit", "0"], { name: "before" }));
  const events = fake.engine.events({ follow: true });
  await fake.engine.containers.create(fake.program(["exit", "0"], { name: "after" }));
  for await (const event of events) {
    assert.equal(event.type === "container" && event.name, "after");
    break;
  }
  assert.deepEqual(await told(fake.engine.events()), ["container create before", "container create after"]);
});

test("what is wrong with a call is told at its first step", async () => {
  await using fake = openFakeEngine();
  const strange = fake.engine.events({ filters: { colour: ["red"] } });
  await assert.rejects(told(strange), (error) => hasCode(error, "INVALID_ARGUMENT"));
  await fake.engine[Symbol.asyncDispose]();
  const late = fake.engine.events({ follow: true });
  await assert.rejects(told(late), (error) => hasCode(error, "ENGINE_CLOSED"));
});

test("an aborted loop ends with the signal's reason", async () => {
  await using fake = openFakeEngine();
  const signal = AbortSignal.abort(new Error("enough"));
  await assert.rejects(told(fake.engine.events({ follow: true, signal })), /enough/);
});
