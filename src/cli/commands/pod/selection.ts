import { fail, messageOf } from "../../../base/errors.ts";
import type { PodReport, PodSelection } from "../../../engine/api/pods.ts";
import type { Io } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { bool, strings } from "../../flag-kinds.ts";
import { errorLine } from "../../render/escape.ts";

/** Flags with which a verb finds its pods (spec/pods.md 9.1). */
export const ALL = bool("Act on every pod", { short: "a" });
export const LATEST = bool("Act on the pod that was created last", { short: "l" });
export const IGNORE = bool("Ignore pods that do not exist", { short: "i" });
export const POD_ID_FILES = strings("Read the pod's ID from the first line of this file");

interface TargetFlags {
  readonly all?: boolean;
  readonly latest?: boolean;
  readonly ignore?: boolean;
  readonly "pod-id-file"?: readonly string[];
}

function idFrom(io: Io, path: string): string {
  try {
    return io.readFile(path).split("\n", 1)[0]?.trim() ?? "";
  } catch (error) {
    throw fail("INVALID_ARGUMENT", { message: `reading pod ID file: ${messageOf(error)}` }, { cause: error });
  }
}

/**
 * The pods that arguments and flags name.
 *
 * @param input.args names and ids
 * @param input.flags the target flags that the command has
 * Throws INVALID_ARGUMENT if an id file cannot be read.
 */
export function podSelection(
  io: Io,
  input: { readonly args: readonly string[]; readonly flags: TargetFlags },
): PodSelection {
  const { flags } = input;
  if (flags.all === true) return { all: true };
  if (flags.latest === true) return { latest: true };
  const refs = [...input.args, ...(flags["pod-id-file"] ?? []).map((path) => idFrom(io, path))];
  return { refs, ignoreMissing: flags.ignore === true };
}

/** Messages of a report that failed: one per member where the pod failed in part (spec/pods.md 3.0). */
function failuresOf(report: Extract<PodReport, { ok: false }>, doing: string): readonly string[] {
  if (report.failed.length === 0) return [report.error.message];
  const from = doing === "removing" && report.id !== undefined ? ` from pod ${report.id}` : "";
  return report.failed.map(({ container, error }) => `${doing} container ${container}${from}: ${error.message}`);
}

/**
 * Prints the ids of pods that worked, and the failures of the others.
 *
 * @param doing the verb as messages have it, e.g. `starting`
 * @returns the exit code
 */
export async function printPodReports(io: Io, reports: readonly PodReport[], doing: string): Promise<number> {
  const ids = reports.flatMap((report) => (report.ok ? [`${report.id}\n`] : []));
  if (ids.length > 0) await io.out(ids.join(""));
  const failures = reports.flatMap((report) => (report.ok ? [] : failuresOf(report, doing)));
  for (const message of failures) io.err(errorLine(message));
  return failures.length === 0 ? EXIT.ok : EXIT.engine;
}
