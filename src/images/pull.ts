import { join } from "node:path";
import { fail, hasCode, messageOf } from "../base/errors.ts";
import type { ImageProgress, PullOptions } from "../engine/api/images.ts";
import type { ImageRecord } from "../model/image.ts";
import { imagesInArchive } from "./archives/open-archive.ts";
import { findImageIfExists, repoDigestsOf } from "./find.ts";
import type { ImageDeps } from "./image-deps.ts";
import { recordImages } from "./ingest.ts";
import { hostPlatform, prepareFound, takeArchive } from "./load.ts";
import { pullError } from "./pull-error.ts";
import { pullFromRegistry, remoteDigest } from "./pull-registry.ts";
import { formatReference, inRegistry, parseReference, repositoryOf } from "./references.ts";
import { type FullReference, pullCandidates } from "./short-names.ts";
import { hostSkopeo } from "./skopeo.ts";
import { type Location, parseLocation } from "./transports.ts";
import { openWorkspace } from "./workspace.ts";

/**
 * Brings an image into the store, from wherever the transport says, as `policy` says (default `always`).
 *
 * @returns ids, several with `allTags` and for archives with several images
 * @throws BAD_REFERENCE, PULL_FAILED, ARCHIVE_BAD, SHORT_NAME_UNRESOLVED, PROGRAM_MISSING, NO_SUCH_IMAGE (policy `never`)
 */
export async function pullImages(
  deps: ImageDeps,
  text: string,
  options: PullOptions = {},
): Promise<readonly ImageRecord[]> {
  const location = parseLocation(text);
  switch (location.kind) {
    case "archive":
      return pullArchive(deps, location, options);
    case "foreign":
      return [await pullForeign(deps, location.text, options)];
    case "registry":
      return pullByName(deps, location, options);
  }
}

async function pullArchive(
  deps: ImageDeps,
  location: Extract<Location, { kind: "archive" }>,
  options: PullOptions,
): Promise<readonly ImageRecord[]> {
  const path = join(deps.host.system.cwd, location.path);
  const taken = await takeArchive(deps, {
    path: location.path.startsWith("/") ? location.path : path,
    kind: location.format,
    ...(location.reference === undefined ? {} : { reference: location.reference }),
    platform: { ...hostPlatform(deps), ...options.platform },
    action: "pull",
    ...progressOf(options),
  });
  return taken.map(({ image }) => image);
}

/** Through a `dir:` copy in the workspace: it keeps manifest and blobs as they are. */
async function pullForeign(deps: ImageDeps, text: string, options: PullOptions): Promise<ImageRecord> {
  using work = await openWorkspace(deps, options.signal);
  const path = work.temporaryPath();
  try {
    await hostSkopeo(deps, options.platform).copy({ source: text, destination: `dir:${path}` }, options);
  } catch (error) {
    throw pullError(text, error);
  }
  const platform = hostPlatform(deps);
  const [found] = await imagesInArchive(deps, work, { path, kind: "dir", platform });
  if (found === undefined) throw fail("INTERNAL", { message: `skopeo copied nothing from ${text}` });
  const names = nameInStorage(text);
  const quiet = options.signal === undefined ? {} : { signal: options.signal };
  const prepared = await prepareFound(deps, work, {
    found: { ...found, names },
    archive: text,
    action: "pull",
    ...quiet,
  });
  const [image] = await recordImages(deps, work, [prepared], options);
  return image ?? prepared.record;
}

/** `containers-storage:[options]name` keeps its name, `docker-daemon:name` too. */
function nameInStorage(text: string): readonly string[] {
  const name = text.slice(text.indexOf(":") + 1).replace(/^\[[^\]]*\]/, "");
  try {
    const reference = parseReference(name);
    const domain = reference.domain ?? (text.startsWith("docker-daemon:") ? "docker.io" : "localhost");
    return reference.digest === undefined ? [formatReference(inRegistry(reference, domain))] : [];
  } catch {
    return [];
  }
}

