import type { ImageHistoryRow } from "../engine/api/images.ts";
import type { ImageRecord } from "../model/image.ts";
import { repoDigestsOf } from "./find.ts";
import { blobPath, type ImageDeps } from "./image-deps.ts";
import { layerDiff, readLayer } from "./layer-store.ts";
import { OCI_MANIFEST, parseManifest } from "./manifest.ts";

/** podman-image-inspect(1)'s description of an image. */
export function describeImage(deps: ImageDeps, image: ImageRecord): Readonly<Record<string, unknown>> {
  const { config } = image;
  const manifest = readManifest(deps, image);
  return {
    Id: image.id,
    Digest: image.manifestDigest,
    RepoTags: image.names,
    RepoDigests: repoDigestsOf(image),
    Parent: "",
    Comment: config.history.at(-1)?.comment ?? "",
    Created: config.created ?? new Date(image.createdAt).toISOString(),
    Config: config.config,
    Version: "",
    Author: config.author ?? "",
    Architecture: config.architecture,
    Os: config.os,
    Size: image.size,
    VirtualSize: image.size,
    GraphDriver: { Name: "overlay", Data: graphData(deps, image) },
    RootFS: { Type: "layers", Layers: config.rootfs.diff_ids },
    Labels: config.config.Labels ?? null,
    Annotations: manifest.annotations,
    ManifestType: manifest.mediaType,
    User: config.config.User ?? "",
    History: config.history,
    NamesHistory: image.names,
    ...(config.config.Healthcheck === undefined ? {} : { Healthcheck: config.config.Healthcheck }),
  };
}

/** podman-history(1)'s rows, newest first. */
export function historyOf(deps: ImageDeps, image: ImageRecord): readonly ImageHistoryRow[] {
  const layers = image.layers[Symbol.iterator]();
  const rows = image.config.history.map((entry) => {
    const layer = entry.empty_layer === true ? undefined : layers.next().value;
    const created = Date.parse(entry.created ?? "");
    return {
      id: "<missing>",
      createdAt: Number.isNaN(created) ? image.createdAt : created,
      createdBy: entry.created_by ?? "",
      size: layer === undefined ? 0 : (readLayer(deps.host, deps.paths, layer.chainId)?.size ?? 0),
      comment: entry.comment ?? "",
      tags: [],
    };
  });
  const [top, ...rest] = rows.reverse();
  return top === undefined ? [] : [{ ...top, id: image.id, tags: image.names }, ...rest];
}

function graphData(deps: ImageDeps, image: ImageRecord): Readonly<Record<string, string>> {
  const [top, ...lower] = image.layers.map((layer) => layerDiff(deps.paths, layer.chainId)).reverse();
  return {
    ...(lower.length === 0 ? {} : { LowerDir: lower.join(":") }),
    ...(top === undefined ? {} : { UpperDir: top, WorkDir: top.replace(/diff$/, "work") }),
  };
}

function readManifest(
  deps: ImageDeps,
  image: ImageRecord,
): { readonly mediaType: string; readonly annotations: Readonly<Record<string, string>> } {
  const manifest = parseManifest(deps.host.files.readBytes(blobPath(deps.paths, image.manifestDigest)));
  return manifest.kind === "image" ? manifest : { mediaType: OCI_MANIFEST, annotations: {} };
}
