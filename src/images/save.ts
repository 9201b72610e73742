import { join } from "node:path";
import { fail } from "../base/errors.ts";
import { isHostError } from "../base/host-error.ts";
import type { ImageFormat, ImageProgress } from "../engine/api/images.ts";
import type { ImageRecord } from "../model/image.ts";
import { manifestIn } from "./convert-manifest.ts";
import { digestFromHex, digestOf, hexOf } from "./digests.ts";
import { findImage } from "./find.ts";
import { blobPath, type ImageDeps, makeStoreDirectories } from "./image-deps.ts";
import { imageEvent } from "./ingest.ts";
import { readLayer } from "./layer-store.ts";
import { type ImageManifest, OCI_MANIFEST, parseManifest } from "./manifest.ts";
import { type TarMember, writeTar } from "./tar/writer.ts";
import { unpacked } from "./unpack/compressed.ts";

interface SavedImage {
  readonly image: ImageRecord;
  /** Names that go into the archive. */
  readonly names: readonly string[];
}

type SaveOptions = ImageProgress & { readonly format?: ImageFormat };

/**
 * Writes images to an archive or directory: several to a docker-archive, one to any other format. The store is not
 * changed, so nothing that another command removes meanwhile is lost: removal waits for the sweep.
 *
 * @param output path that does not exist yet, or a pipe or device
 * @throws NO_SUCH_IMAGE, INVALID_ARGUMENT
 */
export async function saveImages(
  deps: ImageDeps,
  references: readonly string[],
  output: string,
  options: SaveOptions = {},
): Promise<void> {
  const format = options.format ?? "docker-archive";
  makeStoreDirectories(deps);
  const { signal, progress } = options;
  // Shared: keeps the sweep away from what is being read.
  using _lock = await deps.host.locks.acquire(deps.paths.lock, { shared: true, ...(signal ? { signal } : {}) });
  const saved = selected(deps, references);
  const [only] = saved;
  if (only === undefined) throw fail("INVALID_ARGUMENT", { message: "no image to save" });
  if (saved.length > 1 && format !== "docker-archive")
    throw fail("INVALID_ARGUMENT", { message: `${format} holds one image only: use docker-archive for several` });
  for (const { image } of saved) {
    for (const layer of image.layers) progress?.(`Copying blob ${layer.blob}`);
    progress?.(`Copying config sha256:${image.id}`);
  }
  const write = { output, ...(signal === undefined ? {} : { signal }) };
  if (format === "docker-archive") await writeFile(deps, writeTar(dockerArchive(deps, saved)), write);
  else if (format === "oci-archive") await writeFile(deps, writeTar(ociLayout(deps, only)), write);
  else await writeDirectory(deps, format === "oci-dir" ? ociLayout(deps, only) : dockerDir(deps, only), write);
  progress?.("Writing manifest to image destination");
  await deps.store.write((tx) => {
    for (const { image, names } of saved) tx.events.add(imageEvent("save", image.id, names[0] ?? output));
  });
}

/** One entry for each image, with the names by which it was asked for. */
function selected(deps: ImageDeps, references: readonly string[]): readonly SavedImage[] {
  const found = deps.store.read((tx) => references.map((each) => findImage(tx, each, deps.config)));
  return [...Map.groupBy(found, ({ image }) => image.id).values()].flatMap((group) => {
    const [first] = group;
    const names = group.flatMap(({ name }) => (name === undefined ? [] : [name]));
    return first === undefined ? [] : [{ image: first.image, names }];
  });
}

async function* dockerArchive(deps: ImageDeps, saved: readonly SavedImage[]): AsyncGenerator<TarMember> {
  const written = new Set<string>();
  for (const { image } of saved) {
    for (const layer of image.layers) {
      const path = `${hexOf(layer.diffId)}.tar`;
      if (written.has(path)) continue;
      written.add(path);
      const record = readLayer(deps.host, deps.paths, layer.chainId);
      if (record === undefined) throw fail("ROOTFS_LAYER_MISSING", { id: image.id, layer: layer.chainId });
      const body = unpacked(deps.host.compression, deps.host.streams.read(blobPath(deps.paths, layer.blob)));
      yield { path, size: record.size, body };
    }
    const config = deps.host.files.readBytes(blobPath(deps.paths, digestFromHex(image.id)));
    yield { path: `${image.id}.json`, size: config.length, body: config };
  }
  const manifest = saved.map(({ image, names }) => ({
    Config: `${image.id}.json`,
    RepoTags: names,
    Layers: image.layers.map((layer) => `${hexOf(layer.diffId)}.tar`),
  }));
  yield jsonMember("manifest.json", manifest);
}

