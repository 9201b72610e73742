import type { Abortable } from "../../base/abortable.ts";
import type { ContainerId } from "../../base/brand.ts";
import { fail } from "../../base/errors.ts";
import type { EngineDeps } from "../deps.ts";
import { waitFor } from "../wait-for.ts";
import { cleanupContainer } from "./cleanup.ts";
import { type LockedContainer, withContainer } from "./locked.ts";
import { isAlive } from "./observe.ts";
import { cancelRestart } from "./restart-cancel.ts";
import { KILL, signalContainer } from "./signals.ts";

/** Milliseconds that SIGKILL may take to show. */
const KILL_WAIT_MS = 5000;

export interface KillOptions extends Abortable {
  readonly signalNumber: number;
  /** False for a kill that restart policies may answer; default true. */
  readonly byUser?: boolean;
  /** The caller holds the pod's lock. */
  readonly insidePodVerb?: boolean;
}

/**
 * Sends a signal to a running, paused or stopping container (spec/pods.md 5.3a). SIGKILL waits for the exit record; a
 * signal by hand counts as "stopped by the user" for restart policies. Of a container that waits for its restart, the restart is
 * taken back.
 *
 * @throws CONTAINER_STATE in any other state
 */
export async function killContainer(deps: EngineDeps, id: ContainerId, options: KillOptions): Promise<void> {
  const cancelled = await withContainer(
    deps,
    id,
    async (container) => {
      if (cancelRestart(container)) return true;
      const { status, state } = container;
      if (!["running", "paused", "stopping"].includes(status) || state === undefined)
        throw fail("CONTAINER_STATE", { message: `can only kill running containers. ${id} is in state ${status}` });
      if (options.byUser !== false) container.patch({ stoppedByUser: true });
      if (!signalContainer(deps, container, { signalNumber: options.signalNumber, all: false }))
        throw fail("CONTAINER_STATE", { message: `can only kill running containers. ${id} is in state stopped` });
      await container.emit("kill");
      if (options.signalNumber === KILL)
        await awaitKilled(deps, container, { ...options, wasPaused: status === "paused" });
      return false;
    },
    options,
  );
  if (cancelled) await cleanupContainer(deps, id, { ...options, stoppedOnly: true });
}

/** Kills a paused container that is being removed; its end is recorded, but no `kill` event (as podman). */
export async function killPaused(deps: EngineDeps, id: ContainerId, options: Abortable): Promise<void> {
  await withContainer(
    deps,
    id,
    async (container) => {
      if (container.status !== "paused") return;
      container.patch({ stoppedByUser: true });
      signalContainer(deps, container, { signalNumber: KILL, all: true });
      await awaitKilled(deps, container, { ...options, wasPaused: true });
    },
    options,
  );
}

/** Waits for the end of a process that was sent SIGKILL, thawing it first where it is frozen, and records it. */
async function awaitKilled(
  deps: EngineDeps,
  container: LockedContainer,
  options: Abortable & { readonly wasPaused: boolean },
): Promise<void> {
  const { state, id } = container;
  if (options.wasPaused && state?.cgroupPath !== undefined)
    await deps.host.cgroups.setFrozen(state.cgroupPath, false, options);
  await waitFor(() => (isAlive(deps, state?.process) ? undefined : true), {
    clock: deps.host.clock,
    timeoutMs: KILL_WAIT_MS,
    operation: `killing container ${id}`,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  await container.sync(options);
}
