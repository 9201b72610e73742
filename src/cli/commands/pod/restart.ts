import { targets } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { ALL, LATEST, podSelection, printPodReports } from "./selection.ts";

/** `pod restart` (spec/pods.md 3). */
export const restart = defineCommand({
  usage: "[options] POD [POD...]",
  description: "Stops and starts every container of the pods; containers that do not run are started.",
  examples: ["pod restart web", "pod restart --all"],
  flags: { all: ALL, latest: LATEST },
  args: targets(),
  run: async (io, input) => {
    const reports = await io.engine.pods.restart(podSelection(io, input), { signal: io.signal });
    return await printPodReports(io, reports, "restarting");
  },
});
