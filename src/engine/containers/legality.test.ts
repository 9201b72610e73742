import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContainerStatus } from "../../model/container-state.ts";
import type { Engine } from "../api/engine.ts";
import { outcomeOf, statusOf } from "../testing/assertions.ts";
import { type FakeEngine, openFakeEngine } from "../testing/fake-engine.ts";

const REF = { refs: ["c"] };

/** Brings a container `c` into a state. `stopped` and `stopping` are what others see for a moment. */
const STATES: Readonly<Record<string, (fake: FakeEngine) => Promise<unknown>>> = {
  created: async () => {},
  initialized: async ({ engine }) => engine.containers.init(REF),
  running: async ({ engine }) => engine.containers.start("c"),
  stopped: async (fake) => {
    await fake.engine.containers.start("c");
    await endWithoutMonitor(fake);
  },
  paused: async ({ engine }) => {
    await engine.containers.start("c");
    await engine.containers.pause(REF);
  },
  exited: async ({ engine }) => {
    await engine.containers.start("c");
    await engine.containers.stop(REF);
  },
};

/** The container ends and nobody cleans up: its monitor died first. */
async function endWithoutMonitor(fake: FakeEngine): Promise<void> {
  await fake.killMonitor("c");
  await fake.endInit("c", { code: 3 });
}

type Verb = (engine: Engine) => Promise<unknown>;

const VERBS: Readonly<Record<string, Verb>> = {
  init: (engine) => engine.containers.init(REF),
  start: (engine) => engine.containers.start("c"),
  stop: (engine) => engine.containers.stop(REF),
  kill: (engine) => engine.containers.kill(REF),
  pause: (engine) => engine.containers.pause(REF),
  unpause: (engine) => engine.containers.unpause(REF),
  restart: (engine) => engine.containers.restart(REF),
  cleanup: (engine) => engine.containers.cleanup(REF),
  rm: (engine) => engine.containers.remove(REF),
  "rm -f": (engine) => engine.containers.remove(REF, { force: true }),
  exec: (engine) => engine.containers.exec("c", { command: ["exit", "0"] }, { stdout: () => {}, stderr: () => {} }),
};

const S = "CONTAINER_STATE";
const gone = undefined;

/**
 * spec/pods.md 2.3. Beyond podman: start of a running container is nothing to do, and the stop of an ended or never started
 * one too, as podman's command line has it. Each cell: the outcome, and the status after.
 */
const MATRIX: Readonly<Record<string, readonly (readonly [string, ContainerStatus | undefined])[]>> = {
  //        created             initialized         running             stopped            paused             exited
  init: [
    ["ok", "initialized"],
    [S, "initialized"],
    [S, "running"],
    ["ok", "initialized"],
    [S, "paused"],
    ["ok", "initialized"],
  ],
  start: [
    ["ok", "running"],
    ["ok", "running"],
    ["ok", "running"],
    ["ok", "running"],
    [S, "paused"],
    ["ok", "running"],
  ],
  stop: [
    ["ok", "created"],
    ["ok", "exited"],
    ["ok", "exited"],
    ["ok", "stopped"],
    ["NOT_RUNNING", "paused"],
    ["ok", "exited"],
  ],
  kill: [
    [S, "created"],
    [S, "initialized"],
    ["ok", "exited"],
    [S, "stopped"],
    ["ok", "exited"],
    [S, "exited"],
  ],
  pause: [
    [S, "created"],
    [S, "initialized"],
    ["ok", "paused"],
    [S, "stopped"],
    [S, "paused"],
    [S, "exited"],
  ],
  unpause: [
    [S, "created"],
    [S, "initialized"],
    [S, "running"],
    [S, "stopped"],
    ["ok", "running"],
    [S, "exited"],
  ],
  restart: [
    ["ok", "running"],
    ["ok", "running"],
    ["ok", "running"],
    ["ok", "running"],
    [S, "paused"],
    ["ok", "running"],
  ],
  cleanup: [
    ["ok", "created"],
    ["ok", "created"],
    [S, "running"],
    ["ok", "exited"],
    [S, "paused"],
    ["ok", "exited"],
  ],
  rm: [
    ["ok", gone],
    ["ok", gone],
    [S, "running"],
    ["ok", gone],
    [S, "paused"],
    ["ok", gone],
  ],
  "rm -f": [
    ["ok", gone],
    ["ok", gone],
    ["ok", gone],
    ["ok", gone],
    ["ok", gone],
    ["ok", gone],
  ],
  exec: [
    [S, "created"],
    [S, "initialized"],
    ["ok", "running"],
    [S, "stopped"],
    [S, "paused"],
    [S, "exited"],
  ],
};

for (const [verb, cells] of Object.entries(MATRIX))
  test(`${verb} is legal where spec/pods.md 2.3 says so`, async () => {
    await using fake = openFakeEngine();
    for (const [at, state] of Object.keys(STATES).entries()) {
      const run = VERBS[verb] ?? assert.fail();
      await fake.engine.containers.create(fake.program(["sleep"], { name: "c" }));
      await STATES[state]?.(fake);
      assert.equal(await statusOf(fake.engine, "c"), state);
      const outcome = await outcomeOf(run(fake.engine));
      await fake.settle();
      assert.deepEqual([outcome, await statusOf(fake.engine, "c")], cells[at], `${verb} of a ${state} container`);
      await fake.engine.containers.remove({ all: true }, { force: true });
      assert.deepEqual(await fake.leaks(), []);
    }
  });
