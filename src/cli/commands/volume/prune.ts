import { noArguments } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { confirm } from "../../confirm.ts";
import { EXIT } from "../../exit-codes.ts";
import { parseFilters } from "../../filters.ts";
import { bool, strings } from "../../flag-kinds.ts";
import { printReports } from "../../reports.ts";

const WARNING =
  "WARNING! This will remove all volumes not used by at least one container. The following volumes will be removed:";

/** `volume prune` (podman-volume-prune(1)). */
export const prune = defineCommand({
  usage: "[options]",
  description: "Removes every volume that no container uses, with all its data.",
  flags: {
    filter: strings("Only volumes that match, as key=value"),
    force: bool("Do not ask", { short: "f" }),
  },
  args: noArguments,
  run: async (io, input) => {
    const { volumes } = io.engine;
    const filters = parseFilters(input.flags.filter);
    if (!input.flags.force) {
      const unused = await volumes.list({ filters: { ...filters, dangling: ["true"] } });
      if (unused.length === 0) {
        await io.out("No dangling volumes found\n");
        return EXIT.ok;
      }
      if (!(await confirm(io, [WARNING, ...unused.map((volume) => volume.name)].join("\n")))) return EXIT.ok;
    }
    return await printReports(io, await volumes.prune({ filters }), { print: (report) => report.id });
  },
});
