import type { Abortable } from "../base/abortable.ts";
import type { Digest } from "../base/brand.ts";
import type { EventSubject } from "../model/events.ts";
import type { ImageLayer, ImageRecord } from "../model/image.ts";
import type { Transaction } from "../store/repositories.ts";
import { chainIdsOf, digestOf, hexOf } from "./digests.ts";
import { ensureLayer } from "./ensure-layer.ts";
import { createdAtOf, parseImageConfig } from "./image-config.ts";
import { blobPath, type ImageDeps } from "./image-deps.ts";
import type { ImageManifest } from "./manifest.ts";
import { BadArchive, namingArchive } from "./tar/bad-archive.ts";
import { hasBlob, keepBlob, type Workspace } from "./workspace.ts";

/** An image whose layer blobs are in the store, ready to become one of ours. */
export interface IncomingImage {
  readonly manifest: ImageManifest;
  readonly manifestBytes: Uint8Array;
  readonly configBytes: Uint8Array;
  /** Fully qualified names that it gets. */
  readonly names: readonly string[];
  readonly repoDigests: readonly string[];
  /** See `ImageRecord.pinned`. */
  readonly pinned?: readonly string[];
  /** What the user called it, for errors. */
  readonly archive: string;
  /** Absent: no event of the image itself. */
  readonly event?: { readonly action: "pull" | "import" | "loadfromarchive"; readonly name: string };
  readonly signal?: AbortSignal;
}

/** An image whose layers are unpacked, not recorded yet. */
export interface PreparedImage {
  readonly record: ImageRecord;
  readonly event?: NonNullable<IncomingImage["event"]>;
}

/**
 * Checks an image and unpacks its layers where they are not unpacked yet.
 *
 * @throws ARCHIVE_BAD if config or a layer is not what the manifest says
 */
export async function prepareImage(deps: ImageDeps, work: Workspace, incoming: IncomingImage): Promise<PreparedImage> {
  const { archive } = incoming;
  const configDigest = digestOf(incoming.configBytes);
  const { config, diffIds } = await namingArchive({ archive }, async () => {
    if (configDigest !== incoming.manifest.config.digest)
      throw new BadArchive(`digest of the image config is ${configDigest}, not ${incoming.manifest.config.digest}`);
    const { diffIds: digests, ...rest } = parseImageConfig(incoming.configBytes);
    if (digests.length !== incoming.manifest.layers.length)
      throw new BadArchive(`manifest has ${incoming.manifest.layers.length} layers, its config ${digests.length}`);
    return { config: rest, diffIds: digests };
  });
  const { layers, size } = await unpackAll(deps, work, { incoming, diffIds });
  storeSmall(deps, work, incoming.manifestBytes);
  storeSmall(deps, work, incoming.configBytes);
  const record: ImageRecord = {
    id: hexOf(configDigest),
    manifestDigest: digestOf(incoming.manifestBytes),
    names: incoming.names,
    repoDigests: incoming.repoDigests,
    ...(incoming.pinned === undefined ? {} : { pinned: incoming.pinned }),
    layers,
    config,
    createdAt: createdAtOf(config),
    pulledAt: deps.host.clock.now(),
    size: size + incoming.manifestBytes.length + incoming.configBytes.length,
  };
  return incoming.event === undefined ? { record } : { record, event: incoming.event };
}

/**
 * Records images, their names and events in one transaction: all or none. An image that is there already gets the names.
 */
export async function recordImages(
  deps: ImageDeps,
  work: Workspace,
  prepared: readonly PreparedImage[],
  options: Abortable = {},
): Promise<readonly ImageRecord[]> {
  const images = await deps.store.write((tx) => prepared.map((each) => recordOne(tx, each)), options);
  work.commit();
  return images;
}

function recordOne(tx: Transaction, { record, event }: PreparedImage): ImageRecord {
  const known = tx.images.get(record.id);
  const image = known === undefined ? record : withNames(known, record);
  if (known === undefined) tx.images.insert(image);
  else tx.images.replace(image);
  if (event !== undefined) tx.events.add(imageEvent(event.action, image.id, event.name));
  return image;
}

/** An image's event. */
export function imageEvent(
  action: Extract<EventSubject, { type: "image" }>["action"],
  id: string,
  name: string,
): EventSubject {
  return { type: "image", action, id, name };
}

/** The image with further names, which come last. */
export function withNames(
  image: ImageRecord,
  added: Pick<ImageRecord, "names" | "repoDigests" | "pinned">,
): ImageRecord {
  const pinned = union(image.pinned ?? [], added.pinned ?? []);
  return {
    ...image,
    names: union(image.names, added.names),
    repoDigests: union(image.repoDigests, added.repoDigests),
    ...(pinned.length === 0 ? {} : { pinned }),
  };
}

/** True if nobody asked for it by any name that it still has. */
export function isDangling(image: ImageRecord): boolean {
  return image.names.length === 0 && (image.pinned ?? []).length === 0;
}

function union(old: readonly string[], added: readonly string[]): readonly string[] {
  return [...new Set([...old, ...added])];
}

async function unpackAll(
  deps: ImageDeps,
  work: Workspace,
  { incoming, diffIds }: { readonly incoming: IncomingImage; readonly diffIds: readonly Digest[] },
): Promise<{ readonly layers: ImageLayer[]; readonly size: number }> {
  const chain = chainIdsOf(diffIds);
  const layers: ImageLayer[] = [];
  let size = 0;
  for (const [at, descriptor] of incoming.manifest.layers.entries()) {
    const [diffId, chainId, parent] = [diffIds[at], chain[at], chain[at - 1]];
    if (diffId === undefined || chainId === undefined) continue;
    const blob = descriptor.digest;
    const record = await namingArchive({ archive: incoming.archive, layer: blob }, async () => {
      if (!hasBlob(deps, blob)) throw new BadArchive("layer is missing");
      return ensureLayer(deps, work, {
        blob: () => deps.host.streams.read(blobPath(deps.paths, blob)),
        diffId,
        chainId,
        ...(parent === undefined ? {} : { parent }),
        ...(incoming.signal === undefined ? {} : { signal: incoming.signal }),
      });
    });
    size += record.size;
    const blobSize = deps.host.inodes.lstat(blobPath(deps.paths, blob))?.size ?? descriptor.size;
    layers.push({ diffId, chainId, blob, mediaType: descriptor.mediaType, blobSize });
  }
  return { layers, size };
}

function storeSmall(deps: ImageDeps, work: Workspace, bytes: Uint8Array): void {
  const digest = digestOf(bytes);
  if (hasBlob(deps, digest)) return;
  const draft = work.temporaryPath();
  deps.host.files.createExclusive(draft, bytes);
  keepBlob(deps, draft, digest);
}
