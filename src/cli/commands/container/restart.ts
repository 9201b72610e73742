import { targets } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { bool, uint } from "../../flag-kinds.ts";
import { printReports } from "../../reports.ts";
import { CID_FILES, containerSelection, FILTER, LATEST } from "./selection.ts";

/** `container restart`. */
export const restart = defineCommand({
  usage: "[options] CONTAINER [CONTAINER...]",
  description: "Stops each container if it runs and starts it.",
  examples: ["restart web", "restart --time 2 web db", "restart --running"],
  flags: {
    all: bool("Restart all containers, running or not", { short: "a" }),
    cidfile: CID_FILES,
    filter: FILTER,
    latest: LATEST,
    running: bool("Restart only running containers"),
    time: uint("Seconds until SIGKILL", { short: "t", aliases: ["timeout"], defaultText: "10" }),
  },
  args: (context) => {
    if (context.flags["running"] !== true || context.args.length > 0) targets("cidfile")(context);
  },
  run: async (io, input) => {
    const { running, time, all, latest } = input.flags;
    const everyone = running && !all && !latest && input.args.length === 0;
    const selection = everyone ? ({ all: true } as const) : await containerSelection(io, input);
    const options = {
      signal: io.signal,
      ...(running ? { runningOnly: true } : {}),
      ...(time === undefined ? {} : { timeout: time }),
    };
    return await printReports(io, await io.engine.containers.restart(selection, options));
  },
});
