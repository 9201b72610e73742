import type { ImageProgress } from "../engine/api/images.ts";
import type { ImageRecord } from "../model/image.ts";
import type { FoundImage } from "./archives/found-image.ts";
import { type ArchiveRequest, imagesInArchive } from "./archives/open-archive.ts";
import type { ImageDeps } from "./image-deps.ts";
import { type PreparedImage, prepareImage, recordImages } from "./ingest.ts";
import type { WantedPlatform } from "./manifest.ts";
import { openWorkspace, type Workspace } from "./workspace.ts";

/**
 * Loads every image of an archive (docker-archive, oci-archive, packed or not) or directory (OCI layout, `dir:`).
 *
 * @returns the names, `sha256:` and id for an image without
 * @throws ARCHIVE_BAD; nothing of the archive is in the store then
 */
export async function loadImages(deps: ImageDeps, path: string, options: ImageProgress = {}): Promise<string[]> {
  const loaded = await takeArchive(deps, { path, platform: hostPlatform(deps), action: "loadfromarchive", ...options });
  return loaded.flatMap(({ image, names }) => (names.length > 0 ? names : [`sha256:${image.id}`]));
}

/** The platform of this host. */
export function hostPlatform(deps: Pick<ImageDeps, "host">): WantedPlatform {
  return { os: "linux", architecture: deps.host.system.architecture };
}

export interface TakenImage {
  readonly image: ImageRecord;
  /** Those that it got now. */
  readonly names: readonly string[];
}

/** Takes the images of an archive into the store, all or none, with the names that they have in it. */
export async function takeArchive(
  deps: ImageDeps,
  request: ArchiveRequest & ImageProgress & { readonly action: "pull" | "loadfromarchive" },
): Promise<readonly TakenImage[]> {
  request.signal?.throwIfAborted();
  using work = await openWorkspace(deps, request.signal);
  const found = await imagesInArchive(deps, work, request);
  const prepared: PreparedImage[] = [];
  for (const each of found)
    prepared.push(await prepareFound(deps, work, { ...request, found: each, archive: request.path }));
  const images = await recordImages(deps, work, prepared, request);
  request.progress?.("Writing manifest to image destination");
  return images.map((image, at) => ({ image, names: found[at]?.names ?? [] }));
}

/** Unpacks one image whose layer blobs are in the store. */
export async function prepareFound(
  deps: ImageDeps,
  work: Workspace,
  request: ImageProgress & {
    readonly found: FoundImage;
    readonly archive: string;
    readonly action: "pull" | "loadfromarchive";
    readonly repoDigests?: readonly string[];
  },
): Promise<PreparedImage> {
  const { found, archive, action, progress, signal } = request;
  for (const layer of found.manifest.layers) progress?.(`Copying blob ${layer.digest}`);
  progress?.(`Copying config ${found.manifest.config.digest}`);
  return prepareImage(deps, work, {
    ...found,
    archive,
    repoDigests: request.repoDigests ?? [],
    event: { action, name: found.names[0] ?? archive },
    ...(signal === undefined ? {} : { signal }),
  });
}
