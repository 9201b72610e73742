import { join } from "node:path";
import type { Digest } from "../base/brand.ts";
import type { EngineConfig } from "../config/config.ts";
import type { Host } from "../host/ports.ts";
import type { Store } from "../store/repositories.ts";
import { hexOf } from "./digests.ts";
import type { ImagePaths } from "./paths.ts";
import type { ImageHooks } from "./service.ts";
import type { UnpackLimits } from "./unpack/unpack-layer.ts";

/** The part of the host that images need. */
export type ImageHost = Pick<
  Host,
  "files" | "inodes" | "streams" | "compression" | "processes" | "locks" | "clock" | "random" | "system"
>;

/** What every image operation works with. */
export interface ImageDeps {
  readonly host: ImageHost;
  readonly store: Store;
  readonly config: EngineConfig;
  readonly paths: ImagePaths;
  readonly hooks: ImageHooks;
  readonly limits: UnpackLimits;
}

/** Path of a blob. */
export function blobPath(paths: ImagePaths, digest: Digest): string {
  return join(paths.blobs, hexOf(digest));
}

/** A name that nothing else has. */
export function randomName(host: ImageHost): string {
  return Array.from(host.random.bytes(8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Makes the store's directories; existing ones are fine. */
export function makeStoreDirectories(deps: Pick<ImageDeps, "host" | "paths">): void {
  const { paths } = deps;
  for (const path of [paths.root, paths.blobs, paths.layers, paths.links, paths.temporary, paths.locks])
    deps.host.files.makeDir(path, 0o700);
}
