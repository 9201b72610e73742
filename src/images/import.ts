import { join } from "node:path";
import type { Digest } from "../base/brand.ts";
import { fail } from "../base/errors.ts";
import { isHostError } from "../base/host-error.ts";
import type { Images } from "../engine/api/images.ts";
import type { ImageConfig, ImageRunConfig } from "../model/image.ts";
import { openArchive } from "./archive-stream.ts";
import { applyChanges } from "./changes.ts";
import { chainIdsOf, digestOf, hexOf } from "./digests.ts";
import { keepLayer } from "./ensure-layer.ts";
import type { ImageDeps } from "./image-deps.ts";
import { prepareImage, recordImages } from "./ingest.ts";
import { layerDirectory } from "./layer-store.ts";
import { OCI_CONFIG, OCI_LAYER, OCI_MANIFEST, parseManifest } from "./manifest.ts";
import { localName } from "./references.ts";
import { namingArchive } from "./tar/bad-archive.ts";
import { type UnpackedLayer, unpackLayer } from "./unpack/unpack-layer.ts";
import { keepBlob, openWorkspace, type StoredBlob, type Workspace, writeHashed } from "./workspace.ts";

type ImportOptions = NonNullable<Parameters<Images["import"]>[1]>;

/** podman's, where no message is given. */
const DEFAULT_COMMENT = "imported from tarball";

/**
 * Makes an image of one layer from a tar of a root file system, plain or packed with gzip, Zstandard, bzip2 or xz.
 *
 * @param path of the tar
 * @returns the image's id
 * @throws INVALID_ARGUMENT for a bad change, BAD_REFERENCE, ARCHIVE_BAD
 */
export async function importImage(deps: ImageDeps, path: string, options: ImportOptions = {}): Promise<string> {
  const runConfig = applyChanges(options.changes ?? []);
  const name = options.reference === undefined ? undefined : localName(options.reference);
  checkReadable(deps, path);
  options.signal?.throwIfAborted();
  using work = await openWorkspace(deps, options.signal);
  const { blob, layer } = await storeLayer(deps, work, { path, ...options });
  options.progress?.(`Copying blob ${blob.digest}`);
  const config = configOf(deps, { layer, runConfig, message: options.message || DEFAULT_COMMENT });
  const configBytes = new TextEncoder().encode(JSON.stringify(config));
  options.progress?.(`Copying config ${digestOf(configBytes)}`);
  const manifestBytes = manifestOf(blob, configBytes);
  const manifest = parseManifest(manifestBytes);
  if (manifest.kind !== "image") throw fail("INTERNAL", { message: "not an image's manifest" });
  const prepared = await prepareImage(deps, work, {
    manifest,
    manifestBytes,
    configBytes,
    names: name === undefined ? [] : [name],
    repoDigests: [],
    archive: path,
    event: { action: "import", name: name ?? "" },
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  await recordImages(deps, work, [prepared], options);
  options.progress?.("Writing manifest to image destination");
  return prepared.record.id;
}

function checkReadable(deps: ImageDeps, path: string): void {
  const stat = deps.host.inodes.stat(path);
  if (stat === undefined)
    throw fail("INVALID_ARGUMENT", { message: `error opening "${path}": open ${path}: no such file or directory` });
  if (stat.kind === "directory")
    throw fail("INVALID_ARGUMENT", { message: `error reading "${path}": read ${path}: is a directory` });
}

/** Reads the tar once: to the blob, and to the layer's directory. */
async function storeLayer(
  deps: ImageDeps,
  work: Workspace,
  request: { readonly path: string; readonly signal?: AbortSignal },
): Promise<{ readonly blob: StoredBlob; readonly layer: UnpackedLayer }> {
  const { host } = deps;
  return namingArchive({ archive: request.path }, async () => {
    const blobDraft = work.temporaryPath();
    const layerDraft = work.temporaryPath();
    host.files.makeDir(join(layerDraft, "diff"));
    const tar = await openArchive(deps, request.path, request.signal);
    const blob = await writeHashed(deps, blobDraft, tar);
    const layer = await unpackLayer(host, {
      blob: host.streams.read(blobDraft, request.signal === undefined ? {} : { signal: request.signal }),
      root: join(layerDraft, "diff"),
      below: [],
      limits: deps.limits,
      needsEnd: true,
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    });
    keepBlob(deps, blobDraft, blob.digest);
    keepOnce(deps, layerDraft, layer);
    return { blob, layer };
  });
}

/** Another import or pull may have been faster: then its layer stays. */
function keepOnce(deps: ImageDeps, draft: string, layer: UnpackedLayer): void {
  const [chainId] = chainIdsOf([layer.diffId]);
  if (chainId === undefined) return;
  if (deps.host.inodes.lstat(layerDirectory(deps.paths, chainId)) !== undefined) return;
  try {
    keepLayer(deps, draft, { chainId, unpackedLayer: layer });
  } catch (error) {
    if (!isHostError(error, "EEXIST", "ENOTEMPTY")) throw error;
  }
}

function configOf(
  deps: ImageDeps,
  of: { readonly layer: UnpackedLayer; readonly runConfig: ImageRunConfig; readonly message: string },
): ImageConfig {
  const created = new Date(deps.host.clock.now()).toISOString();
  return {
    created,
    architecture: deps.host.system.architecture,
    os: "linux",
    config: of.runConfig,
    rootfs: { type: "layers", diff_ids: [of.layer.diffId] },
    history: [
      {
        created,
        created_by: `/bin/sh -c #(nop) ADD file:${hexOf(of.layer.diffId)} in /`,
        comment: of.message,
      },
    ],
  };
}

function manifestOf(blob: StoredBlob, configBytes: Uint8Array): Uint8Array {
  const config = { mediaType: OCI_CONFIG, digest: digestOf(configBytes), size: configBytes.length };
  const layer: { mediaType: string; digest: Digest; size: number } = { mediaType: OCI_LAYER, ...blob };
  return new TextEncoder().encode(
    JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [layer] }),
  );
}
