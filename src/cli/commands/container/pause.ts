import { targets } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { bool } from "../../flag-kinds.ts";
import { printReports } from "../../reports.ts";
import { CID_FILES, containerSelection, FILTER, LATEST } from "./selection.ts";

/** `container pause`. */
export const pause = defineCommand({
  usage: "[options] CONTAINER [CONTAINER...]",
  description: "Freezes all processes of each container.",
  examples: ["pause web", "pause --all"],
  flags: {
    all: bool("Pause all running containers", { short: "a" }),
    cidfile: CID_FILES,
    filter: FILTER,
    latest: LATEST,
  },
  args: targets("cidfile"),
  run: async (io, input) =>
    await printReports(
      io,
      await io.engine.containers.pause(await containerSelection(io, input), { signal: io.signal }),
    ),
});
