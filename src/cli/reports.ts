import type { Report } from "../engine/api/containers.ts";
import type { Io } from "./command.ts";
import { reportsExitCode } from "./exit-codes.ts";
import { errorLine } from "./render/escape.ts";

/**
 * Prints the outcome of a verb over several objects: the inputs that worked on stdout, one a line, then a line `Error: …`
 * for each that did not.
 *
 * @param options.exitCode how failures become the exit code; default 125 for any
 * @param options.print what to print for one that worked; default the input as given
 */
export async function printReports<R extends Report<unknown>>(
  io: Io,
  reports: readonly R[],
  options: {
    readonly exitCode?: (reports: readonly Report<unknown>[]) => number;
    readonly print?: (report: Extract<R, { readonly ok: true }>) => string;
  } = {},
): Promise<number> {
  const worked = reports.filter((report): report is Extract<R, { readonly ok: true }> => report.ok);
  const print = options.print ?? ((report) => report.input);
  if (worked.length > 0) await io.out(`${worked.map(print).join("\n")}\n`);
  for (const report of reports) if (!report.ok) io.err(errorLine(report.error.message));
  return (options.exitCode ?? reportsExitCode)(reports);
}
