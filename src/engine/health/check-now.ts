import type { Abortable } from "../../base/abortable.ts";
import type { ContainerId } from "../../base/brand.ts";
import { fail } from "../../base/errors.ts";
import type { HealthRecord } from "../../model/health.ts";
import type { EngineDeps } from "../deps.ts";
import { runCheck } from "./check.ts";

/**
 * `minke healthcheck run`: the check once, by hand.
 *
 * @throws NO_HEALTHCHECK, CONTAINER_STATE, HEALTHCHECK_TIMEOUT when the probe was not done in time; that is on record as well
 */
export async function checkHealthNow(
  deps: EngineDeps,
  id: ContainerId,
  options: Abortable = {},
): Promise<HealthRecord> {
  const outcome = await runCheck(deps, id, { ...options, kind: "health" });
  if (outcome.result.exitCode === -1) throw fail("HEALTHCHECK_TIMEOUT", { seconds: outcome.timeoutSeconds });
  return outcome.record;
}
