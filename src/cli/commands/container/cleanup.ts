import { type EngineError, fail } from "../../../base/errors.ts";
import type { Report } from "../../../engine/api/containers.ts";
import { targets } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { bool, text } from "../../flag-kinds.ts";
import { printReports } from "../../reports.ts";
import { containerSelection, LATEST } from "./selection.ts";

function cleanupFailure({ input, error }: Extract<Report, { ok: false }>): EngineError {
  return fail("CLEANUP_FAILED", { id: input, because: error.message }, { cause: error });
}

/** `container cleanup`: what conmon calls when a container or an exec session has ended. */
export const cleanup = defineCommand({
  usage: "[options] CONTAINER [CONTAINER...]",
  description: "Takes down mounts and networks of containers that have ended, and does what their policies say.",
  examples: ["container cleanup web"],
  flags: {
    all: bool("Clean up all containers", { short: "a" }),
    exec: text("Clean up this exec session instead of the container"),
    latest: LATEST,
    rm: bool("Remove the container afterwards"),
    rmi: bool("Not supported", { hidden: true }),
    "stopped-only": bool("Leave a container that runs again alone", { hidden: true }),
  },
  args: targets(),
  run: async (io, input) => {
    const { flags } = input;
    if (flags.rmi) throw fail("INVALID_ARGUMENT", { message: "--rmi is not supported yet" });
    if (flags.exec && flags.rm)
      throw fail("INVALID_ARGUMENT", { message: "exec and rm options conflict with each other: invalid argument" });
    const reports = await io.engine.containers.cleanup(await containerSelection(io, input), {
      signal: io.signal,
      ...(flags.rm ? { remove: true } : {}),
      ...(flags.exec ? { execSession: flags.exec } : {}),
      ...(flags["stopped-only"] ? { stoppedOnly: true } : {}),
    });
    return await printReports(
      io,
      reports.map((report) => (report.ok ? report : { ...report, error: cleanupFailure(report) })),
    );
  },
});
