import {
  DOCKER_CONFIG,
  DOCKER_LAYER,
  DOCKER_MANIFEST,
  type ImageManifest,
  OCI_CONFIG,
  OCI_LAYER,
  OCI_MANIFEST,
} from "./manifest.ts";

export type ManifestFormat = "oci" | "docker";

/**
 * The bytes of the manifest in a format. Config and layers stay as they are, so the image keeps its id: docker's config is
 * the OCI one with further fields.
 *
 * @param original the bytes as stored; returned if the format is the wanted one
 */
export function manifestIn(format: ManifestFormat, manifest: ImageManifest, original: Uint8Array): Uint8Array {
  const isDocker = manifest.mediaType === DOCKER_MANIFEST;
  if (isDocker === (format === "docker")) return original;
  const [type, config, layer] =
    format === "oci" ? [OCI_MANIFEST, OCI_CONFIG, ociLayer] : [DOCKER_MANIFEST, DOCKER_CONFIG, dockerLayer];
  return new TextEncoder().encode(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: type,
      config: { mediaType: config, size: manifest.config.size, digest: manifest.config.digest },
      layers: manifest.layers.map(({ mediaType, size, digest }) => ({ mediaType: layer(mediaType), size, digest })),
      ...(format === "oci" && Object.keys(manifest.annotations).length > 0
        ? { annotations: manifest.annotations }
        : {}),
    }),
  );
}

function ociLayer(mediaType: string): string {
  const packing = /[.+](gzip|zstd)$/.exec(mediaType)?.[1];
  return packing === undefined ? OCI_LAYER : `${OCI_LAYER}+${packing}`;
}

/** docker has no name for Zstandard; its readers go by the first bytes. */
function dockerLayer(mediaType: string): string {
  const packing = /[.+](gzip|zstd)$/.exec(mediaType)?.[1];
  return packing === undefined ? DOCKER_LAYER : `${DOCKER_LAYER}.${packing}`;
}
