import { readLayer } from "../../images/layer-store.ts";
import { imagePaths } from "../../images/paths.ts";
import { treeSize } from "../../images/rootfs.ts";
import { imageUsers } from "../../images/users.ts";
import type { ImageRecord } from "../../model/image.ts";
import type { DiskUsage } from "../api/system.ts";
import { listContainers } from "../containers/list.ts";
import type { EngineDeps } from "../deps.ts";

/** What images, containers and volumes take on the disk (podman-system-df(1)). */
export function diskUsage(deps: EngineDeps): DiskUsage {
  const { images, containers, volumes } = deps.store.read((tx) => ({
    images: tx.images.list(),
    containers: tx.containers.list(),
    volumes: tx.volumes.list().map((volume) => ({ volume, links: tx.volumes.users(volume.name).length })),
  }));
  const owners = Map.groupBy(
    images.flatMap((image) => [...new Set(image.layers.map((layer) => layer.chainId))]),
    (chainId) => chainId,
  );
  const sharedSize = (image: ImageRecord) =>
    image.layers
      .filter(({ chainId }) => (owners.get(chainId)?.length ?? 0) > 1)
      .reduce((sum, { chainId }) => sum + (readLayer(deps.host, imagePaths(deps.config.root), chainId)?.size ?? 0), 0);
  return {
    images: images.map((image) => {
      const shared = sharedSize(image);
      const uses = imageUsers(containers, image.id).length;
      return { image, sharedSize: shared, uniqueSize: image.size - shared, containers: uses };
    }),
    containers: listContainers(deps, { all: true, size: true }).map(({ config, status, size }) => ({
      config,
      status,
      size: size?.writable ?? 0,
    })),
    volumes: volumes.map((each) => ({ ...each, size: treeSize(deps.host, each.volume.mountpoint) })),
  };
}
