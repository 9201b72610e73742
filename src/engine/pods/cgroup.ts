import type { ContainerConfig } from "../../model/container.ts";
import type { PodConfig } from "../../model/pod.ts";
import { cgroupManagerOf } from "../../spec/inputs.ts";
import type { EngineDeps } from "../deps.ts";
import { applyLimits } from "./cgroup-limits.ts";

/**
 * Makes a pod's own control group with its limits (spec/pods.md 1.5). With the systemd manager the runtime makes the slice
 * when the first member is created. A group that is there already gets its limits again: a reboot took them.
 */
export function createPodCgroup(deps: EngineDeps, pod: PodConfig): void {
  if (!pod.usesPodCgroup || pod.cgroupPath === "" || cgroupManagerOf(deps.config, deps.hostFacts()) !== "cgroupfs")
    return;
  deps.host.cgroups.create(pod.cgroupPath);
  applyLimits(deps, pod.cgroupPath, pod.resources);
}

/**
 * Gives the pod's group its limits before the first of its containers starts: a reboot took the group, and the runtime would
 * make it anew without them.
 */
export function restorePodCgroup(deps: EngineDeps, container: ContainerConfig): void {
  const id = container.pod;
  const pod = id === undefined ? undefined : deps.store.read((tx) => tx.pods.get(id));
  if (pod === undefined || Object.keys(pod.resources).length === 0) return;
  if (container.isInfra || !pod.hasInfra) createPodCgroup(deps, pod);
}

/** Removes a pod's group and the empty groups below it. Missing is fine. */
export function removePodCgroup(deps: EngineDeps, pod: PodConfig): void {
  if (pod.cgroupPath === "" || cgroupManagerOf(deps.config, deps.hostFacts()) !== "cgroupfs") return;
  deps.host.cgroups.remove(pod.cgroupPath);
}
