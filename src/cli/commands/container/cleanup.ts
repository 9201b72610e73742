import { fail } from "../../../base/errors.ts";
import type { Report } from "../../../engine/api/containers.ts";
import { targets } from "../../argument-rules.ts";
import { defineCommand, type Io } from "../../command.ts";
import { bool, text } from "../../flag-kinds.ts";
import { printReports } from "../../reports.ts";
import { containerSelection, LATEST } from "./selection.ts";

/** As podman has it: with the container's id. */
async function failureOf(io: Io, report: Extract<Report, { ok: false }>): Promise<Report> {
  const { input, error } = report;
  const id = await io.engine.containers.resolve(input).catch(() => undefined);
  if (id === undefined) return report;
  return { input, ok: false, error: fail("CLEANUP_FAILED", { id, because: error.message }, { cause: error }) };
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
      await Promise.all(reports.map((report) => (report.ok ? report : failureOf(io, report)))),
    );
  },
});
