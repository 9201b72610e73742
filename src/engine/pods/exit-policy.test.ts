import assert from "node:assert/strict";
import { test } from "node:test";
import type { ExitPolicy } from "../../model/pod.ts";
import { eventLog, podStatusOf } from "../testing/assertions.ts";
import { openFakeEngine } from "../testing/fake-engine.ts";
import { shouldStopPod } from "./exit-policy.ts";

const MAIN: ExitPolicy = { policy: "main", container: "p-a" };

/** Ends members of a running pod one after another, by name and exit code, and tells whether the pod ends with them. */
const RUNS: readonly (readonly [ExitPolicy, readonly (readonly [string, number])[], string])[] = [
  [
    { policy: "continue" },
    [
      ["p-a", 0],
      ["p-b", 0],
    ],
    "Degraded",
  ],
  [{ policy: "stop" }, [["p-a", 0]], "Degraded"],
  [
    { policy: "stop" },
    [
      ["p-a", 0],
      ["p-b", 1],
    ],
    "Exited",
  ],
  [{ policy: "any" }, [["p-b", 0]], "Exited"],
  [{ policy: "failure" }, [["p-a", 0]], "Degraded"],
  [{ policy: "failure" }, [["p-a", 1]], "Exited"],
  [
    { policy: "failure" },
    [
      ["p-a", 0],
      ["p-b", 0],
    ],
    "Exited",
  ],
  [MAIN, [["p-b", 1]], "Degraded"],
  [MAIN, [["p-a", 0]], "Exited"],
];

test("a pod ends with its members as its exit policy says (spec/pods.md 1.9)", async () => {
  await using fake = openFakeEngine();
  const { engine } = fake;
  for (const [exitPolicy, ends, status] of RUNS) {
    const containers = { a: fake.program(["sleep"]), b: fake.program(["sleep"]) };
    await engine.pods.create({ name: "p", exitPolicy, networks: [{ name: "none" }], containers });
    await engine.pods.start({ refs: ["p"] });
    for (const [name, code] of ends) await fake.endInit(name, { code });
    assert.equal(await podStatusOf(engine, "p"), status, JSON.stringify([exitPolicy, ends]));
    await engine.pods.remove({ refs: ["p"] }, { force: true });
    assert.deepEqual(await fake.leaks(), []);
  }
});

test("a created member keeps a pod with policy stop up, a restart policy comes first, init containers do not count", async () => {
  await using fake = openFakeEngine();
  const { engine } = fake;
  const exitPolicy: ExitPolicy = { policy: "stop" };
  await engine.pods.create({
    name: "p",
    exitPolicy,
    networks: [{ name: "none" }],
    containers: { a: fake.program(["sleep"], { restart: { name: "on-failure", maxRetries: 1 } }) },
  });
  await engine.containers.create(fake.program(["exit", "0"], { name: "i", pod: "p", initContainer: "always" }));
  await engine.pods.start({ refs: ["p"] });
  await fake.settle();
  assert.equal(await podStatusOf(engine, "p"), "Running");
  await fake.endInit("p-a", { code: 1 });
  assert.equal(await podStatusOf(engine, "p"), "Running");
  await engine.containers.create(fake.program(["sleep"], { name: "late", pod: "p" }));
  await fake.endInit("p-a", { code: 0 });
  assert.equal(await podStatusOf(engine, "p"), "Degraded");
});

test("the end of the last member is told before the pod's stop, and the pod's stop once", async () => {
  await using fake = openFakeEngine();
  const { engine } = fake;
  const containers = { a: fake.program(["sleep"]) };
  await engine.pods.create({ name: "p", exitPolicy: { policy: "stop" }, networks: [{ name: "none" }], containers });
  await engine.pods.start({ refs: ["p"] });
  const events = eventLog(engine);
  await events();
  await fake.endInit("p-a", { code: 0 });
  const infra = ["stop infra", "died infra", "cleanup infra"];
  assert.deepEqual(await events(), ["died p-a", "cleanup p-a", "pod stop p", ...infra]);
  await engine.pods.start({ refs: ["p"] });
  await events();
  await engine.pods.stop({ refs: ["p"] });
  await fake.settle();
  const stops = (await events()).filter((line) => line === "pod stop p");
  assert.equal(stops.length, 1, "a pod's own stop does not make its exit policy stop it again (bug 7)");
});

test("members that are being removed or cannot be read do not hold a pod up", () => {
  const exit = { policy: { policy: "stop" }, exited: { id: "i", name: "n", exitCode: 0 } } as const;
  assert.equal(shouldStopPod({ ...exit, others: ["exited", "removing", "stopping", "unknown"] }), true);
  for (const status of ["created", "initialized", "running", "paused", "stopped"] as const)
    assert.equal(shouldStopPod({ ...exit, others: ["exited", status] }), false, status);
});
