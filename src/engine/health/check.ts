import type { Abortable } from "../../base/abortable.ts";
import type { ContainerId } from "../../base/brand.ts";
import { fail, hasCode } from "../../base/errors.ts";
import type { HealthCheck } from "../../model/container.ts";
import type { CheckKind, HealthRecord, ProbeResult } from "../../model/health.ts";
import { isStateRefusal } from "../containers/cleanup.ts";
import { killContainer } from "../containers/kill.ts";
import { withContainer } from "../containers/locked.ts";
import { observe } from "../containers/observe.ts";
import { restartContainer } from "../containers/restart.ts";
import { KILL } from "../containers/signals.ts";
import { stopContainer } from "../containers/stop.ts";
import type { EngineDeps } from "../deps.ts";
import { checkOf, recordOfRun, writeRecord } from "./health-files.ts";
import { probeOnce } from "./probe.ts";
import { afterProbe } from "./transition.ts";

/** What one check came to: the probe's own result, and what it made of the container. */
export interface CheckOutcome {
  readonly result: ProbeResult;
  readonly record: HealthRecord;
  readonly timeoutSeconds: number;
}

/**
 * Runs a check of a container once, records what it found, and does what the check says about an unhealthy container. An event
 * comes only when the health changes.
 *
 * @throws NO_HEALTHCHECK, CONTAINER_STATE unless it runs
 */
export async function runCheck(
  deps: EngineDeps,
  id: ContainerId,
  request: Abortable & { readonly kind: CheckKind },
): Promise<CheckOutcome> {
  const { kind } = request;
  const config = deps.store.read((tx) => tx.containers.get(id));
  if (config === undefined) throw fail("NO_SUCH_CONTAINER", { ref: id });
  const check = checkOf(config, kind);
  if (check === undefined) throw fail("NO_HEALTHCHECK", { id });
  const state = deps.store.boot.get(id);
  if (state === undefined || observe(deps, id, { state, lastRun: {} }).status !== "running")
    throw fail("CONTAINER_STATE", { message: `container ${id} is not running` });
  const signal = request.signal === undefined ? {} : { signal: request.signal };
  const result = await probeOnce(deps, { config, state, check, ...signal });
  const record = await apply(deps, id, { ...signal, kind, check, result, run: state.startedAt });
  if (kind === "health" && result.exitCode !== 0 && record.status === "unhealthy")
    await actOnUnhealthy(deps, id, { ...signal, check, run: record.run });
  return { result, record, timeoutSeconds: check.timeoutSeconds };
}

interface Finding extends Abortable {
  readonly kind: CheckKind;
  readonly check: HealthCheck;
  readonly result: ProbeResult;
  /** The run that was probed. */
  readonly run: number | undefined;
}

/** Records a result under the container's lock; one of a run that has ended meanwhile says nothing any more. */
async function apply(deps: EngineDeps, id: ContainerId, finding: Finding): Promise<HealthRecord> {
  return withContainer(
    deps,
    id,
    async (container) => {
      const { state, config, status } = container;
      const before = state && recordOfRun(deps, config, { kind: finding.kind, state });
      if (before === undefined || before.run !== finding.run || status !== "running")
        throw fail("CONTAINER_STATE", { message: `container ${id} is not running` });
      const after = afterProbe(before, finding.result, finding.check);
      writeRecord(deps, id, finding.kind, after);
      if (finding.kind === "health" && after.status !== before.status)
        await container.emit("health_status", { health: after.status });
      return after;
    },
    finding,
  );
}

/** A container that ended or was started again meanwhile is left alone. */
async function actOnUnhealthy(
  deps: EngineDeps,
  id: ContainerId,
  unhealthy: Abortable & { readonly check: HealthCheck; readonly run: number },
): Promise<void> {
  if (deps.store.boot.get(id)?.startedAt !== unhealthy.run) return;
  const signal = unhealthy.signal === undefined ? {} : { signal: unhealthy.signal };
  try {
    switch (unhealthy.check.onFailure) {
      case "none":
        return;
      case "kill":
        return await killContainer(deps, id, { ...signal, signalNumber: KILL, byUser: false });
      case "restart":
        return await restartContainer(deps, id, signal);
      case "stop":
        return await stopContainer(deps, id, signal);
    }
  } catch (error) {
    if (!isStateRefusal(error) && !hasCode(error, "NO_SUCH_CONTAINER")) throw error;
  }
}
