import { targets } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { checkDryRun, DRY_RUN_FLAGS, printPlans } from "./dry-run.ts";
import { ALL, LATEST, POD_ID_FILES, podSelection, printPodReports } from "./selection.ts";

/** `pod start` (spec/pods.md 3.2). */
export const start = defineCommand({
  usage: "[options] POD [POD...]",
  description: "Runs the init containers, then starts the others, each after those it depends on.",
  examples: ["pod start web", "pod start --latest", "pod start --dry-run web"],
  flags: { all: ALL, latest: LATEST, "pod-id-file": POD_ID_FILES, ...DRY_RUN_FLAGS },
  args: targets("pod-id-file"),
  run: async (io, input) => {
    checkDryRun(input.flags, input.given);
    if (input.flags["dry-run"]) return await printPlans(io, input, { verb: "start" });
    const reports = await io.engine.pods.start(podSelection(io, input), { signal: io.signal });
    return await printPodReports(io, reports, "starting");
  },
});
