import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Digest } from "../base/brand.ts";
import { fail } from "../base/errors.ts";
import { isHostError } from "../base/host-error.ts";
import type { Files, Inodes } from "../host/ports.ts";
import { hexOf, isDigest } from "./digests.ts";
import type { ImagePaths } from "./paths.ts";

/** What `layers/<chain>/layer.json` says. */
export interface LayerRecord {
  readonly chainId: Digest;
  readonly diffId: Digest;
  /** Chain id of the layer below; absent for the lowest. */
  readonly parent?: Digest;
  /** Bytes of the uncompressed tar. */
  readonly size: number;
  /** Short link names of this layer and all below it, topmost first: an overlay mount needs nothing else. */
  readonly stack: readonly string[];
}

type Deps = { readonly files: Files; readonly inodes: Inodes };

const SHORTEST_LINK = 6;

/** Directory of a layer. */
export function layerDirectory(paths: ImagePaths, chainId: Digest): string {
  return join(paths.layers, hexOf(chainId));
}

/** Content of a layer, an overlay lower directory. */
export function layerDiff(paths: ImagePaths, chainId: Digest): string {
  return join(layerDirectory(paths, chainId), "diff");
}

/**
 * Reads a layer's record; undefined where the layer is not in the store.
 *
 * @param chainId OCI chain id
 * @throws STATE_DAMAGED if the record cannot be read
 */
export function readLayer(deps: Deps, paths: ImagePaths, chainId: Digest): LayerRecord | undefined {
  const path = join(layerDirectory(paths, chainId), "layer.json");
  const text = deps.files.readTextIfExists(path);
  if (text === undefined) return undefined;
  try {
    const record = JSON.parse(text) as LayerRecord;
    if (Array.isArray(record.stack) && record.chainId === chainId) return record;
  } catch {
    // Falls through to the one error below.
  }
  throw fail("STATE_DAMAGED", { path, detail: "not a layer record" });
}

/** The layers from `chainId` down to the lowest, topmost first. Stops at one that is missing. */
export function layersDownFrom(deps: Deps, paths: ImagePaths, chainId: Digest): LayerRecord[] {
  const layers: LayerRecord[] = [];
  for (let next: Digest | undefined = chainId; next !== undefined; ) {
    const layer: LayerRecord | undefined = readLayer(deps, paths, next);
    if (layer === undefined) break;
    layers.push(layer);
    next = layer.parent !== undefined && isDigest(layer.parent) ? layer.parent : undefined;
  }
  return layers;
}

/**
 * Makes the short link of a layer and returns its name. Names are cut from a hash of the chain id and grow while another
 * layer has them, so a forged collision costs nothing but a few characters.
 */
export function linkLayer(deps: Deps, paths: ImagePaths, chainId: Digest): string {
  const target = join("..", "layers", hexOf(chainId), "diff");
  const name = createHash("sha256").update(chainId).digest("base64url");
  deps.files.makeDir(paths.links, 0o700);
  for (let length = SHORTEST_LINK; ; length++) {
    const short = name.slice(0, length);
    const path = join(paths.links, short);
    try {
      deps.inodes.symlink(target, path);
      return short;
    } catch (error) {
      if (!isHostError(error, "EEXIST")) throw error;
      if (deps.inodes.readLink(path) === target || length >= name.length) return short;
    }
  }
}
