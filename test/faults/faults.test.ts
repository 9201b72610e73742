import { test } from "node:test";
import { faultRuns } from "./fault-runs.ts";
import { SCENARIOS } from "./scenarios.ts";

const STEP = Number(process.env["MINKE_FAULT_STEP"] ?? 1);
const ONLY = process.env["MINKE_FAULT_ONLY"];

for (const scenario of SCENARIOS)
  for (const fault of ["error", "death"] as const)
    test(`${scenario.name}: an ${fault === "error" ? "error" : "engine's death"} at any effect is recovered from`, async () => {
      if (ONLY !== undefined && ONLY !== scenario.name) return;
      const t=performance.now();
      const n = await faultRuns(scenario, { fault, step: STEP });
      console.log(scenario.name, fault, n, "effects", Math.round(performance.now()-t), "ms");
    });
