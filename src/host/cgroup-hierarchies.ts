import type { CgroupVersion, MountInfo } from "./ports.ts";

/** One mounted cgroup tree. */
export interface Hierarchy {
  readonly version: 1 | 2;
  /** Mount point. */
  readonly directory: string;
  /** v1: the controllers of this tree. v2: empty, read `cgroup.controllers`. */
  readonly controllers: readonly string[];
}

/** How control groups are set up on a host. */
export interface CgroupLayout {
  readonly version: CgroupVersion;
  readonly hierarchies: readonly Hierarchy[];
}

/** Options in the superblock of a v1 hierarchy that are no controllers: cgroup(7), `cgroup1_show_options`. */
const NOT_CONTROLLERS = ["ro", "rw", "none", "noprefix", "xattr", "clone_children", "favordynmods"];

const isController = (option: string) =>
  option !== "" && !option.includes("=") && !NOT_CONTROLLERS.includes(option) && !option.endsWith("_mode");

/**
 * Finds the control group trees in a mount table. Of a tree that is mounted twice the first one counts.
 *
 * Only v1 trees make `v1`, both kinds `hybrid` (systemd's word), only the unified tree `v2`.
 */
export function cgroupLayout(mounts: readonly MountInfo[]): CgroupLayout {
  const hierarchies = new Map<string, Hierarchy>();
  for (const mount of mounts) {
    if (mount.fsType !== "cgroup" && mount.fsType !== "cgroup2") continue;
    const version = mount.fsType === "cgroup" ? 1 : 2;
    const key =
      version === 1
        ? mount.superOptions
            .split(",")
            .filter((o) => o !== "rw" && o !== "ro")
            .join()
        : "unified";
    const controllers = version === 1 ? mount.superOptions.split(",").filter(isController) : [];
    if (!hierarchies.has(key)) hierarchies.set(key, { version, directory: mount.mountPoint, controllers });
  }
  const found = [...hierarchies.values()];
  const hasV1 = found.some((hierarchy) => hierarchy.version === 1);
  const hasV2 = found.some((hierarchy) => hierarchy.version === 2);
  return { version: hasV1 ? (hasV2 ? "hybrid" : "v1") : "v2", hierarchies: found };
}

/**
 * Checks a cgroup path from the root of the trees.
 *
 * @throws RangeError for a relative path, `.`/`..` parts, or the root itself
 */
export function checkCgroupPath(path: string): string {
  const parts = path.split("/").slice(1);
  const sound = path.startsWith("/") && parts.every((part) => part !== "" && part !== "." && part !== "..");
  if (!sound) throw new RangeError(`cgroup path "${path}" must be absolute, normal and below the root`);
  return path;
}