async function* ociLayout(deps: ImageDeps, { image, names }: SavedImage): AsyncGenerator<TarMember> {
  const bytes = storedManifest(deps, image, "oci");
  const digest = digestOf(bytes);
  const [name] = names;
  const annotations = name === undefined ? {} : { annotations: { "org.opencontainers.image.ref.name": name } };
  const descriptor = { mediaType: OCI_MANIFEST, digest, size: bytes.length, ...annotations };
  yield jsonMember("oci-layout", { imageLayoutVersion: "1.0.0" });
  yield jsonMember("index.json", { schemaVersion: 2, manifests: [descriptor] });
  yield { path: `blobs/sha256/${hexOf(digest)}`, size: bytes.length, body: bytes };
  yield* blobMembers(deps, image, "blobs/sha256/");
}

async function* dockerDir(deps: ImageDeps, { image }: SavedImage): AsyncGenerator<TarMember> {
  const bytes = storedManifest(deps, image, "docker");
  const version = new TextEncoder().encode("Directory Transport Version: 1.1\n");
  yield { path: "version", size: version.length, body: version };
  yield* blobMembers(deps, image, "");
  yield { path: "manifest.json", size: bytes.length, body: bytes };
}

async function* blobMembers(deps: ImageDeps, image: ImageRecord, prefix: string): AsyncGenerator<TarMember> {
  const config = deps.host.files.readBytes(blobPath(deps.paths, digestFromHex(image.id)));
  yield { path: `${prefix}${image.id}`, size: config.length, body: config };
  for (const [digest, { blobSize }] of new Map(image.layers.map((layer) => [layer.blob, layer]))) {
    const body = deps.host.streams.read(blobPath(deps.paths, digest));
    yield { path: `${prefix}${hexOf(digest)}`, size: blobSize, body };
  }
}

function jsonMember(path: string, value: unknown): TarMember {
  const body = new TextEncoder().encode(JSON.stringify(value));
  return { path, size: body.length, body };
}

/** The manifest of an image in a format. */
export function storedManifest(deps: ImageDeps, image: ImageRecord, format: "oci" | "docker" | undefined): Uint8Array {
  const bytes = deps.host.files.readBytes(blobPath(deps.paths, image.manifestDigest));
  if (format === undefined) return bytes;
  return manifestIn(format, parseManifest(bytes) as ImageManifest, bytes);
}

interface Target {
  readonly output: string;
  readonly signal?: AbortSignal;
}

async function writeFile(deps: ImageDeps, chunks: AsyncIterable<Uint8Array>, target: Target): Promise<void> {
  const { files, inodes, streams } = deps.host;
  const { output, signal } = target;
  const kind = inodes.stat(output)?.kind;
  if (kind === "directory") throw fail("INVALID_ARGUMENT", { message: `open ${output}: is a directory` });
  if (kind !== undefined && (kind !== "file" || output.startsWith("/dev/"))) {
    using file = streams.open(output, "a");
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      file.write(chunk);
    }
    return;
  }
  let created = false;
  const watched = async function* () {
    created = true;
    yield* chunks;
  };
  try {
    await streams.write(output, watched(), { mode: 0o644, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    if (created) files.remove(output);
    throw outputError(error, output);
  }
}

async function writeDirectory(deps: ImageDeps, members: AsyncIterable<TarMember>, target: Target): Promise<void> {
  const { files, inodes, streams } = deps.host;
  const { output } = target;
  const existed = inodes.stat(output) !== undefined;
  if (existed && (inodes.stat(output)?.kind !== "directory" || files.list(output).length > 0))
    throw fail("INVALID_ARGUMENT", { message: `${output} is not an empty directory` });
  try {
    for await (const member of members) {
      target.signal?.throwIfAborted();
      if (!("body" in member)) continue;
      const path = join(output, member.path);
      files.makeDir(join(path, ".."));
      await streams.write(path, member.body instanceof Uint8Array ? once(member.body) : member.body, { mode: 0o644 });
    }
  } catch (error) {
    for (const name of inodes.stat(output) === undefined ? [] : files.list(output))
      files.removeTree(join(output, name));
    if (!existed) files.removeDir(output);
    throw outputError(error, output);
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function outputError(error: unknown, output: string): unknown {
  if (isHostError(error, "EEXIST"))
    return fail("INVALID_ARGUMENT", { message: `${output}: docker-archive doesn't support modifying existing images` });
  if (isHostError(error))
    return fail("HOST_IO", { action: "write", path: output, errno: error.errno }, { cause: error });
  return error;
}
