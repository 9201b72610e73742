import { hasCode, isEngineError } from "../base/errors.ts";
import type { Report } from "../engine/api/containers.ts";

/** Exit codes of the CLI (podman-run(1) "Exit status", spec/pods.md 5.8 and 6.2). */
export const EXIT = {
  ok: 0,
  /** `exists` of something missing; `rm` when all that failed was missing. */
  missing: 1,
  /** `rm` of something running or paused. */
  inUse: 2,
  /** The engine itself failed. */
  engine: 125,
  /** The container's command cannot be invoked. */
  cannotInvoke: 126,
  /** The container's command was not found. */
  notFound: 127,
  /** `exec` in a container that does not run. */
  notRunning: 255,
} as const;

/** Exit code of a process that a signal ended. */
export function signalExitCode(signal: number): number {
  return 128 + signal;
}

/** Exit code of an error that reached the top. */
export function exitCodeOf(_error: unknown): number {
  return EXIT.engine;
}

/**
 * Exit code of `run` when the container could not be started: 127 for what was not found, 126 for every other failure of
 * the start.
 *
 * @param error what the start threw
 */
export function startExitCodeOf(error: unknown): number {
  const text = error instanceof Error ? error.message.toLowerCase() : "";
  if (hasCode(error, "OCI_NOT_FOUND") || text.includes("not found") || text.includes("no such file"))
    return EXIT.notFound;
  return EXIT.cannotInvoke;
}

/** Exit code of `exec` when the command could not be started; podman has 255 where the container does not run. */
export function execExitCodeOf(error: unknown): number {
  if (hasCode(error, "CONTAINER_STATE")) return EXIT.notRunning;
  if (hasCode(error, "OCI_NOT_FOUND")) return EXIT.notFound;
  if (hasCode(error, "OCI_PERMISSION_DENIED")) return EXIT.cannotInvoke;
  return hasCode(error, "INVALID_ARGUMENT") ? EXIT.notRunning : EXIT.engine;
}

/** Exit code of a verb over several objects. */
export function reportsExitCode(reports: readonly Report<unknown>[]): number {
  return reports.every((report) => report.ok) ? EXIT.ok : EXIT.engine;
}

/**
 * Exit code of `rm` (podman-rm(1)): the first failure that has a code of its own decides.
 *
 * @param reports one per input
 */
export function removeExitCode(reports: readonly Report<unknown>[]): number {
  for (const report of reports) {
    if (report.ok) continue;
    if (hasCode(report.error, "NO_SUCH_CONTAINER") || hasCode(report.error, "NO_SUCH_POD")) return EXIT.missing;
    if (isEngineError(report.error) && report.error.code === "CONTAINER_STATE") return EXIT.inUse;
  }
  return reportsExitCode(reports);
}
