import { basename } from "node:path";
import { fail } from "../../base/errors.ts";
import type { ImageDeps } from "../image-deps.ts";
import type { WantedPlatform } from "../manifest.ts";
import { BadArchive, namingArchive } from "../tar/bad-archive.ts";
import type { Workspace } from "../workspace.ts";
import { directoryFiles, tarFiles } from "./archive-files.ts";
import { dockerArchiveImages } from "./docker-archive.ts";
import { dockerDirImage } from "./docker-dir.ts";
import type { FoundImage } from "./found-image.ts";
import { ociLayoutImages } from "./oci-layout.ts";

export type ArchiveKind = "docker-archive" | "oci-archive" | "oci" | "dir";

export interface ArchiveRequest {
  readonly path: string;
  /** What it must be; absent: find out. */
  readonly kind?: ArchiveKind;
  /** The image in it that is wanted: a name, or `@INDEX` in a docker-archive. Absent: all. */
  readonly reference?: string;
  readonly platform: WantedPlatform;
  readonly signal?: AbortSignal;
}

const SUPPORTED = "payload does not match any of the supported image formats (docker-archive, oci-archive, oci, dir)";

/**
 * Images of an archive or directory of any of the four kinds.
 *
 * @throws ARCHIVE_BAD, INVALID_ARGUMENT if nothing is at the path
 */
export async function imagesInArchive(
  deps: ImageDeps,
  work: Workspace,
  request: ArchiveRequest,
): Promise<readonly FoundImage[]> {
  const stat = deps.host.inodes.stat(request.path);
  if (stat === undefined)
    throw fail("INVALID_ARGUMENT", { message: `stat ${request.path}: no such file or directory` });
  return namingArchive({ archive: request.path }, () =>
    stat.kind === "directory" ? fromDirectory(deps, work, request) : fromTar(deps, work, request),
  );
}

async function fromDirectory(deps: ImageDeps, work: Workspace, request: ArchiveRequest): Promise<FoundImage[]> {
  const files = directoryFiles(deps, work, request.path);
  const index = request.kind === "dir" ? undefined : await files.read("index.json");
  if (index !== undefined) {
    const fallbackName = basename(request.path).toLowerCase();
    return ociLayoutImages(files, index, { ...choiceOf(request), fallbackName });
  }
  const manifest = request.kind === "oci" ? undefined : await files.read("manifest.json");
  if (manifest === undefined || request.kind?.endsWith("archive") === true) throw new BadArchive(SUPPORTED);
  return [await dockerDirImage(files, manifest)];
}

async function fromTar(deps: ImageDeps, work: Workspace, request: ArchiveRequest): Promise<readonly FoundImage[]> {
  if (request.kind === "oci" || request.kind === "dir") throw new BadArchive("not a directory");
  const { path, signal } = request;
  const files = await tarFiles(deps, work, { path, ...(signal === undefined ? {} : { signal }) });
  // docker writes an OCI layout with a manifest.json beside it; only the latter has whole names.
  const manifest = request.kind === "oci-archive" ? undefined : await files.read("manifest.json");
  if (manifest !== undefined) return chosen(await dockerArchiveImages(deps, files, manifest), request);
  const index = request.kind === "docker-archive" ? undefined : await files.read("index.json");
  if (index === undefined) throw new BadArchive(`${SUPPORTED}; for a root file system use import`);
  return ociLayoutImages(files, index, choiceOf(request));
}

function choiceOf(request: ArchiveRequest): { readonly platform: WantedPlatform; readonly reference?: string } {
  return {
    platform: request.platform,
    ...(request.reference === undefined ? {} : { reference: request.reference }),
  };
}

function chosen(images: readonly FoundImage[], request: ArchiveRequest): readonly FoundImage[] {
  const { reference } = request;
  if (reference === undefined) return images;
  const at = /^@(\d+)$/.exec(reference)?.[1];
  const found =
    at === undefined
      ? images.find(({ names }) =>
          names.some((name) => name === reference || name === `docker.io/library/${reference}`),
        )
      : images[Number(at)];
  if (found === undefined) throw new BadArchive(`no image is named "${reference}"`, "manifest.json");
  return [at === undefined ? { ...found, names: found.names.filter((name) => name.endsWith(reference)) } : found];
}
