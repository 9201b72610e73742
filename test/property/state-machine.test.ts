import { test } from "node:test";
import fc from "fast-check";
import { type FakeEngine, openFakeEngine } from "../../src/engine/testing/fake-engine.ts";
import { check, SEED, sequences, type World } from "./operations.ts";

const RUNS = Number(process.env["MINKE_PROPERTY_RUNS"] ?? (process.versions["bun"] === undefined ? 1000 : 2000));

function worldOf(fake: FakeEngine): World {
  return {
    engine: fake.engine,
    program: (command, options) =>
      fake.program(command === "short" ? ["exit", "0"] : ["sleep"], { stopTimeout: 1, ...options }),
    end: (ref) => fake.endInit(ref, { code: 0 }),
    settle: () => fake.settle(),
    leaks: () => fake.leaks(),
  };
}

test(`${RUNS} random sequences of verbs agree with the model (seed ${SEED})`, async () => {
  let fake = openFakeEngine();
  const property = fc.asyncProperty(sequences(24), async (steps) => {
    try {
      await check(worldOf(fake), steps);
    } catch (error) {
      // What is left would disturb the next try of the shrinker.
      await fake[Symbol.asyncDispose]();
      fake = openFakeEngine();
      throw error;
    }
  });
  try {
    await fc.assert(property, { seed: SEED, numRuns: RUNS });
  } finally {
    await fake[Symbol.asyncDispose]();
  }
});
