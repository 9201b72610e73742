import { defined } from "../../base/defined.ts";
import { fail, messageOf } from "../../base/errors.ts";
import type { ContainerCreateOptions, MountOption } from "../../engine/api/container-options.ts";
import { parseMountFlag } from "../../model/notation/mount-flag.ts";
import { parseTmpfs, parseVolume } from "../../model/notation/mounts.ts";
import { parseSize } from "../../model/notation/sizes.ts";
import { type FlagValues, strings, text } from "../flag-kinds.ts";

/** Volumes as a pod has them, too. */
export const VOLUME_FLAGS = {
  volume: strings("Mount a host path or a volume ([source:]destination[:options])", { short: "v" }),
  "volumes-from": strings("Take over the mounts of another container (name[:options])"),
};

/** All mounts of a container, and the size of its /dev/shm. */
export const MOUNT_FLAGS = {
  ...VOLUME_FLAGS,
  "image-volume": text("What becomes of the image's volumes: bind, tmpfs or ignore", { default: "bind" }),
  mount: strings("Mount something (type=bind,source=/a,target=/b)"),
  "shm-size": text("Size of /dev/shm (unit b, k, m or g)", { kind: "<number>[<unit>]", defaultText: '"65536k"' }),
  tmpfs: strings("Mount a tmpfs (destination[:options])", { kind: "tmpfs" }),
};

export type MountOptions = Pick<ContainerCreateOptions, "mounts" | "volumesFrom" | "imageVolumes" | "shmSize">;

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });

/** Mounts in podman's order; two at one place are refused. Throws INVALID_ARGUMENT. */
export function checkedMounts(mounts: readonly MountOption[]): readonly MountOption[] {
  const seen = new Set<string>();
  for (const { destination } of mounts) {
    if (seen.has(destination)) throw refuse(`${destination}: duplicate mount destination`);
    seen.add(destination);
  }
  return mounts;
}

/** Bytes of `--shm-size`. Throws INVALID_ARGUMENT with podman's text. */
export function shmSizeOf(value: string | undefined): number | undefined {
  if (value === undefined || value === "") return undefined;
  try {
    return parseSize(value);
  } catch (error) {
    throw refuse(`unable to translate --shm-size: ${messageOf(error)}`);
  }
}

function imageVolumesOf(value: string): "bind" | "tmpfs" | "ignore" {
  switch (value) {
    case "":
    case "bind":
    case "anonymous":
      return "bind";
    case "tmpfs":
    case "ignore":
      return value;
    default:
      throw refuse(`invalid image volume mode "${value}" required value: bind, tmpfs, ignore`);
  }
}

/**
 * Mounts from their flags. Throws INVALID_ARGUMENT with podman's text.
 *
 * @param cwd what relative paths are relative to
 */
export function mountOptionsOf(flags: FlagValues<typeof MOUNT_FLAGS>, cwd: string): MountOptions {
  const mounts = checkedMounts([
    ...flags.volume.map((value) => parseVolume(value, cwd)),
    ...flags.mount.map((value) => parseMountFlag(value, cwd)),
    ...flags.tmpfs.map(parseTmpfs),
  ]);
  return defined({
    mounts: mounts.length > 0 ? mounts : undefined,
    volumesFrom: flags["volumes-from"].length > 0 ? flags["volumes-from"] : undefined,
    imageVolumes: imageVolumesOf(flags["image-volume"]),
    shmSize: shmSizeOf(flags["shm-size"]),
  });
}
