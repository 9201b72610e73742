/**
 * Compares minke with podman in one run: every scenario alternates between the two. Prints the table; writes
 * bench/RESULTS.md when everything was measured.
 *
 * Options: --runs N, --runtime crun|runc, --only TEXT.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openSandbox } from "../test/support/minke.ts";
import { needs } from "../test/support/needs.ts";
import { openPodman } from "../test/support/podman.ts";
import { measureFloor } from "./floor.ts";
import { renderFloor, renderResults, renderTable } from "./report.ts";
import { SCENARIOS, type Scenario } from "./scenarios.ts";
import { Stopwatch } from "./stopwatch.ts";

const RESULTS = join(import.meta.dirname, "RESULTS.md");

const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "7" },
    runtime: { type: "string", default: needs.crun.met ? "crun" : "runc" },
    only: { type: "string", default: "" },
  },
});
const runs = Number(options.runs);
const { runtime, only } = options;

function measure(scenario: Scenario, watches: readonly Stopwatch[]): void {
  for (const watch of watches) scenario.setUp?.(watch);
  for (let round = 0; round <= runs; round += 1) {
    const order = round % 2 === 0 ? watches : [...watches].reverse();
    for (const watch of order) {
      watch.recording = round > 0;
      scenario.round(watch);
    }
  }
  for (const watch of watches) scenario.tearDown?.(watch);
}

async function bench(): Promise<void> {
  const chosen = SCENARIOS.filter(({ name }) => name.includes(only));
  await using minke = await openSandbox({ config: `[engine]\nruntime = "${runtime}"\n` });
  await using podman = await openPodman({ runtime });
  const [ours, theirs] = [new Stopwatch(minke), new Stopwatch(podman)];
  for (const scenario of chosen) {
    console.error(`measuring ${scenario.name}`);
    measure(scenario, [ours, theirs]);
  }
  console.error("measuring the floor");
  const measured = {
    minke: ours.samples,
    podman: theirs.samples,
    floor: await measureFloor(runtime, runs),
    budgets: Object.assign({}, ...chosen.map(({ budgets }) => budgets)),
  };
  console.log(`${renderTable(measured)}\n\n${renderFloor(measured.floor)}`);
  if (only !== "") return;
  const command = `npm run bench -- --runs ${runs} --runtime ${runtime}`;
  writeFileSync(RESULTS, renderResults(measured, { command, runs, runtime }, RESULTS));
  console.log("written to bench/RESULTS.md");
}

if (!Number.isInteger(runs) || runs < 1) {
  console.error(`minke: "${options.runs}" is not a number of runs`);
  process.exit(125);
}
await bench();
