import type { Abortable } from "../../base/abortable.ts";
import type { ContainerId } from "../../base/brand.ts";
import { fail } from "../../base/errors.ts";
import type { EngineDeps } from "../deps.ts";
import { initLocked } from "./init.ts";
import { type LockedContainer, withContainer } from "./locked.ts";
import { startLocked } from "./start.ts";
import { stopContainer } from "./stop.ts";

/**
 * Stops a container if it runs and starts it again, keeping its network and mounts where they are up (spec/pods.md 4.4).
 *
 * @param options.timeout seconds before SIGKILL; absent is the container's own
 * @throws CONTAINER_STATE if it is paused or being removed
 */
export async function restartContainer(
  deps: EngineDeps,
  id: ContainerId,
  options: Abortable & { readonly timeout?: number } = {},
): Promise<void> {
  const running = await withContainer(
    deps,
    id,
    async (container) => {
      const { status } = container;
      if (["paused", "removing", "stopping", "unknown"].includes(status))
        throw fail("CONTAINER_STATE", {
          message: `unable to restart a container in a paused or unknown state: ${id} is ${status}`,
        });
      await container.emit("restart");
      return status === "running";
    },
    options,
  );
  if (running) await stopContainer(deps, id, options);
  await withContainer(deps, id, async (container) => startLocked(deps, container, options), options);
}

/** Starts an ended container again because its policy says so: the count is kept, network and mounts stay. */
export async function restartByPolicy(deps: EngineDeps, container: LockedContainer, options: Abortable): Promise<void> {
  const restartCount = (container.state?.restartCount ?? 0) + 1;
  await container.emit("restart");
  await initLocked(deps, container, { ...options, restartCount });
  await startLocked(deps, container, options);
}
