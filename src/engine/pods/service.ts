import type { Abortable } from "../../base/abortable.ts";
import type { ContainerId } from "../../base/brand.ts";
import { fail, hasCode } from "../../base/errors.ts";
import type { ContainerConfig } from "../../model/container.ts";
import type { PodConfig } from "../../model/pod.ts";
import { cleanupContainer, isStateRefusal } from "../containers/cleanup.ts";
import { LockedContainer, withContainer } from "../containers/locked.ts";
import { removeContainer } from "../containers/remove.ts";
import { restartContainer } from "../containers/restart.ts";
import { stopContainer } from "../containers/stop.ts";
import type { EngineDeps } from "../deps.ts";
import { isPodDone, podsOfService } from "./service-pods.ts";

/**
 * The container that shall serve pods (spec/pods.md 1.8).
 *
 * @throws NO_SUCH_CONTAINER, CONTAINER_AMBIGUOUS, INVALID_ARGUMENT for a member of a pod
 */
export function serviceByRef(deps: EngineDeps, ref: string): ContainerConfig {
  const config = deps.store.read((tx) => tx.containers.get(tx.containers.resolve(ref)));
  if (config === undefined) throw fail("NO_SUCH_CONTAINER", { ref });
  if (config.pod !== undefined)
    throw fail("INVALID_ARGUMENT", {
      message: `container ${config.name} is in pod ${config.pod} and cannot be the service container of a pod: invalid argument`,
    });
  return config;
}

/** Holds a service container still while a pod that names it is recorded. Throws NO_SUCH_CONTAINER if it went meanwhile. */
export function lockService(deps: EngineDeps, id: ContainerId, options: Abortable): Promise<LockedContainer> {
  return LockedContainer.acquire(deps, id, options);
}

/** Starts the service container of a pod unless it runs; the pod's lock is held, so nobody stops it for want of this pod. */
export async function startService(deps: EngineDeps, pod: PodConfig, options: Abortable): Promise<void> {
  const id = pod.serviceContainer;
  if (id === undefined) return;
  const status = await withContainer(deps, id, async (container) => container.status, options);
  if (status !== "running") await restartContainer(deps, id, { ...options, timeout: 0 });
}

/**
 * Stops a service container if every pod that names it is done, and removes it if no pod does any more. Nobody may hold a pod's
 * lock here: this takes those of all its pods, in the order of their ids, so that none of them starts meanwhile.
 */
export async function settleService(
  deps: EngineDeps,
  id: ContainerId | undefined,
  options: Abortable = {},
): Promise<void> {
  if (id === undefined) return;
  const pods = podsOfService(deps, id);
  try {
    if (pods.length === 0) await removeContainer(deps, id, { ...options, force: true, volumes: true });
    else if (pods.every((pod) => isPodDone(deps, pod))) await stopForWantOfPods(deps, id, { ...options, pods });
  } catch (error) {
    // Gone already, or somebody else needs it.
    const fine = ["NO_SUCH_CONTAINER", "SERVICE_IN_USE", "CONTAINER_HAS_DEPENDENTS"] as const;
    if (!fine.some((code) => hasCode(error, code))) throw error;
  }
}

async function stopForWantOfPods(
  deps: EngineDeps,
  id: ContainerId,
  options: Abortable & { readonly pods: readonly PodConfig[] },
): Promise<void> {
  await using locks = new AsyncDisposableStack();
  for (const pod of options.pods.toSorted((a, b) => (a.id < b.id ? -1 : 1)))
    locks.use(await deps.locks.pod(pod.id, options));
  if (!podsOfService(deps, id).every((pod) => isPodDone(deps, pod))) return;
  try {
    await stopContainer(deps, id, options);
    await cleanupContainer(deps, id, { ...options, stoppedOnly: true });
  } catch (error) {
    if (!isStateRefusal(error)) throw error;
  }
}
