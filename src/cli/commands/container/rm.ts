import { fail } from "../../../base/errors.ts";
import { targets } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { removeExitCode } from "../../exit-codes.ts";
import { bool, list, uint } from "../../flag-kinds.ts";
import { printReports } from "../../reports.ts";
import { CID_FILES, containerSelection, IGNORE, LATEST } from "./selection.ts";

/** `container rm`. */
export const rm = defineCommand({
  usage: "[options] CONTAINER [CONTAINER...]",
  description: "Removes containers. A running or paused one must be stopped first, or --force given.",
  examples: ["rm web", "rm --force web db", "rm --all --force"],
  flags: {
    all: bool("Remove all containers", { short: "a" }),
    cidfile: CID_FILES,
    depend: bool("Remove what depends on it as well"),
    filter: list("Only containers that match, as key=value"),
    force: bool("Stop it first if need be; missing containers are fine", { short: "f" }),
    ignore: IGNORE,
    latest: LATEST,
    time: uint("Seconds until SIGKILL", { short: "t", aliases: ["timeout"], defaultText: "10" }),
    volumes: bool("Remove its anonymous volumes as well", { short: "v" }),
  },
  args: targets("cidfile"),
  run: async (io, input) => {
    const { flags } = input;
    if (flags.time !== undefined && !flags.force)
      throw fail("INVALID_ARGUMENT", { message: "--force option must be specified to use the --time option" });
    const selection = await containerSelection(io, {
      args: input.args,
      flags: { ...flags, ignore: flags.ignore || flags.force },
    });
    const reports = await io.engine.containers.remove(selection, {
      signal: io.signal,
      ...(flags.force ? { force: true } : {}),
      ...(flags.volumes ? { volumes: true } : {}),
      ...(flags.depend ? { depend: true } : {}),
      ...(flags.time === undefined ? {} : { timeout: flags.time }),
    });
    return await printReports(io, reports, {
      exitCode: removeExitCode,
      ...(flags.depend ? { print: (report) => report.id } : {}),
    });
  },
});
