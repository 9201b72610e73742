import { noArguments } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { confirm } from "../../confirm.ts";
import { EXIT } from "../../exit-codes.ts";
import { parseFilters } from "../../filters.ts";
import { bool, strings } from "../../flag-kinds.ts";
import { printReports } from "../../reports.ts";

/** `network prune` (podman-network-prune(1)). */
export const prune = defineCommand({
  usage: "[options]",
  description: "Removes every network that no container is in, except the default one.",
  flags: {
    filter: strings("Only networks that match, as key=value"),
    force: bool("Do not ask", { short: "f" }),
  },
  args: noArguments,
  run: async (io, input) => {
    const filters = parseFilters(input.flags.filter);
    const warning = "WARNING! This will remove all networks not used by at least one container.";
    if (!input.flags.force && !(await confirm(io, warning))) return EXIT.ok;
    return await printReports(io, await io.engine.networks.prune({ filters }));
  },
});
