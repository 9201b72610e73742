import type { Abortable } from "../../base/abortable.ts";
import type { ContainerId } from "../../base/brand.ts";
import { fail } from "../../base/errors.ts";
import type { ContainerStatus } from "../../model/container-state.ts";
import type { WaitCondition } from "../api/containers.ts";
import type { EngineDeps } from "../deps.ts";
import { waitFor } from "../wait-for.ts";
import { isAlive, observe } from "./observe.ts";

/** Milliseconds an ended container whose monitor died may stay without a record (spec/pods.md 0). */
const MONITOR_GRACE_MS = 20_000;

const ENDED: readonly WaitCondition[] = ["stopped", "exited"];

export interface WaitOptions extends Abortable {
  readonly conditions?: readonly WaitCondition[];
  /** Milliseconds between looks; default adapts from 2 to 25. */
  readonly intervalMs?: number;
}

/**
 * Waits for a container (spec/pods.md 5.4): by default until it has ended, else until the first of the conditions is true.
 *
 * @returns the exit code, 0 for one that never ran, or -1 when a condition other than the end came true
 * @throws NO_SUCH_CONTAINER when it is gone and no exit code of it is kept
 */
export async function waitContainer(deps: EngineDeps, id: ContainerId, options: WaitOptions = {}): Promise<number> {
  const conditions = options.conditions ?? ENDED;
  let ended: number | undefined;
  const look = (): number | undefined => {
    const config = deps.store.read((tx) => tx.containers.get(id));
    if (config === undefined) return codeOfRemoved(deps, id, conditions);
    const lastRun = deps.store.read((tx) => tx.containers.lastRun(id));
    const state = deps.store.boot.get(id);
    const seen = observe(deps, id, { state, lastRun });
    if (matches(seen.status, conditions)) {
      if (!isEnd(seen.status)) return isNeverRun(seen.status, conditions) ? 0 : -1;
      if (seen.lastRun.exitCode !== undefined) return seen.lastRun.exitCode;
      ended ??= deps.host.clock.monotonic();
      if (isAlive(deps, state?.conmon) || deps.host.clock.monotonic() - ended < 200) return undefined;
      return deps.host.clock.monotonic() - ended > MONITOR_GRACE_MS || !isAlive(deps, state?.conmon) ? -1 : undefined;
    }
    return isNeverRun(seen.status, conditions) ? 0 : undefined;
  };
  return waitFor(look, {
    clock: deps.host.clock,
    operation: `waiting for container ${id}`,
    ...(options.intervalMs === undefined ? {} : { intervalMs: options.intervalMs, maxIntervalMs: options.intervalMs }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}

const isEnd = (status: ContainerStatus) => status === "stopped" || status === "exited";

function matches(status: ContainerStatus, conditions: readonly WaitCondition[]): boolean {
  if (isEnd(status)) return conditions.some((c) => c === "stopped" || c === "exited");
  return conditions.includes(status);
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
