import type { Digest } from "../../base/brand.ts";
import { digestOf, hexOf } from "../digests.ts";
import { parseManifest } from "../manifest.ts";
import { BadArchive } from "../tar/bad-archive.ts";
import { type ArchiveFiles, keepExpected } from "./archive-files.ts";
import type { FoundImage } from "./found-image.ts";

/**
 * The image of a `dir:` directory: `manifest.json` and blobs named by the hexadecimal part of their digest.
 *
 * @param manifestBytes content of `manifest.json`
 * @throws BadArchive
 */
export async function dockerDirImage(files: ArchiveFiles, manifestBytes: Uint8Array): Promise<FoundImage> {
  const manifest = parseManifest(manifestBytes);
  if (manifest.kind === "index") throw new BadArchive("is a list of images", "manifest.json");
  const name = hexOf(manifest.config.digest satisfies Digest);
  const configBytes = await files.read(name);
  if (configBytes === undefined) throw new BadArchive("is missing", name);
  const digest = digestOf(configBytes);
  if (digest !== manifest.config.digest)
    throw new BadArchive(`its digest is ${digest}, not ${manifest.config.digest}`, name);
  for (const layer of manifest.layers) await keepExpected(files, hexOf(layer.digest), layer);
  return { manifest, manifestBytes, configBytes, names: [] };
}
