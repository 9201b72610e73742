import { targets } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { bool, uint } from "../../flag-kinds.ts";
import { printReports } from "../../reports.ts";
import { CID_FILES, containerSelection, FILTER, IGNORE, LATEST } from "./selection.ts";

/** `container stop`. */
export const stop = defineCommand({
  usage: "[options] CONTAINER [CONTAINER...]",
  description:
    "Sends the stop signal to the main process and, where it has not ended in time, SIGKILL. Containers that do not run\nare fine.",
  examples: ["stop web", "stop --time 2 web db", "stop --all"],
  flags: {
    all: bool("Stop all running containers", { short: "a" }),
    cidfile: CID_FILES,
    filter: FILTER,
    ignore: IGNORE,
    latest: LATEST,
    time: uint("Seconds until SIGKILL", { short: "t", aliases: ["timeout"], defaultText: "10" }),
  },
  args: targets("cidfile"),
  run: async (io, input) => {
    const timeout = input.flags.time === undefined ? {} : { timeout: input.flags.time };
    const selection = await containerSelection(io, input);
    return await printReports(io, await io.engine.containers.stop(selection, { signal: io.signal, ...timeout }));
  },
});
