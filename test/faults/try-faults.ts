import { test } from "node:test";
import { type Fault, faultRuns, type Scenario } from "./fault-runs.ts";

const IS_BUN = process.versions["bun"] !== undefined;

/** Every how many effects one is tried. The logic is the same on both runtimes, so the slower one tries fewer. */
export type Steps = Readonly<Record<Fault, number>>;

function stepFor(fault: Fault, steps: Steps): number {
  return Number(process.env["MINKE_FAULT_STEP"] ?? (IS_BUN ? steps[fault] : 4 * steps[fault] + 1));
}

/** Registers two tests for each scenario. `MINKE_FAULT_STEP=1` tries all effects. */
export function tryFaults(scenarios: readonly Scenario[], steps: Steps): void {
  for (const scenario of scenarios) {
    test(`${scenario.name} recovers from an error at any effect`, async () => {
      await faultRuns(scenario, { fault: "error", step: stepFor("error", steps) });
    });
    test(`${scenario.name} recovers from kill -9 at any effect`, async () => {
      await faultRuns(scenario, { fault: "death", step: stepFor("death", steps) });
    });
  }
}
