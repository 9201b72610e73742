import { targets } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { int } from "../../flag-kinds.ts";
import { checkDryRun, DRY_RUN_FLAGS, printPlans } from "./dry-run.ts";
import { ALL, IGNORE, LATEST, POD_ID_FILES, podSelection, printPodReports } from "./selection.ts";

/** `pod stop` (spec/pods.md 3.3). */
export const stop = defineCommand({
  usage: "[options] POD [POD...]",
  description: "Stops every container of the pods, dependants before what they depend on.",
  examples: ["pod stop web", "pod stop --time 0 --all"],
  flags: {
    all: ALL,
    ignore: IGNORE,
    latest: LATEST,
    ...DRY_RUN_FLAGS,
    "pod-id-file": POD_ID_FILES,
    time: int("Seconds to wait before killing a container; each container's own if not given", {
      short: "t",
      aliases: ["timeout"],
      defaultText: "10",
    }),
  },
  args: targets("pod-id-file"),
  run: async (io, input) => {
    const { time } = input.flags;
    const timeout = time === undefined || time < 0 ? {} : { timeout: time };
    checkDryRun(input.flags, input.given);
    if (input.flags["dry-run"]) return await printPlans(io, input, { verb: "stop", ...timeout });
    const reports = await io.engine.pods.stop(podSelection(io, input), { ...timeout, signal: io.signal });
    return await printPodReports(io, reports, "stopping");
  },
});
