import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import { hasCode } from "../../base/errors.ts";
import type { ExitPolicy } from "../../model/pod.ts";
import { type FakeEngine, openFakeEngine } from "../testing/fake-engine.ts";

async function shop(
  exitPolicy: ExitPolicy,
  programs: Readonly<Record<string, readonly string[]>>,
): Promise<FakeEngine> {
  const fake = openFakeEngine();
  const containers = Object.fromEntries(
    Object.entries(programs).map(([key, command]) => [key, fake.program(command)] as const),
  );
  await fake.engine.pods.create({ name: "shop", exitPolicy, containers });
  return fake;
}

describe("a pod's exit code", () => {
  const cases: readonly {
    readonly policy: ExitPolicy;
    readonly ends: readonly (readonly [name: string, code: number])[];
    readonly code: number;
  }[] = [
    {
      policy: { policy: "continue" },
      ends: [
        ["a", 0],
        ["b", 0],
      ],
      code: 0,
    },
    {
      policy: { policy: "continue" },
      ends: [
        ["b", 4],
        ["a", 3],
      ],
      code: 4,
    },
    {
      policy: { policy: "stop" },
      ends: [
        ["a", 0],
        ["b", 7],
      ],
      code: 7,
    },
    { policy: { policy: "any" }, ends: [["a", 0]], code: 0 },
    { policy: { policy: "failure" }, ends: [["b", 9]], code: 9 },
    {
      policy: { policy: "main", container: "a" },
      ends: [
        ["b", 9],
        ["a", 2],
      ],
      code: 2,
    },
    { policy: { policy: "main", container: "a" }, ends: [["a", 0]], code: 0 },
  ];
  for (const { policy, ends, code } of cases)
    it(`${policy.policy}: ${ends.map(([name, n]) => `${name} ends with ${n}`).join(", ")} gives ${code}`, async () => {
      await using fake = await shop(policy, { a: ["sleep"], b: ["sleep"] });
      const { pods } = fake.engine;
      await pods.start({ refs: ["shop"] });
      const waited = pods.wait("shop");
      for (const [name, exit] of ends) await fake.endInit(`shop-${name}`, { code: exit });
      assert.equal(await waited, code);
    });
});

test("a pod that was stopped did not fail, one that never ran has ended", async () => {
  await using fake = await shop({ policy: "continue" }, { a: ["sleep"] });
  const { pods } = fake.engine;
  assert.equal(await pods.wait("shop"), 0);
  await pods.start({ refs: ["shop"] });
  const waited = pods.wait("shop");
  await pods.stop({ refs: ["shop"] });
  assert.equal(await waited, 0);
});

test("other conditions give -1, a removed pod its exit code", async () => {
  await using fake = await shop({ policy: "continue" }, { a: ["sleep"] });
  const { pods } = fake.engine;
  const running = pods.wait("shop", { conditions: ["running", "paused"] });
  await pods.start({ refs: ["shop"] });
  assert.equal(await running, -1);
  const removed = pods.wait("shop", { conditions: ["removed"] });
  const paused = pods.wait("shop", { conditions: ["paused"] });
  await pods.remove({ refs: ["shop"] }, { force: true, timeout: 0 });
  assert.equal(await removed, 0);
  await assert.rejects(paused, (error) => hasCode(error, "NO_SUCH_POD"));
});

test("the code of a member that removes itself counts", async () => {
  await using fake = openFakeEngine();
  const { pods } = fake.engine;
  const containers = { job: fake.program(["sleep"], { autoRemove: true }), other: fake.program(["sleep"]) };
  await pods.create({ name: "shop", containers });
  await pods.start({ refs: ["shop"] });
  const waited = pods.wait("shop");
  await fake.endInit("shop-job", { code: 6 });
  await fake.endInit("shop-other", { code: 5 });
  assert.equal(await waited, 6);
});

test("a wait ends with its signal", async () => {
  await using fake = await shop({ policy: "continue" }, { a: ["sleep"] });
  const { pods } = fake.engine;
  await pods.start({ refs: ["shop"] });
  const abort = new AbortController();
  const waited = pods.wait("shop", { signal: abort.signal });
  abort.abort(new Error("enough"));
  await assert.rejects(waited, /enough/);
});
