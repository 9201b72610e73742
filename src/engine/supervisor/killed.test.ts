import assert from "node:assert/strict";
import { test } from "node:test";
import { type FakeEngine, openFakeEngine } from "../testing/fake-engine.ts";
import { Death } from "../testing/mortal-host.ts";

/** Runs a supervisor that is killed before its n-th effect; true if it came to its end before. */
async function superviseUntil(fake: FakeEngine, n: number): Promise<boolean> {
  const { engine, life } = fake.another();
  let effects = 0;
  life.onEffect = () => {
    effects += 1;
    if (effects < n) return;
    life.die();
    throw new Death();
  };
  try {
    await engine.system.supervise();
  } catch (error) {
    if (!life.dead) throw error;
  }
  await fake.settle();
  return !life.dead;
}

test("kill -9 of the supervisor anywhere in a restart: the next one goes on, and none is lost or done twice", async () => {
  let whole = false;
  for (let n = 1; !whole; n += 5) {
    await using fake = openFakeEngine();
    const { containers } = fake.engine;
    const restart = { name: "on-failure", maxRetries: 3 } as const;
    await containers.create(fake.program(["exit", "1"], { name: "c", restart }));
    await containers.start("c");
    await fake.settle();
    whole = await superviseUntil(fake, n);
    await fake.another().engine.system.supervise();
    await fake.settle();
    const [row] = await containers.list({ all: true });
    assert.deepEqual([row?.status, row?.state, row?.lastRun.restartCount], ["exited", undefined, 3], `killed at ${n}`);
    let died = 0;
    for await (const event of fake.engine.events({ filters: { event: ["died"] } }))
      died += event.type === "container" ? 1 : 0;
    assert.equal(died, 4, `killed at ${n}`);
    await containers.remove({ refs: ["c"] });
    assert.deepEqual(await fake.leaks(), [], `killed at ${n}`);
  }
});
