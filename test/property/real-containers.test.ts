import { test } from "node:test";
import fc from "fast-check";
import { type EngineFixture, openFixture } from "../library/engine-fixture.ts";
import { needs, unless } from "../support/needs.ts";
import { until } from "../support/wait.ts";
import { check, SEED, sequences, type World } from "./operations.ts";

const RUNS = Number(process.env["MINKE_PROPERTY_REAL_RUNS"] ?? 6);
const LENGTH = 10;

const COMMANDS = {
  sleep: ["sh", "-c", 'trap "exit 0" TERM; while :; do sleep 1 & wait $!; done'],
  short: ["true"],
} as const;

const PASSING: readonly string[] = ["stopped", "stopping", "removing"];

const isShort = (command: readonly string[]) => command.join(" ") === COMMANDS.short.join(" ");

function worldOf(fixture: EngineFixture): World {
  // The published declarations are the same but for the brands of ids, which are declared twice.
  const engine = fixture.engine as unknown as World["engine"];
  const rowOf = async (ref: string) => (await engine.containers.list()).find((row) => row.config.name === ref);
  return {
    engine,
    program: (command, options) => ({ image: "busybox", command: COMMANDS[command], stopTimeout: 10, ...options }),
    end: async (ref) => {
      const pid = (await rowOf(ref))?.state?.process?.pid;
      // The shell may not have set its trap yet, and an init process without one ignores the signal: hence again.
      await until(`the end of ${ref}`, async () => {
        const row = await rowOf(ref);
        if (row === undefined || pid === undefined) return true;
        try {
          process.kill(pid, "SIGTERM");
        } catch {
          // It is gone, and its monitor has yet to say so.
        }
        return false;
      });
    },
    settle: async () => {
      await until("the end of what is passing", async () => {
        const rows = await engine.containers.list({ all: true });
        return rows.every(
          ({ status, config }) => !PASSING.includes(status) && !(status === "running" && isShort(config.command)),
        );
      });
    },
    leaks: async () => (await engine.containers.list({ all: true })).map((row) => `container ${row.config.name}`),
  };
}

const node = { met: process.versions["bun"] === undefined, what: "Node: one run on real containers is enough" };
// Bun's reporter leaves the reason of a skip out.
if (!node.met) console.log(`skipped: needs ${node.what}`);

test(
  `${RUNS} random sequences of verbs on real containers agree with the model (seed ${SEED})`,
  unless(needs.root, node),
  async () => {
    const property = fc.asyncProperty(sequences(LENGTH), async (steps) => {
      await using fixture = await openFixture();
      await check(worldOf(fixture), steps);
    });
    // Shrinking would take minutes: the failure says what was done.
    await fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: true });
  },
);
