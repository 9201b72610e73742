import { join } from "node:path";
import type { Digest } from "../base/brand.ts";
import { hexOf } from "./digests.ts";
import type { ImageDeps } from "./image-deps.ts";
import { type LayerRecord, layerDiff, layerDirectory, layersDownFrom, linkLayer, readLayer } from "./layer-store.ts";
import { BadArchive } from "./tar/bad-archive.ts";
import { type UnpackedLayer, unpackLayer } from "./unpack/unpack-layer.ts";
import type { Workspace } from "./workspace.ts";

export interface LayerRequest {
  /** The blob, packed or not. Read only if the layer is not there yet. */
  readonly blob: () => AsyncIterable<Uint8Array>;
  /** What the uncompressed tar must hash to. */
  readonly diffId: Digest;
  readonly chainId: Digest;
  readonly parent?: Digest;
  readonly signal?: AbortSignal;
}

/**
 * The layer of a chain id, unpacked if it is not in the store yet. Several processes that want it at once unpack it once.
 *
 * @throws BadArchive if the blob is damaged, hostile or not what `diffId` says
 */
export async function ensureLayer(deps: ImageDeps, work: Workspace, request: LayerRequest): Promise<LayerRecord> {
  const { host, paths } = deps;
  const known = readLayer(host, paths, request.chainId);
  if (known !== undefined) return known;
  const lockPath = join(paths.locks, `layer-${hexOf(request.chainId)}`);
  using _lock = await host.locks.acquire(lockPath, request.signal === undefined ? {} : { signal: request.signal });
  const meanwhile = readLayer(host, paths, request.chainId);
  if (meanwhile !== undefined) return meanwhile;
  const draft = work.temporaryPath();
  host.files.makeDir(join(draft, "diff"));
  const unpackedLayer = await unpackLayer(host, {
    blob: request.blob(),
    root: join(draft, "diff"),
    below: contentsBelow(deps, request.parent),
    limits: deps.limits,
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  if (unpackedLayer.diffId !== request.diffId)
    throw new BadArchive(`digest of its content is ${unpackedLayer.diffId}, the image says ${request.diffId}`);
  return keepLayer(deps, draft, { ...request, unpackedLayer });
}

/** Directories that a new layer on `parent` stands on, topmost first. */
export function contentsBelow(deps: ImageDeps, parent: Digest | undefined): string[] {
  if (parent === undefined) return [];
  return layersDownFrom(deps.host, deps.paths, parent).map((layer) => layerDiff(deps.paths, layer.chainId));
}

/**
 * Moves an unpacked layer to its place.
 *
 * @param draft directory whose `diff` is the layer's content
 */
export function keepLayer(
  deps: ImageDeps,
  draft: string,
  layer: {
    readonly chainId: Digest;
    readonly parent?: Digest;
    readonly unpackedLayer: UnpackedLayer;
  },
): LayerRecord {
  const { host, paths } = deps;
  const { chainId, parent, unpackedLayer } = layer;
  const below = parent === undefined ? undefined : readLayer(host, paths, parent);
  const link = linkLayer(host, paths, chainId);
  const record: LayerRecord = {
    chainId,
    diffId: unpackedLayer.diffId,
    ...(parent === undefined ? {} : { parent }),
    size: unpackedLayer.size,
    stack: unpackedLayer.opaqueRoot ? [link] : [link, ...(below?.stack ?? [])],
  };
  host.files.createExclusive(join(draft, "layer.json"), JSON.stringify(record));
  host.files.rename(draft, layerDirectory(paths, chainId));
  return record;
}
