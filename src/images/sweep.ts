import { join } from "node:path";
import type { ContainerConfig } from "../model/container.ts";
import type { ImageRecord } from "../model/image.ts";
import { hexOf, isDigest } from "./digests.ts";
import { type ImageDeps, makeStoreDirectories, randomName } from "./image-deps.ts";
import { layersDownFrom } from "./layer-store.ts";

/**
 * Removes what nothing refers to: leftovers of crashed work, blobs and layers of no image and no container. Does nothing
 * while somebody adds to the store; the mark stays then, and whoever is done last sweeps.
 *
 * @returns false if somebody was at work
 */
export function sweep(deps: ImageDeps): boolean {
  const { host, paths } = deps;
  makeStoreDirectories(deps);
  using lock = host.locks.tryAcquire(paths.lock);
  if (lock === undefined) return false;
  const used = deps.store.read((tx) => usedBy(deps, tx.images.list(), tx.containers.list()));
  for (const name of host.files.list(paths.temporary)) host.files.removeTree(join(paths.temporary, name));
  for (const name of host.files.list(paths.blobs))
    if (!used.blobs.has(name)) host.files.remove(join(paths.blobs, name));
  for (const name of host.files.list(paths.layers)) if (!used.layers.has(name)) removeLayer(deps, name);
  removeDeadLinks(deps);
  for (const name of host.files.list(paths.locks)) host.files.remove(join(paths.locks, name));
  host.files.remove(paths.sweepMark);
  return true;
}

/** True if a crash or a removal left something to sweep. */
export function needsSweep(deps: ImageDeps): boolean {
  const { files, inodes } = deps.host;
  return inodes.lstat(deps.paths.sweepMark) !== undefined || files.list(deps.paths.temporary).length > 0;
}

/** Leaves the mark for whoever sweeps next. */
export function markForSweep(deps: ImageDeps): void {
  deps.host.files.writeAtomic(deps.paths.sweepMark, "");
}

interface Used {
  /** Hexadecimal digests. */
  readonly blobs: ReadonlySet<string>;
  /** Hexadecimal chain ids. */
  readonly layers: ReadonlySet<string>;
}

function usedBy(deps: ImageDeps, images: readonly ImageRecord[], containers: readonly ContainerConfig[]): Used {
  const blobs = new Set<string>();
  const layers = new Set<string>();
  for (const image of images) {
    blobs.add(image.id).add(hexOf(image.manifestDigest));
    for (const layer of image.layers) {
      blobs.add(hexOf(layer.blob));
      layers.add(hexOf(layer.chainId));
    }
  }
  for (const { rootfs } of containers) {
    if (rootfs.kind !== "image" || !isDigest(rootfs.chainId) || layers.has(hexOf(rootfs.chainId))) continue;
    for (const layer of layersDownFrom(deps.host, deps.paths, rootfs.chainId)) layers.add(hexOf(layer.chainId));
  }
  return { blobs, layers };
}

/** Out of the way in one step, so that no half layer is ever seen. */
function removeLayer(deps: ImageDeps, name: string): void {
  const { files } = deps.host;
  const grave = join(deps.paths.temporary, randomName(deps.host));
  files.rename(join(deps.paths.layers, name), grave);
  files.removeTree(grave);
}

function removeDeadLinks(deps: ImageDeps): void {
  const { files, inodes } = deps.host;
  for (const name of files.list(deps.paths.links)) {
    const link = join(deps.paths.links, name);
    if (inodes.stat(link) === undefined) files.remove(link);
  }
}
