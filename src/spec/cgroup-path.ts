import { basename, normalize } from "node:path/posix";
import type { ContainerConfig } from "../model/container.ts";
import type { PodConfig } from "../model/pod.ts";
import { invalid } from "./invalid.ts";

export type CgroupManager = "cgroupfs" | "systemd";

/** The engine's own parent group, beside podman's `/libpod_parent`. */
export const CGROUPFS_PARENT = "/minke_parent";

/** Parent of containers and pods that name none (spec/pods.md 1.5). */
export function defaultCgroupParent(manager: CgroupManager, rootless: boolean): string {
  if (manager === "cgroupfs") return CGROUPFS_PARENT;
  return rootless ? "user.slice" : "machine.slice";
}

/** From the root of the hierarchy, without `..` and without a slash at the end. */
function absolute(parent: string): string {
  return normalize(`/${parent}`).replace(/\/+$/, "");
}

/**
 * `cgroupsPath` of a container: an absolute path with cgroupfs, `slice:prefix:name` with systemd.
 *
 * @param config its definition; `cgroupParent` is the pod's group for a member
 * @param manager the manager in force
 */
export function cgroupPathFor(config: Pick<ContainerConfig, "id" | "cgroupParent">, manager: CgroupManager): string {
  if (manager === "systemd") return `${basename(config.cgroupParent)}:minke:${config.id}`;
  return `${absolute(config.cgroupParent)}/minke-${config.id}`;
}

/**
 * Path of a pod's own group under its parent (spec/pods.md 1.5).
 *
 * @param parent the pod's cgroup parent, checked
 */
export function podCgroupPath(parent: string, podId: string, manager: CgroupManager): string {
  if (manager === "cgroupfs") return `${absolute(parent)}/${podId}`;
  return `${parent}/${basename(parent).replace(/\.slice$/, "")}-minke_pod_${podId}.slice`;
}

/**
 * Checks a cgroup parent that the user gave (spec/pods.md 1.5).
 *
 * @throws INVALID_ARGUMENT if it fits the other manager
 */
export function checkCgroupParent(parent: string, manager: CgroupManager): void {
  const isSlice = basename(parent).endsWith(".slice");
  if (manager === "cgroupfs" && isSlice)
    throw invalid("systemd slice received as cgroup parent when using cgroupfs: invalid argument");
  if (manager === "systemd" && (parent.length < 6 || !isSlice))
    throw invalid(
      "did not receive systemd slice as cgroup parent when using systemd to manage cgroups: invalid argument",
    );
}

/**
 * The cgroup parent of a container: the user's, else its pod's group, else the engine's default.
 *
 * @param given the user's `--cgroup-parent`
 * @throws INVALID_ARGUMENT
 */
export function resolveCgroupParent(
  given: string | undefined,
  context: { readonly manager: CgroupManager; readonly rootless: boolean; readonly pod: PodConfig | undefined },
): string {
  const { manager, rootless, pod } = context;
  if (given !== undefined && given !== "") {
    checkCgroupParent(given, manager);
    return given;
  }
  if (pod !== undefined && pod.cgroupPath !== "") return pod.cgroupPath;
  return defaultCgroupParent(manager, rootless);
}
