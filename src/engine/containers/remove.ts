import type { ContainerId } from "../../base/brand.ts";
import { fail, hasCode } from "../../base/errors.ts";
import type { RemoveOptions } from "../api/containers.ts";
import type { EngineDeps } from "../deps.ts";
import { containerEvent } from "../event-subject.ts";
import { removeRecords } from "../health/health-files.ts";
import { refuseServiceRemoval } from "../pods/service-pods.ts";
import { removeAnonymousVolumes } from "../volumes/remove.ts";
import { killPaused } from "./kill.ts";
import { type LockedContainer, withContainer } from "./locked.ts";
import { removeExtraOverlays } from "./mount-setup.ts";
import { stopContainer } from "./stop.ts";
import { tearDown } from "./teardown.ts";

export interface RemoveContainerOptions extends RemoveOptions {
  /** The pod is being removed: its infra may go, and dependants are already gone. */
  readonly withPod?: boolean;
  /** Do not look for dependants (a pod whose graph is broken). */
  readonly ignoreDependants?: boolean;
}

/**
 * Removes a container and all it owns (spec/pods.md 5.6).
 *
 * @throws INFRA_REMOVE, SERVICE_IN_USE, CONTAINER_HAS_DEPENDENTS, CONTAINER_STATE without force; NO_SUCH_CONTAINER
 */
export async function removeContainer(
  deps: EngineDeps,
  id: ContainerId,
  options: RemoveContainerOptions = {},
): Promise<void> {
  await withContainer(deps, id, async (container) => refuse(deps, container, options), options);
  await end(deps, id, options);
  const volumes = await withContainer(deps, id, async (container) => removeLocked(deps, container, options), options);
  if (options.volumes === true) await removeAnonymousVolumes(deps, volumes);
}

async function refuse(deps: EngineDeps, container: LockedContainer, options: RemoveContainerOptions): Promise<void> {
  const { config, id, status } = container;
  if (config.isInfra && config.pod !== undefined && options.withPod !== true)
    throw fail("INFRA_REMOVE", { id, pod: config.pod });
  refuseServiceRemoval(deps, id);
  const mayStop = options.force === true || (config.isInfra && options.withPod === true);
  if (!mayStop && ["running", "paused", "unknown", "stopping"].includes(status))
    throw fail("CONTAINER_STATE", {
      message: `cannot remove container ${id} as it is ${status} - running or paused containers cannot be removed without force`,
    });
  if (options.ignoreDependants === true) return;
  const dependents = deps.store.read((tx) => tx.containers.dependants(id));
  if (dependents.length > 0) throw fail("CONTAINER_HAS_DEPENDENTS", { id, dependents });
}

/** Ends whatever still runs; a paused one is killed. */
async function end(deps: EngineDeps, id: ContainerId, options: RemoveContainerOptions): Promise<void> {
  const status = await withContainer(deps, id, async (container) => container.status, options);
  if (status === "paused") await killPaused(deps, id, options);
  if (status !== "running" && status !== "stopping") return;
  const timeout = options.timeout === undefined ? {} : { timeout: options.timeout };
  try {
    await stopContainer(deps, id, { ...timeout, ...(options.signal === undefined ? {} : { signal: options.signal }) });
  } catch (error) {
    if (!hasCode(error, "CONTAINER_STOPPED") && !hasCode(error, "CONTAINER_STATE")) throw error;
  }
}

async function removeLocked(
  deps: EngineDeps,
  container: LockedContainer,
  options: RemoveContainerOptions,
): Promise<readonly string[]> {
  const { id, config } = container;
  options.signal?.throwIfAborted();
  // Somebody may have started it, or made a dependant, while the lock was free.
  await refuse(deps, container, options);
  if (container.state !== undefined) {
    container.patch({ removing: true, stoppedByUser: true });
    await tearDown(deps, container);
  }
  deps.rootfs.remove(id);
  removeExtraOverlays(deps, config);
  deps.host.files.removeTree(deps.paths.container(id));
  deps.host.files.remove(deps.paths.exitFile(id));
  removeRecords(deps, id);
  await deps.store.write((tx) => {
    const pod = config.pod === undefined ? undefined : tx.pods.get(config.pod);
    if (pod?.infraId === id) {
      const { infraId: _gone, ...rest } = pod;
      tx.pods.replace(rest);
    }
    tx.containers.remove(id);
    tx.events.add(containerEvent(config, "remove"));
  });
  return config.mounts.flatMap((mount) => (mount.type === "volume" && mount.anonymous ? [mount.name] : []));
}
