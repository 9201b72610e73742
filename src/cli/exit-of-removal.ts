import type { ErrorCode } from "../base/error-codes.ts";
import type { Report } from "../engine/api/containers.ts";
import { EXIT } from "./exit-codes.ts";

/**
 * Exit code of removing things that may be missing or in use: 2 if one is in use, else 1 if one is missing, else 125 for any
 * other failure (podman-volume-rm(1), podman-network-rm(1)).
 */
export function exitOfRemoval(
  reports: readonly Report[],
  codes: { readonly missing: ErrorCode; readonly inUse: ErrorCode },
): number {
  const failures = reports.flatMap((report) => (report.ok ? [] : [report.error.code]));
  if (failures.length === 0) return EXIT.ok;
  if (failures.includes(codes.inUse)) return EXIT.inUse;
  return failures.includes(codes.missing) ? EXIT.missing : EXIT.engine;
}