async function pullByName(
  deps: ImageDeps,
  location: Extract<Location, { kind: "registry" }>,
  options: PullOptions,
): Promise<readonly ImageRecord[]> {
  const policy = options.policy ?? "always";
  const { name } = location;
  const local = policy === "always" ? undefined : localImage(deps, name, options);
  if (local !== undefined && policy !== "newer") return [local];
  if (policy === "never") throw fail("NO_SUCH_IMAGE", { ref: name });
  const reference = parseReference(name);
  if (options.allTags === true && (reference.tag !== undefined || reference.digest !== undefined))
    throw fail("INVALID_ARGUMENT", { message: `--all-tags cannot be used with a tag or digest: ${name}` });
  const candidates = location.explicit
    ? [inRegistry(reference, reference.domain ?? "docker.io")]
    : pullCandidates(name, deps.config.registries);
  if (local !== undefined && !(await isNewer(deps, local, { candidates, options }))) return [local];
  return tryInOrder(candidates, name, (candidate) =>
    options.allTags === true ? pullAllTags(deps, candidate, options) : pullOne(deps, candidate, options),
  );
}

async function pullOne(
  deps: ImageDeps,
  candidate: FullReference,
  options: PullOptions,
): Promise<readonly ImageRecord[]> {
  options.progress?.(`Trying to pull ${formatReference(candidate)}...`);
  return [await pullFromRegistry(deps, candidate, options)];
}

async function pullAllTags(
  deps: ImageDeps,
  candidate: FullReference,
  options: PullOptions,
): Promise<readonly ImageRecord[]> {
  const { tag: _, ...untagged } = candidate;
  const source = `docker://${repositoryOf(untagged)}`;
  let tags: readonly string[];
  try {
    const { tlsVerify, authFile, certDir } = options;
    const access = {
      ...(tlsVerify === undefined ? {} : { tlsVerify }),
      ...(authFile === undefined ? {} : { authFile }),
      ...(certDir === undefined ? {} : { certDir }),
    };
    tags = await hostSkopeo(deps, options.platform).tags(source, access, options);
  } catch (error) {
    throw pullError(source, error);
  }
  const images: ImageRecord[] = [];
  for (const tag of tags) images.push(...(await pullOne(deps, { ...untagged, tag }, options)));
  return images;
}

/** The first success; else what went wrong, everywhere. */
async function tryInOrder<T>(
  candidates: readonly FullReference[],
  name: string,
  attempt: (candidate: FullReference) => Promise<T>,
): Promise<T> {
  const errors: unknown[] = [];
  for (const candidate of candidates) {
    try {
      return await attempt(candidate);
    } catch (error) {
      if (candidates.length === 1 || !hasCode(error, "PULL_FAILED")) throw error;
      errors.push(error);
    }
  }
  const reason = `${errors.length} errors occurred while pulling:\n${errors.map((error) => ` * ${messageOf(error)}`).join("\n")}`;
  throw fail("PULL_FAILED", { ref: name, reason }, { cause: errors[0] });
}

/** The local image, unless another platform was asked for than it has. */
function localImage(deps: ImageDeps, name: string, options: PullOptions): ImageRecord | undefined {
  const found = deps.store.read((tx) => findImageIfExists(tx, name, deps.config))?.image;
  const { os, architecture } = options.platform ?? {};
  const fits =
    (os === undefined || os === found?.config.os) &&
    (architecture === undefined || architecture === found?.config.architecture);
  return fits ? found : undefined;
}

/** False also if the registry can't be asked: the local image will do. */
async function isNewer(
  deps: ImageDeps,
  local: ImageRecord,
  request: { readonly candidates: readonly FullReference[]; readonly options: PullOptions },
): Promise<boolean> {
  const [candidate] = request.candidates;
  if (candidate === undefined) return false;
  const digest = await remoteDigest(deps, candidate, request.options);
  return digest !== undefined && !repoDigestsOf(local).some((each) => each.endsWith(`@${digest}`));
}

function progressOf(options: PullOptions): ImageProgress {
  return {
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.progress === undefined ? {} : { progress: options.progress }),
  };
}
