import { noArguments } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { confirm } from "../../confirm.ts";
import { EXIT } from "../../exit-codes.ts";
import { parseFilters } from "../../filters.ts";
import { bool, strings } from "../../flag-kinds.ts";
import { printReports } from "../../reports.ts";

/** `container prune`. */
export const prune = defineCommand({
  usage: "[options]",
  description: "Removes all containers that do not run.",
  examples: ["container prune --force", "container prune --filter until=24h"],
  flags: {
    filter: strings("Only containers that match (label=, until=)"),
    force: bool("Do not ask", { short: "f" }),
  },
  args: noArguments,
  run: async (io, input) => {
    const filters = parseFilters(input.flags.filter);
    if (!input.flags.force && !(await confirm(io, "WARNING! This will remove all non running containers.")))
      return EXIT.ok;
    return await printReports(io, await io.engine.containers.prune({ signal: io.signal, filters }));
  },
});
