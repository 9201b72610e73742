import { targets } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { text } from "../../flag-kinds.ts";
import { ALL, LATEST, podSelection, printPodReports } from "./selection.ts";

/** `pod kill` (spec/pods.md 3.4). */
export const kill = defineCommand({
  usage: "[options] POD [POD...]",
  description: "Sends a signal to the main process of every running container in the pods.",
  examples: ["pod kill web", "pod kill --signal TERM web"],
  flags: { all: ALL, latest: LATEST, signal: text("Signal to send", { short: "s", default: "KILL" }) },
  args: targets(),
  run: async (io, input) => {
    const reports = await io.engine.pods.kill(podSelection(io, input), {
      signalToSend: input.flags.signal,
      signal: io.signal,
    });
    return await printPodReports(io, reports, "killing");
  },
});
