import { join } from "node:path";
import type { ContainerConfig, HealthCheck } from "../../model/container.ts";
import type { BootState } from "../../model/container-state.ts";
import type { CheckKind, HealthRecord } from "../../model/health.ts";
import type { EngineDeps } from "../deps.ts";
import { freshRecord } from "./transition.ts";

type Deps = Pick<EngineDeps, "host" | "paths">;

/** The check of a kind that a definition has. */
export function checkOf(config: ContainerConfig, kind: CheckKind): HealthCheck | undefined {
  return kind === "health" ? config.health : config.readiness;
}

export const CHECK_KINDS: readonly CheckKind[] = ["health", "readiness"];

/** File of a check. It lies outside of the bundle: podman shows the last health of a container that was cleaned up. */
function pathOf(deps: Deps, id: string, kind: CheckKind): string {
  return join(deps.paths.health, `${id}.${kind}.json`);
}

/** What is known of a check in this boot; undefined before the first run. A file that cannot be read counts as none. */
export function readRecord(deps: Deps, id: string, kind: CheckKind): HealthRecord | undefined {
  const text = deps.host.files.readTextIfExists(pathOf(deps, id, kind));
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as HealthRecord;
  } catch {
    return undefined;
  }
}

export function writeRecord(deps: Deps, id: string, kind: CheckKind, record: HealthRecord): void {
  deps.host.files.writeAtomic(pathOf(deps, id, kind), JSON.stringify(record));
}

/**
 * The record of the run that `state` describes: that of an earlier run does not count, because an engine may have died
 * between a start and its note of it.
 */
export function recordOfRun(deps: Deps, config: ContainerConfig, run: CheckRun): HealthRecord | undefined {
  const { kind, state } = run;
  if (checkOf(config, kind) === undefined || state.startedAt === undefined) return undefined;
  const record = readRecord(deps, config.id, kind);
  return record?.run === state.startedAt ? record : freshRecord(state.startedAt);
}

export interface CheckRun {
  readonly kind: CheckKind;
  readonly state: BootState;
}

/**
 * Notes that the checks of a container begin with this run.
 *
 * @returns true if any of them needs the supervisor
 */
export function beginChecks(deps: Deps, config: ContainerConfig, startedAt: number): boolean {
  const kinds = CHECK_KINDS.filter((kind) => checkOf(config, kind) !== undefined);
  if (kinds.length === 0) return false;
  deps.host.files.makeDir(deps.paths.health, 0o700);
  for (const kind of kinds) writeRecord(deps, config.id, kind, freshRecord(startedAt));
  return kinds.some((kind) => (checkOf(config, kind)?.intervalSeconds ?? 0) > 0);
}

/** Forgets the checks of a container that goes. */
export function removeRecords(deps: Deps, id: string): void {
  for (const kind of CHECK_KINDS) deps.host.files.remove(pathOf(deps, id, kind));
}
