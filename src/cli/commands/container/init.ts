import { targets } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { bool } from "../../flag-kinds.ts";
import { printReports } from "../../reports.ts";
import { containerSelection, LATEST } from "./selection.ts";

/** `container init`. */
export const init = defineCommand({
  usage: "[options] CONTAINER [CONTAINER...]",
  description: "Makes everything ready for the start: mounts, networks and the process, which does not run yet.",
  examples: ["init web"],
  flags: { all: bool("Initialise all containers", { short: "a" }), latest: LATEST },
  args: targets(),
  run: async (io, input) =>
    await printReports(io, await io.engine.containers.init(await containerSelection(io, input), { signal: io.signal })),
});
