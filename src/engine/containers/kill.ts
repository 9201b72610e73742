import type { Abortable } from "../../base/abortable.ts";
import type { ContainerId } from "../../base/brand.ts";
import { fail } from "../../base/errors.ts";
import type { EngineDeps } from "../deps.ts";
import { waitFor } from "../wait-for.ts";
import { withContainer } from "./locked.ts";
import { isAlive } from "./observe.ts";
import { KILL, signalContainer } from "./signals.ts";

/** Milliseconds that SIGKILL may take to show. */
const KILL_WAIT_MS = 5000;

/**
 * Sends a signal to a running, paused or stopping container (spec/pods.md 5.3a). SIGKILL waits for the exit record; a
 * signal by hand counts as "stopped by the user" for restart policies.
 *
 * @throws CONTAINER_STATE in any other state
 */
export async function killContainer(
  deps: EngineDeps,
  id: ContainerId,
  options: Abortable & { readonly signalNumber: number },
): Promise<void> {
  await withContainer(
    deps,
    id,
    async (container) => {
      const { status, state } = container;
      if (!["running", "paused", "stopping"].includes(status) || state === undefined)
        throw fail("CONTAINER_STATE", { message: `can only kill running containers. ${id} is in state ${status}` });
      container.patch({ stoppedByUser: true });
      if (!signalContainer(deps, container, { signalNumber: options.signalNumber, all: false }))
        throw fail("CONTAINER_STATE", { message: `can only kill running containers. ${id} is in state stopped` });
      await container.emit("kill");
      if (options.signalNumber !== KILL) return;
      if (status === "paused" && state.cgroupPath !== undefined)
        await deps.host.cgroups.setFrozen(state.cgroupPath, false, options);
      await waitFor(() => (isAlive(deps, state.process) ? undefined : true), {
        clock: deps.host.clock,
        timeoutMs: KILL_WAIT_MS,
        operation: `killing container ${id}`,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
      await container.sync(options);
    },
    options,
  );
}
