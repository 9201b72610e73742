import { targets } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { ALL, LATEST, podSelection, printPodReports } from "./selection.ts";

/** `pod pause` (spec/pods.md 3). */
export const pause = defineCommand({
  usage: "[options] POD [POD...]",
  description: "Freezes every process in the pods' containers.",
  examples: ["pod pause web", "pod pause --all"],
  flags: { all: ALL, latest: LATEST },
  args: targets(),
  run: async (io, input) => {
    const reports = await io.engine.pods.pause(podSelection(io, input), { signal: io.signal });
    return await printPodReports(io, reports, "pausing");
  },
});
