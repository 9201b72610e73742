import { fail } from "../../../base/errors.ts";
import type { ArgumentRule } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { exitOfRemoval } from "../../exit-of-removal.ts";
import { bool, uint } from "../../flag-kinds.ts";
import { printReports } from "../../reports.ts";

const rule: ArgumentRule = ({ args, flags }) => {
  if ((flags["all"] === true) === args.length > 0)
    throw fail("INVALID_ARGUMENT", { message: "choose either one or more volumes or all" });
};

/** `volume rm` (podman-volume-rm(1)). */
export const rm = defineCommand({
  usage: "[options] VOLUME [VOLUME...]",
  description: "Removes volumes that no container uses; --force removes those containers too.",
  examples: ["volume rm data", "volume rm --all"],
  flags: {
    all: bool("Remove every volume", { short: "a" }),
    force: bool("Remove containers that use the volume too", { short: "f" }),
    time: uint("Seconds to wait before killing a container, with --force", {
      short: "t",
      aliases: ["timeout"],
      defaultText: "10",
    }),
  },
  args: rule,
  run: async (io, input) => {
    const { all, force } = input.flags;
    const reports = await io.engine.volumes.remove(input.args, { all, force });
    const codes = { missing: "NO_SUCH_VOLUME", inUse: "VOLUME_IN_USE" } as const;
    return await printReports(io, reports, {
      print: (report) => report.id,
      exitCode: () => exitOfRemoval(reports, codes),
    });
  },
});
