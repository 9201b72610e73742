import { join } from "node:path";
import type { Digest } from "../base/brand.ts";
import { isEngineError } from "../base/errors.ts";
import type { AccessOptions } from "../drivers/skopeo/args.ts";
import type { Skopeo } from "../drivers/skopeo/driver.ts";
import type { PullOptions } from "../engine/api/images.ts";
import type { ImageRecord } from "../model/image.ts";
import { digestOf, hexOf } from "./digests.ts";
import { blobPath, type ImageDeps } from "./image-deps.ts";
import { imageEvent, prepareImage, recordImages, withNames } from "./ingest.ts";
import { hostPlatform } from "./load.ts";
import { choosePlatform, DOCKER_MANIFEST, type ImageManifest, parseManifest } from "./manifest.ts";
import { pullError } from "./pull-error.ts";
import { formatReference, repositoryOf, taggedNameOf } from "./references.ts";
import type { FullReference } from "./short-names.ts";
import { accessOf, hostSkopeo } from "./skopeo.ts";
import { markForSweep } from "./sweep.ts";
import { BadArchive, namingArchive } from "./tar/bad-archive.ts";
import { openWorkspace, type Workspace } from "./workspace.ts";

/** What a registry says under a reference. */
interface Remote {
  readonly manifest: ImageManifest;
  readonly manifestBytes: Uint8Array;
  /** Digest of what the reference itself names: the list, if it is one. */
  readonly topDigest: Digest;
  readonly digest: Digest;
}

interface Source {
  readonly skopeo: Skopeo;
  readonly access: AccessOptions;
  readonly reference: FullReference;
  readonly options: PullOptions;
}

/**
 * Pulls one image. Blobs that are in the store are not fetched again, layers not unpacked again; of several pulls of one
 * reference at once, one fetches.
 *
 * @throws PULL_FAILED, ARCHIVE_BAD, PROGRAM_MISSING
 */
export async function pullFromRegistry(
  deps: ImageDeps,
  reference: FullReference,
  options: PullOptions,
): Promise<ImageRecord> {
  const { signal } = options;
  using work = await openWorkspace(deps, signal);
  const lockPath = join(deps.paths.locks, `pull-${hexOf(digestOf(formatReference(reference)))}`);
  using _lock = await deps.host.locks.acquire(lockPath, signal === undefined ? {} : { signal });
  const source = openSource(deps, work, { reference, options });
  const remote = await readRemote(deps, source);
  const known = await recordKnown(deps, source, remote);
  if (known !== undefined) {
    options.progress?.(`Image ${known.id.slice(0, 12)} is up to date`);
    work.commit();
    return known;
  }
  return await fetchImage(deps, work, { source, remote });
}

/** Digest under a reference in its registry; undefined if that cannot be found out. */
export async function remoteDigest(
  deps: ImageDeps,
  reference: FullReference,
  options: PullOptions,
): Promise<Digest | undefined> {
  using work = await openWorkspace(deps, options.signal);
  work.commit();
  const { skopeo, access } = openSource(deps, work, { reference, options });
  try {
    return digestOf(await skopeo.manifest(`docker://${formatReference(reference)}`, access, options));
  } catch (error) {
    if (isEngineError(error)) return undefined;
    throw error;
  }
}

function openSource(
  deps: ImageDeps,
  work: Workspace,
  request: { readonly reference: FullReference; readonly options: PullOptions },
): Source {
  const { reference, options } = request;
  return {
    ...request,
    skopeo: hostSkopeo(deps, options.platform),
    access: accessOf(deps, work, { ...options, registry: reference.domain }),
  };
}

async function readRemote(deps: ImageDeps, source: Source): Promise<Remote> {
  const { reference } = source;
  const top = await manifestAt(source, reference);
  const topDigest = digestOf(top);
  return namingArchive({ archive: formatReference(reference) }, async () => {
    if (reference.digest !== undefined && reference.digest !== topDigest)
      throw new BadArchive(`digest of the manifest is ${topDigest}`);
    const manifest = parseManifest(top);
    if (manifest.kind === "image") return { manifest, manifestBytes: top, topDigest, digest: topDigest };
    const { digest } = choosePlatform(manifest, { ...hostPlatform(deps), ...source.options.platform });
    const bytes = await manifestAt(source, { ...reference, digest });
    const chosen = parseManifest(bytes);
    if (digestOf(bytes) !== digest) throw new BadArchive(`digest of the manifest is ${digestOf(bytes)}, not ${digest}`);
    if (chosen.kind !== "image") throw new BadArchive("its list of manifests lists another list");
    return { manifest: chosen, manifestBytes: bytes, topDigest, digest };
  });
}

