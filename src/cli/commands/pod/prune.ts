import { noArguments } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { confirm } from "../../confirm.ts";
import { EXIT } from "../../exit-codes.ts";
import { bool } from "../../flag-kinds.ts";
import { printPodReports } from "./selection.ts";

/** `pod prune` (spec/pods.md 3.9). */
export const prune = defineCommand({
  usage: "[options]",
  description: "Removes every pod whose containers have all stopped.",
  flags: { force: bool("Do not ask", { short: "f" }) },
  args: noArguments,
  run: async (io, input) => {
    if (!input.flags.force && !(await confirm(io, "WARNING! This will remove all stopped/exited pods..")))
      return EXIT.ok;
    return await printPodReports(io, await io.engine.pods.prune({ signal: io.signal }), "removing");
  },
});
