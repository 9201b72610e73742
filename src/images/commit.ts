import type { Digest } from "../base/brand.ts";
import { fail } from "../base/errors.ts";
import type { ImageConfig, ImageRunConfig } from "../model/image.ts";
import { applyChanges } from "./changes.ts";
import { digestOf } from "./digests.ts";
import { findImage } from "./find.ts";
import type { ImageDeps } from "./image-deps.ts";
import { prepareImage, recordImages } from "./ingest.ts";
import { OCI_CONFIG, OCI_LAYER, OCI_MANIFEST, parseManifest } from "./manifest.ts";
import { localName } from "./references.ts";
import type { CommitImageRequest } from "./service.ts";
import { namingArchive } from "./tar/bad-archive.ts";
import { addBlob, openWorkspace, type StoredBlob } from "./workspace.ts";

/**
 * Makes an image of another and one more layer (podman-commit(1)).
 *
 * @returns the image's id
 * @throws INVALID_ARGUMENT for a bad change, BAD_REFERENCE, NO_SUCH_IMAGE if the parent is gone
 */
export async function commitImage(deps: ImageDeps, request: CommitImageRequest): Promise<string> {
  const runConfig = merged(request.config, applyChanges(request.changes ?? []));
  const name = request.reference === undefined ? undefined : localName(request.reference);
  const { signal } = request;
  using work = await openWorkspace(deps, signal);
  const parent =
    request.parent === undefined
      ? undefined
      : deps.store.read((tx) => findImage(tx, request.parent ?? "", deps.config).image);
  const blob = await addBlob(deps, work, request.layer);
  request.progress?.(`Copying blob ${blob.digest}`);
  const config = configOf(deps, { request, blob, runConfig, parent: parent?.config });
  const configBytes = new TextEncoder().encode(JSON.stringify(config));
  request.progress?.(`Copying config ${digestOf(configBytes)}`);
  const lower = (parent?.layers ?? []).map((each) => ({
    mediaType: each.mediaType,
    digest: each.blob,
    size: each.blobSize,
  }));
  const manifestBytes = manifestOf([...lower, { mediaType: OCI_LAYER, ...blob }], configBytes);
  const manifest = parseManifest(manifestBytes);
  if (manifest.kind !== "image") throw fail("INTERNAL", { message: "not an image's manifest" });
  const prepared = await namingArchive({ archive: request.name }, () =>
    prepareImage(deps, work, {
      manifest,
      manifestBytes,
      configBytes,
      names: name === undefined ? [] : [name],
      repoDigests: [],
      archive: request.name,
      ...(signal === undefined ? {} : { signal }),
    }),
  );
  await recordImages(deps, work, [prepared], signal === undefined ? {} : { signal });
  request.progress?.("Writing manifest to image destination");
  return prepared.record.id;
}

/** Changes stand over what the container was run with; lists of names are joined. */
function merged(base: ImageRunConfig, change: ImageRunConfig): ImageRunConfig {
  const keys = new Set((change.Env ?? []).map((each) => each.split("=")[0]));
  const env = [...(base.Env ?? []).filter((each) => !keys.has(each.split("=")[0])), ...(change.Env ?? [])];
  const joined = {
    ...(env.length === 0 ? {} : { Env: env }),
    ...both("Labels", base, change),
    ...both("ExposedPorts", base, change),
    ...both("Volumes", base, change),
  };
  // docker's rule: a new entrypoint takes its old arguments away.
  const { Cmd, ...rest } = base;
  return { ...(change.Entrypoint === undefined ? base : rest), ...change, ...joined };
}

function both<K extends "Labels" | "ExposedPorts" | "Volumes">(
  key: K,
  base: ImageRunConfig,
  change: ImageRunConfig,
): Partial<ImageRunConfig> {
  const value: Readonly<Record<string, unknown>> = { ...(base[key] ?? {}), ...(change[key] ?? {}) };
  return Object.keys(value).length === 0 ? {} : { [key]: value };
}

interface ConfigParts {
  readonly request: CommitImageRequest;
  readonly blob: StoredBlob;
  readonly runConfig: ImageRunConfig;
  readonly parent: ImageConfig | undefined;
}

function configOf(deps: ImageDeps, { request, blob, runConfig, parent }: ConfigParts): ImageConfig {
  const created = new Date(deps.host.clock.now()).toISOString();
  const { author, message } = request;
  return {
    created,
    ...(author === undefined ? {} : { author }),
    architecture: parent?.architecture ?? deps.host.system.architecture,
    os: parent?.os ?? "linux",
    config: runConfig,
    rootfs: { type: "layers", diff_ids: [...(parent?.rootfs.diff_ids ?? []), blob.digest] },
    history: [
      ...(parent?.history ?? []),
      {
        created,
        created_by: request.createdBy,
        ...(author === undefined ? {} : { author }),
        ...(message === undefined ? {} : { comment: message }),
      },
    ],
  };
}

function manifestOf(
  layers: readonly { readonly mediaType: string; readonly digest: Digest; readonly size: number }[],
  configBytes: Uint8Array,
): Uint8Array {
  const config = { mediaType: OCI_CONFIG, digest: digestOf(configBytes), size: configBytes.length };
  return new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers }));
}
