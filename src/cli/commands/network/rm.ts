import { atLeast } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { exitOfRemoval } from "../../exit-of-removal.ts";
import { bool, uint } from "../../flag-kinds.ts";
import { printReports } from "../../reports.ts";

/** `network rm` (podman-network-rm(1)). */
export const rm = defineCommand({
  usage: "[options] NETWORK [NETWORK...]",
  description: "Removes networks that no container is in; --force removes those containers too.",
  examples: ["network rm back"],
  flags: {
    force: bool("Remove containers that use the network too", { short: "f" }),
    time: uint("Seconds to wait before killing a container, with --force", {
      short: "t",
      aliases: ["timeout"],
      defaultText: "10",
    }),
  },
  args: atLeast(1),
  run: async (io, input) => {
    const reports = await io.engine.networks.remove(input.args, { force: input.flags.force });
    const codes = { missing: "NO_SUCH_NETWORK", inUse: "NETWORK_IN_USE" } as const;
    return await printReports(io, reports, { exitCode: () => exitOfRemoval(reports, codes) });
  },
});
