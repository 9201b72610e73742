import type { Digest } from "../../base/brand.ts";
import { digestOf, hexOf } from "../digests.ts";
import {
  choosePlatform,
  type Descriptor,
  type ImageIndex,
  type ImageManifest,
  MOST_MANIFEST_BYTES,
  parseManifest,
  type WantedPlatform,
} from "../manifest.ts";
import { localName } from "../references.ts";
import { BadArchive } from "../tar/bad-archive.ts";
import { type ArchiveFiles, keepExpected } from "./archive-files.ts";
import type { FoundImage } from "./found-image.ts";

const REF_NAME = "org.opencontainers.image.ref.name";
const CONTAINERD_NAME = "io.containerd.image.name";
/** Indexes in indexes. */
const DEEPEST = 4;

export interface LayoutChoice {
  readonly platform: WantedPlatform;
  /** Take only the image with this `ref.name`. */
  readonly reference?: string;
  /** Name for an image whose `ref.name` is a mere tag or missing, e.g. of the directory. */
  readonly fallbackName?: string;
}

/**
 * Images of an OCI image layout: those of `index.json`, grouped by name, one of each group by platform.
 *
 * @param indexJson content of `index.json`
 * @throws BadArchive
 */
export async function ociLayoutImages(
  files: ArchiveFiles,
  indexJson: Uint8Array,
  choice: LayoutChoice,
): Promise<FoundImage[]> {
  const index = parseManifest(indexJson);
  if (index.kind !== "index") throw new BadArchive("is not an index", "index.json");
  const groups = Map.groupBy(index.manifests, (each) => each.annotations[REF_NAME] ?? "");
  const images: FoundImage[] = [];
  for (const [refName, manifests] of groups) {
    if (choice.reference !== undefined && refName !== choice.reference) continue;
    const found = await imageAt(
      files,
      chosen({ kind: "index", mediaType: index.mediaType, manifests }, choice),
      choice,
    );
    const full = manifests[0]?.annotations[CONTAINERD_NAME];
    images.push({ ...found, names: namesFor(full ?? refName, choice.fallbackName) });
  }
  if (images.length > 0) return images;
  if (choice.reference !== undefined) throw new BadArchive(`no image is named "${choice.reference}"`, "index.json");
  throw new BadArchive("lists no image", "index.json");
}

function chosen(index: ImageIndex, choice: LayoutChoice): Descriptor {
  const [first] = index.manifests;
  // One alone is meant, whatever its platform.
  return index.manifests.length === 1 && first !== undefined ? first : choosePlatform(index, choice.platform);
}

async function imageAt(
  files: ArchiveFiles,
  descriptor: Descriptor,
  choice: LayoutChoice,
  depth = 0,
): Promise<Omit<FoundImage, "names">> {
  if (depth > DEEPEST) throw new BadArchive("indexes are nested too deep", "index.json");
  const manifestBytes = await readBlob(files, descriptor, MOST_MANIFEST_BYTES);
  const manifest = parseManifest(manifestBytes);
  if (manifest.kind === "index") return imageAt(files, chosen(manifest, choice), choice, depth + 1);
  const configBytes = await readBlob(files, manifest.config);
  for (const layer of manifest.layers) await keepExpected(files, blobName(layer.digest), layer);
  return { manifest: manifest satisfies ImageManifest, manifestBytes, configBytes };
}

async function readBlob(
  files: ArchiveFiles,
  descriptor: Descriptor,
  most = Number.MAX_SAFE_INTEGER,
): Promise<Uint8Array> {
  const name = blobName(descriptor.digest);
  if (descriptor.size > most) throw new BadArchive(`has ${descriptor.size} bytes`, name);
  const bytes = await files.read(name);
  if (bytes === undefined) throw new BadArchive("is missing", name);
  const digest = digestOf(bytes);
  if (digest !== descriptor.digest) throw new BadArchive(`its digest is ${digest}, not ${descriptor.digest}`, name);
  return bytes;
}

function blobName(digest: Digest): string {
  return `blobs/sha256/${hexOf(digest)}`;
}

/** `ref.name` may be a whole reference or, in layouts of one repository, only a tag. */
function namesFor(refName: string, fallback: string | undefined): readonly string[] {
  const isTag = /^[a-zA-Z0-9_][a-zA-Z0-9._-]*$/.test(refName);
  const isFallback = fallback !== undefined && (refName === "" || isTag);
  if (refName === "" && !isFallback) return [];
  const text = isFallback ? (isTag ? `${fallback}:${refName}` : fallback) : refName;
  try {
    return [localName(text)];
  } catch {
    // Not every directory has a name that images can have.
    if (isFallback) return [];
    throw new BadArchive(`"${text}" is not a name for an image`, "index.json");
  }
}
