import { fail, hasCode } from "../../../base/errors.ts";
import type { PodReport } from "../../../engine/api/pods.ts";
import { targets } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { bool, int } from "../../flag-kinds.ts";
import { errorLine } from "../../render/escape.ts";
import { checkDryRun, DRY_RUN_FLAGS, printPlans } from "./dry-run.ts";
import { ALL, IGNORE, LATEST, POD_ID_FILES, podSelection, printPodReports } from "./selection.ts";

const isMissing = (report: PodReport) => !report.ok && hasCode(report.error, "NO_SUCH_POD");

/** `pod rm` (spec/pods.md 3.8, exit codes 6.2). */
export const rm = defineCommand({
  usage: "[options] POD [POD...]",
  description: "Removes stopped pods with their containers; --force stops them first.",
  examples: ["pod rm web", "pod rm --force --all"],
  flags: {
    all: ALL,
    force: bool("Stop what runs and remove it", { short: "f" }),
    ignore: IGNORE,
    latest: LATEST,
    ...DRY_RUN_FLAGS,
    "pod-id-file": POD_ID_FILES,
    time: int("Seconds to wait before killing a container, with --force", {
      short: "t",
      aliases: ["timeout"],
      defaultText: "10",
    }),
  },
  args: targets("pod-id-file"),
  run: async (io, input) => {
    const { flags } = input;
    if (flags.time !== undefined && !flags.force)
      throw fail("INVALID_ARGUMENT", { message: "--force option must be specified to use the --time option" });
    const timeout = flags.time === undefined || flags.time < 0 ? {} : { timeout: flags.time };
    checkDryRun(flags, input.given);
    // A forced removal of what is gone already has nothing left to do (podman 5.1 and later).
    const selection = podSelection(io, { args: input.args, flags: { ...flags, ignore: flags.ignore || flags.force } });
    if (flags["dry-run"])
      return await printPlans(
        io,
        { args: input.args, flags: { ...flags, ignore: flags.ignore || flags.force } },
        { verb: "remove", force: flags.force, ...timeout },
      );
    try {
      const reports = await io.engine.pods.remove(selection, { force: flags.force, ...timeout, signal: io.signal });
      const code = await printPodReports(io, reports, "removing");
      const failed = reports.find((report) => !report.ok);
      return failed && isMissing(failed) ? EXIT.missing : code;
    } catch (error) {
      if (!hasCode(error, "NO_SUCH_POD") && !hasCode(error, "POD_IS_CONTAINER") && !hasCode(error, "NO_PODS"))
        throw error;
      io.err(errorLine(error.message));
      return EXIT.missing;
    }
  },
});
