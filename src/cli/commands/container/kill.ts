import { parseSignal } from "../../../model/notation/signals.ts";
import { targets } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { bool, text } from "../../flag-kinds.ts";
import { printReports } from "../../reports.ts";
import { CID_FILES, containerSelection, LATEST } from "./selection.ts";

/** `container kill`. */
export const kill = defineCommand({
  usage: "[options] CONTAINER [CONTAINER...]",
  description: "Sends a signal to the main process of each container.",
  examples: ["kill web", "kill --signal HUP web"],
  flags: {
    all: bool("Signal all running containers", { short: "a" }),
    cidfile: CID_FILES,
    latest: LATEST,
    signal: text("Signal to send", { short: "s", default: "KILL" }),
  },
  args: targets("cidfile"),
  run: async (io, input) => {
    const signalToSend = parseSignal(input.flags.signal);
    const selection = await containerSelection(io, input);
    return await printReports(io, await io.engine.containers.kill(selection, { signal: io.signal, signalToSend }));
  },
});
