import type { Digest } from "../base/brand.ts";
import { isDigest } from "./digests.ts";
import { isObject, parseJson } from "./json.ts";
import { BadArchive } from "./tar/bad-archive.ts";

export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
export const OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
export const OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";
export const DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
export const DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
export const DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json";
export const DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar";

/** A larger manifest than this is refused, as registries do. */
export const MOST_MANIFEST_BYTES = 4 << 20;

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly annotations: Readonly<Record<string, string>>;
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string };
}

/** The manifest of one image. */
export interface ImageManifest {
  readonly kind: "image";
  readonly mediaType: string;
  readonly config: Descriptor;
  /** Lowest first. */
  readonly layers: readonly Descriptor[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** A list of manifests: an OCI index or docker's manifest list. */
export interface ImageIndex {
  readonly kind: "index";
  readonly mediaType: string;
  readonly manifests: readonly Descriptor[];
}

/**
 * Reads a manifest or index of the OCI image spec or of docker's schema 2.
 *
 * @throws BadArchive for anything else
 */
export function parseManifest(bytes: Uint8Array): ImageManifest | ImageIndex {
  if (bytes.length > MOST_MANIFEST_BYTES) throw new BadArchive(`manifest of ${bytes.length} bytes`);
  const json = parseJson(bytes, "manifest");
  if (json["schemaVersion"] === 1) throw new BadArchive("manifest is of docker's schema 1, which is not supported");
  const manifests = json["manifests"];
  const layers = json["layers"];
  if (Array.isArray(manifests) && layers === undefined)
    return {
      kind: "index",
      mediaType: textOf(json["mediaType"]) ?? OCI_INDEX,
      manifests: manifests.map((each) => descriptorOf(each, "manifests")),
    };
  if (!Array.isArray(layers)) throw new BadArchive("manifest has no layers");
  const config = descriptorOf(json["config"], "config");
  const guessed = config.mediaType === DOCKER_CONFIG ? DOCKER_MANIFEST : OCI_MANIFEST;
  if (config.mediaType !== DOCKER_CONFIG && config.mediaType !== OCI_CONFIG)
    throw new BadArchive(`manifest is not of an image, but of ${config.mediaType || "something unnamed"}`);
  return {
    kind: "image",
    mediaType: textOf(json["mediaType"]) ?? guessed,
    config,
    layers: layers.map((each) => descriptorOf(each, "layers")),
    annotations: textsOf(json["annotations"]),
  };
}

/** True if the layers of this image can be kept in an OCI layout without another digest. */
export function isPackedLayer(descriptor: Descriptor): boolean {
  return /[.+](gzip|zstd)$/.test(descriptor.mediaType);
}

export interface WantedPlatform {
  readonly os: string;
  /** Go's name: amd64, arm64, ... */
  readonly architecture: string;
  readonly variant?: string;
}

/**
 * The manifest for a platform. An entry without platform fits if it is the only one.
 *
 * @throws BadArchive if there is none
 */
export function choosePlatform(index: ImageIndex, wanted: WantedPlatform): Descriptor {
  const fits = index.manifests.filter(
    ({ platform }) => platform?.os === wanted.os && platform.architecture === wanted.architecture,
  );
  const exact = fits.find(({ platform }) => wanted.variant === undefined || platform?.variant === wanted.variant);
  const only =
    index.manifests.length === 1 && index.manifests[0]?.platform === undefined ? index.manifests[0] : undefined;
  const found = exact ?? (wanted.variant === undefined ? fits[0] : undefined) ?? only;
  if (found !== undefined) return found;
  const variant = wanted.variant === undefined ? "" : `, variant "${wanted.variant}"`;
  throw new BadArchive(
    `no image found in manifest list for architecture "${wanted.architecture}"${variant}, OS "${wanted.os}"`,
  );
}

/**
 * Reads one descriptor.
 *
 * @param what where it stands, for errors
 */
export function descriptorOf(value: unknown, what: string): Descriptor {
  if (!isObject(value)) throw new BadArchive(`${what} is not a descriptor`);
  const { digest, size, platform } = value;
  if (!isDigest(digest)) throw new BadArchive(`${what} has no sha256 digest`);
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) throw new BadArchive(`${what} has no size`);
  return {
    mediaType: textOf(value["mediaType"]) ?? "",
    digest,
    size,
    annotations: textsOf(value["annotations"]),
    ...(isObject(platform) ? { platform: platformOf(platform) } : {}),
  };
}

function platformOf(value: Readonly<Record<string, unknown>>): NonNullable<Descriptor["platform"]> {
  const variant = textOf(value["variant"]);
  return {
    os: textOf(value["os"]) ?? "",
    architecture: textOf(value["architecture"]) ?? "",
    ...(variant === undefined ? {} : { variant }),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function textsOf(value: unknown): Record<string, string> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === "string"),
  );
}
