import type { ContainerId } from "../base/brand.ts";
import type { ContainerConfig } from "../model/container.ts";

/** Ids of the containers that run on an image or mount it. */
export function imageUsers(containers: readonly ContainerConfig[], imageId: string): readonly ContainerId[] {
  return containers
    .filter(
      ({ rootfs, mounts }) =>
        (rootfs.kind === "image" && rootfs.imageId === imageId) ||
        mounts.some((mount) => mount.type === "image" && mount.imageId === imageId),
    )
    .map(({ id }) => id);
}