async function manifestAt(source: Source, reference: FullReference): Promise<Uint8Array> {
  const location = `docker://${formatReference(reference)}`;
  try {
    return await source.skopeo.manifest(location, source.access, source.options);
  } catch (error) {
    throw pullError(location, error);
  }
}

interface Given {
  readonly names: readonly string[];
  readonly repoDigests: readonly string[];
  readonly pinned?: readonly string[];
}

/** What the pull adds to the image: a name, or where the user gave a digest, that. */
function givenBy({ reference }: Source, remote: Remote): Given {
  const repository = repositoryOf(reference);
  const repoDigests = [...new Set([remote.topDigest, remote.digest])].map((digest) => `${repository}@${digest}`);
  if (reference.digest === undefined) return { names: [taggedNameOf(reference)], repoDigests };
  return { names: [], repoDigests, pinned: [`${repository}@${reference.digest}`] };
}

/** If the image is here under its id, whatever its packing: its names and the event. */
async function recordKnown(deps: ImageDeps, source: Source, remote: Remote): Promise<ImageRecord | undefined> {
  const id = hexOf(remote.manifest.config.digest);
  if (deps.store.read((tx) => tx.images.get(id)) === undefined) return undefined;
  const given = givenBy(source, remote);
  return deps.store.write((tx) => {
    const known = tx.images.get(id);
    if (known === undefined) return undefined;
    const image = withNames(known, given);
    tx.images.replace(image);
    tx.events.add(imageEvent("pull", id, formatReference(source.reference)));
    return image;
  }, source.options);
}

/**
 * Fetches blobs to the store through an OCI layout that shares its blob directory. Layouts hold no docker manifests, so
 * skopeo converts those, and the config with them: the originals come by themselves.
 */
async function fetchImage(
  deps: ImageDeps,
  work: Workspace,
  { source, remote }: { readonly source: Source; readonly remote: Remote },
): Promise<ImageRecord> {
  const { reference, skopeo, access, options } = source;
  const name = formatReference(reference);
  const location = `docker://${formatReference({ ...reference, digest: remote.digest })}`;
  let configBytes: Uint8Array;
  try {
    await skopeo.copy(
      {
        source: location,
        destination: `oci:${work.temporaryPath()}:image`,
        sourceAccess: access,
        sharedBlobs: join(deps.paths.blobs, ".."),
        retries: deps.config.pullRetries,
      },
      options,
    );
    const isDocker = remote.manifest.mediaType === DOCKER_MANIFEST;
    // What it converted is in the store now, and nothing refers to it.
    if (isDocker) markForSweep(deps);
    configBytes = isDocker
      ? await skopeo.config(location, access, options)
      : deps.host.files.readBytes(blobPath(deps.paths, remote.manifest.config.digest));
  } catch (error) {
    throw pullError(`docker://${name}`, error);
  }
  const prepared = await prepareImage(deps, work, {
    ...remote,
    configBytes,
    ...givenBy(source, remote),
    archive: name,
    event: { action: "pull", name },
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  warnAboutPlatform(deps, prepared.record, options);
  const [image] = await recordImages(deps, work, [prepared], options);
  return image ?? prepared.record;
}

function warnAboutPlatform(deps: ImageDeps, image: ImageRecord, options: PullOptions): void {
  const wanted = { ...hostPlatform(deps), ...options.platform };
  const { os, architecture } = image.config;
  if (os === wanted.os && architecture === wanted.architecture) return;
  options.progress?.(
    `WARNING: image platform (${os}/${architecture}) does not match the expected platform (${wanted.os}/${wanted.architecture})`,
  );
}
