import { digestOf } from "../digests.ts";
import type { ImageDeps } from "../image-deps.ts";
import { blobPath } from "../image-deps.ts";
import { isObject, parseJsonArray } from "../json.ts";
import {
  DOCKER_CONFIG,
  DOCKER_LAYER,
  DOCKER_MANIFEST,
  type ImageManifest,
  OCI_CONFIG,
  OCI_LAYER,
  OCI_MANIFEST,
  parseManifest,
} from "../manifest.ts";
import { inRegistry, parseReference, taggedNameOf } from "../references.ts";
import { BadArchive } from "../tar/bad-archive.ts";
import { type Packing, packingOf } from "../unpack/compressed.ts";
import type { StoredBlob } from "../workspace.ts";
import type { ArchiveFiles } from "./archive-files.ts";
import type { FoundImage } from "./found-image.ts";

interface Item {
  readonly config: string;
  readonly names: readonly string[];
  readonly layers: readonly string[];
}

/**
 * Images of a `docker save` archive: `manifest.json` lists config, names and layers of each. It holds no manifests, so
 * one is made.
 *
 * @param manifestJson content of `manifest.json`
 * @throws BadArchive
 */
export async function dockerArchiveImages(
  deps: ImageDeps,
  files: ArchiveFiles,
  manifestJson: Uint8Array,
): Promise<FoundImage[]> {
  const images: FoundImage[] = [];
  for (const item of parseJsonArray(manifestJson, "manifest.json").map(itemOf)) {
    const configBytes = await files.read(item.config);
    if (configBytes === undefined) throw new BadArchive("is missing", item.config);
    const layers: LayerBlob[] = [];
    for (const name of item.layers) {
      const blob = await files.keep(name);
      if (blob === undefined) throw new BadArchive("is missing", name);
      layers.push({ blob, packing: packingOfBlob(deps, blob) });
    }
    const manifestBytes = manifestFor(configBytes, layers);
    const manifest = parseManifest(manifestBytes) as ImageManifest;
    images.push({ manifest, manifestBytes, configBytes, names: item.names });
  }
  return images;
}

function itemOf(value: unknown): Item {
  if (!isObject(value)) throw new BadArchive("lists something that is no image", "manifest.json");
  const { Config, RepoTags, Layers } = value;
  const isTexts = (list: unknown): list is string[] =>
    Array.isArray(list) && list.every((each) => typeof each === "string");
  if (typeof Config !== "string" || !isTexts(Layers) || !isTexts(RepoTags ?? []))
    throw new BadArchive("lists something that is no image", "manifest.json");
  return { config: Config, layers: Layers, names: ((RepoTags ?? []) as string[]).map(nameOf) };
}

/** docker leaves out its own registry. */
function nameOf(tag: string): string {
  try {
    const reference = parseReference(tag);
    return taggedNameOf(inRegistry(reference, reference.domain ?? "docker.io"));
  } catch {
    throw new BadArchive(`"${tag}" is not a name for an image`, "manifest.json");
  }
}

interface LayerBlob {
  readonly blob: StoredBlob;
  readonly packing: Packing;
}

function packingOfBlob(deps: ImageDeps, blob: StoredBlob): Packing {
  using file = deps.host.streams.open(blobPath(deps.paths, blob.digest), "r");
  const head = new Uint8Array(6);
  file.read(head, 0);
  return packingOf(head);
}

/** docker's format has no Zstandard, the OCI one has. */
function manifestFor(configBytes: Uint8Array, layers: readonly LayerBlob[]): Uint8Array {
  const isOci = layers.some(({ packing }) => packing === "zstd");
  const suffix: Readonly<Partial<Record<Packing, string>>> = isOci
    ? { gzip: "+gzip", zstd: "+zstd" }
    : { gzip: ".gzip" };
  return new TextEncoder().encode(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: isOci ? OCI_MANIFEST : DOCKER_MANIFEST,
      config: {
        mediaType: isOci ? OCI_CONFIG : DOCKER_CONFIG,
        size: configBytes.length,
        digest: digestOf(configBytes),
      },
      layers: layers.map(({ blob, packing }) => ({
        mediaType: (isOci ? OCI_LAYER : DOCKER_LAYER) + (suffix[packing] ?? ""),
        size: blob.size,
        digest: blob.digest,
      })),
    }),
  );
}
