import { dirname } from "node:path";
import type { Abortable } from "../../base/abortable.ts";
import type { ContainerId } from "../../base/brand.ts";
import { fail } from "../../base/errors.ts";
import type { ContainerConfig } from "../../model/container.ts";
import type { BootState, ContainerStatus } from "../../model/container-state.ts";
import type { WaitCondition } from "../api/containers.ts";
import { Changes } from "../changes.ts";
import { factsOf } from "../conditions/facts.ts";
import type { EngineDeps } from "../deps.ts";
import { isAlive, observe } from "./observe.ts";

/** Milliseconds an ended container whose monitor died may stay without a record (spec/pods.md 0). */
const MONITOR_GRACE_MS = 20_000;

const ENDED: readonly WaitCondition[] = ["stopped", "exited"];

/** Milliseconds of the first looks: what ends at once is not worth a watch. */
const EARLY_LOOKS_MS = [1, 2, 4, 8];

/** Milliseconds between looks when no change was announced: a process may vanish without a file telling of it. */
const SAFETY_MS = 500;

/** Milliseconds that a living monitor's last words may take after the process is gone. */
const LAST_WORDS_MS = 200;

export interface WaitOptions extends Abortable {
  readonly conditions?: readonly WaitCondition[];
}

/**
 * Waits for a container (spec/pods.md 5.4): by default until it has ended, else until the first of the conditions is true. It
 * looks when one of the container's files changes, not all the time.
 *
 * @returns the exit code, 0 for one that never ran, or -1 when a condition other than the end came true
 * @throws NO_SUCH_CONTAINER when it is gone and no exit code of it is kept, NO_HEALTHCHECK
 */
export async function waitContainer(deps: EngineDeps, id: ContainerId, options: WaitOptions = {}): Promise<number> {
  const conditions = options.conditions ?? ENDED;
  const { signal } = options;
  const look = lookerAt(deps, id, conditions);
  for (const milliseconds of EARLY_LOOKS_MS) {
    signal?.throwIfAborted();
    const code = look();
    if (code !== undefined) return code;
    await deps.host.clock.sleep(milliseconds, signal === undefined ? {} : { signal });
  }
  deps.supervisor.revive();
  const bundle = deps.paths.bundle(id);
  using changes = new Changes(deps, [dirname(bundle), bundle, deps.paths.exits, deps.paths.health]);
  for (;;) {
    const code = look();
    if (code !== undefined) return code;
    await changes.next(SAFETY_MS, options);
  }
}

/** A function that looks once: the answer, or undefined while there is none. */
function lookerAt(deps: EngineDeps, id: ContainerId, conditions: readonly WaitCondition[]): () => number | undefined {
  let ended: number | undefined;
  return () => {
    const found = deps.store.read((tx) => {
      const config = tx.containers.get(id);
      return config && { config, lastRun: tx.containers.lastRun(id) };
    });
    if (found === undefined) return codeOfRemoved(deps, id, conditions);
    const state = deps.store.boot.get(id);
    if (checksMatch(deps, { config: found.config, state, conditions })) return -1;
    const seen = observe(deps, id, { state, lastRun: found.lastRun });
    if (!matches(seen.status, conditions)) return isNeverRun(seen.status, conditions) ? 0 : undefined;
    if (!isEnd(seen.status)) return isNeverRun(seen.status, conditions) ? 0 : -1;
    if (seen.lastRun.exitCode !== undefined) return seen.lastRun.exitCode;
    ended ??= deps.host.clock.monotonic();
    const since = deps.host.clock.monotonic() - ended;
    return since < (isAlive(deps, state?.conmon) ? MONITOR_GRACE_MS : LAST_WORDS_MS) ? undefined : -1;
  };
}

interface CheckLook {
  readonly config: ContainerConfig;
  readonly state: BootState | undefined;
  readonly conditions: readonly WaitCondition[];
}

/** True if a condition on health or readiness holds. Readiness without a check of its own is health, without any is running. */
function checksMatch(deps: EngineDeps, look: CheckLook): boolean {
  const { config, state, conditions } = look;
  if (!conditions.some((c) => c === "healthy" || c === "unhealthy" || c === "ready")) return false;
  if (config.health === undefined && conditions.some((c) => c === "healthy" || c === "unhealthy"))
    throw fail("NO_HEALTHCHECK", { id: config.id });
  const { status, health, readiness } = factsOf(deps, config);
  if (state === undefined || status !== "running") return false;
  return conditions.some((condition) => {
    if (condition === "ready") return (readiness ?? health ?? "healthy") === "healthy";
    return condition === health;
  });
}

const isEnd = (status: ContainerStatus) => status === "stopped" || status === "exited";

function matches(status: ContainerStatus, conditions: readonly WaitCondition[]): boolean {
  if (isEnd(status)) return conditions.some((c) => c === "stopped" || c === "exited");
  return conditions.some((condition) => condition === status);
}

/** Podman answers 0 at once for a container that was created and never ran, if the end is what is waited for. */
function isNeverRun(status: ContainerStatus, conditions: readonly WaitCondition[]): boolean {
  return (status === "created" || status === "initialized") && conditions === ENDED;
}

function codeOfRemoved(deps: EngineDeps, id: ContainerId, conditions: readonly WaitCondition[]): number {
  if (conditions !== ENDED && !conditions.some((c) => c === "removing" || c === "exited" || c === "stopped"))
    throw fail("NO_SUCH_CONTAINER", { ref: id });
  const code = deps.store.read((tx) => tx.containers.exitCode(id));
  if (code === undefined) throw fail("NO_EXIT_CODE", { id });
  return code;
}
