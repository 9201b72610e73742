import { fail } from "../../base/errors.ts";
import { type PodConfig, type PodStatus, podStatusOf } from "../../model/pod.ts";
import { observe } from "../containers/observe.ts";
import type { EngineDeps } from "../deps.ts";

/** The pods that name a container as their service container. */
export function podsOfService(deps: Pick<EngineDeps, "store">, id: string): readonly PodConfig[] {
  return deps.store.read((tx) => tx.pods.list()).filter((pod) => pod.serviceContainer === id);
}

/** True if a pod needs its service container no more for now (spec/pods.md 1.8). */
export function isPodDone(deps: EngineDeps, pod: PodConfig): boolean {
  return ["Stopped", "Exited", "Error"].includes(statusOf(deps, pod));
}

function statusOf(deps: EngineDeps, pod: PodConfig): PodStatus {
  const members = deps.store.read((tx) =>
    tx.containers.inPod(pod.id).map((config) => ({ config, lastRun: tx.containers.lastRun(config.id) })),
  );
  return podStatusOf(
    members
      .filter(({ config }) => config.initType === undefined)
      .map(
        ({ config, lastRun }) => observe(deps, config.id, { state: deps.store.boot.get(config.id), lastRun }).status,
      ),
  );
}

/**
 * Keeps a service container while a pod that names it is not done.
 *
 * @throws SERVICE_IN_USE
 */
export function refuseServiceRemoval(deps: EngineDeps, id: string): void {
  const busy = podsOfService(deps, id).filter((pod) => !isPodDone(deps, pod));
  if (busy.length > 0) throw fail("SERVICE_IN_USE", { id, pods: busy.map((pod) => pod.name) });
}
