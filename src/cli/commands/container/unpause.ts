import { targets } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { bool } from "../../flag-kinds.ts";
import { printReports } from "../../reports.ts";
import { CID_FILES, containerSelection, FILTER, LATEST } from "./selection.ts";

/** `container unpause`. */
export const unpause = defineCommand({
  usage: "[options] CONTAINER [CONTAINER...]",
  description: "Lets the processes of paused containers go on.",
  examples: ["unpause web", "unpause --all"],
  flags: {
    all: bool("Unpause all paused containers", { short: "a" }),
    cidfile: CID_FILES,
    filter: FILTER,
    latest: LATEST,
  },
  args: targets("cidfile"),
  run: async (io, input) =>
    await printReports(
      io,
      await io.engine.containers.unpause(await containerSelection(io, input), { signal: io.signal }),
    ),
});
