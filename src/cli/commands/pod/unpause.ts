import { targets } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { ALL, LATEST, podSelection, printPodReports } from "./selection.ts";

/** `pod unpause` (spec/pods.md 3). */
export const unpause = defineCommand({
  usage: "[options] POD [POD...]",
  description: "Lets the processes of paused pods go on.",
  examples: ["pod unpause web", "pod unpause --all"],
  flags: { all: ALL, latest: LATEST },
  args: targets(),
  run: async (io, input) => {
    const reports = await io.engine.pods.unpause(podSelection(io, input), { signal: io.signal });
    return await printPodReports(io, reports, "unpausing");
  },
});
