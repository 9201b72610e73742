import type { Abortable } from "../../base/abortable.ts";
import type { ContainerId } from "../../base/brand.ts";
import { fail } from "../../base/errors.ts";
import { awaitConditions } from "../conditions/await.ts";
import type { EngineDeps } from "../deps.ts";
import { initLocked } from "./init.ts";
import { type LockedContainer, withContainer } from "./locked.ts";
import { startLocked } from "./start.ts";
import { stopContainer } from "./stop.ts";

/**
 * Stops a container if it runs and starts it again, keeping its network and mounts where they are up (spec/pods.md 4.4), once
 * its dependencies are in the conditions that it needs.
 *
 * @param options.timeout seconds before SIGKILL; absent is the container's own
 * @throws CONTAINER_STATE if it is paused or being removed, DEPENDENCY_CONDITION, DEPENDENCY_TIMEOUT
 */
export async function restartContainer(
  deps: EngineDeps,
  id: ContainerId,
  options: Abortable & { readonly timeout?: number } = {},
): Promise<void> {
  const config = deps.store.read((tx) => tx.containers.get(id));
  // Before the stop: what can't be started again is left alone.
  if (config !== undefined) await awaitConditions(deps, config, options);
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

/** How often a policy has started a container again, this time included, and how far its back-off has come. */
export interface PolicyRestart extends Abortable {
  readonly restartCount: number;
  readonly restartStep: number;
}

/**
 * Starts an ended container again because its policy says so: the count is kept, network and mounts stay. Goes on with what an
 * engine that was killed had begun.
 */
export async function restartByPolicy(
  deps: EngineDeps,
  container: LockedContainer,
  options: PolicyRestart,
): Promise<void> {
  if (container.status !== "initialized") {
    await container.emit("restart");
    await initLocked(deps, container, { ...options, restartAt: deps.host.clock.now() });
  }
  await startLocked(deps, container, options);
}
