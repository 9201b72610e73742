import { join } from "node:path";
import { fail, hasCode } from "../base/errors.ts";
import type { Images } from "../engine/api/images.ts";
import type { ImageRecord } from "../model/image.ts";
import { digestFromHex, hexOf } from "./digests.ts";
import { findImage } from "./find.ts";
import { blobPath, type ImageDeps } from "./image-deps.ts";
import { imageEvent } from "./ingest.ts";
import { formatReference, inRegistry, parseReference } from "./references.ts";
import { storedManifest } from "./save.ts";
import { accessOf, hostSkopeo } from "./skopeo.ts";
import { parseLocation } from "./transports.ts";
import { openWorkspace } from "./workspace.ts";

type PushOptions = NonNullable<Parameters<Images["push"]>[2]>;

/**
 * Pushes an image to a registry or any other place that skopeo can write to.
 *
 * @param destination absent: the registry of the image's own name
 * @throws NO_SUCH_IMAGE, BAD_REFERENCE, INVALID_ARGUMENT for an unknown format, PUSH_FAILED
 */
export async function pushImage(
  deps: ImageDeps,
  reference: string,
  destination: string | undefined,
  options: PushOptions = {},
): Promise<void> {
  const format = formatOf(options.format);
  const { image, name } = deps.store.read((tx) => findImage(tx, reference, deps.config));
  const target = targetOf(destination ?? name ?? reference);
  using work = await openWorkspace(deps, options.signal);
  work.commit();
  const source = work.temporaryPath();
  layOut(deps, image, { directory: source, format });
  try {
    await hostSkopeo(deps).copy(
      {
        source: `dir:${source}`,
        destination: target.location,
        destinationAccess: accessOf(deps, work, { ...options, registry: target.registry }),
        ...(options.digestFile === undefined ? {} : { digestFile: options.digestFile }),
        ...(format === "v2s1" ? { format } : {}),
        retries: deps.config.pullRetries,
      },
      options,
    );
  } catch (error) {
    if (!hasCode(error, "PROGRAM_FAILED")) throw error;
    throw fail("PUSH_FAILED", { ref: target.location, reason: error.data.detail }, { cause: error });
  }
  await deps.store.write((tx) => tx.events.add(imageEvent("push", image.id, target.location)));
}

type PushFormat = "oci" | "docker" | "v2s1" | undefined;

function formatOf(text: string | undefined): PushFormat {
  switch (text) {
    case undefined:
    case "":
      return undefined;
    case "oci":
    case "v2s1":
      return text;
    case "v2s2":
    case "docker":
      return "docker";
    default:
      throw fail("INVALID_ARGUMENT", {
        message: `unknown format "${text}". Choose on of the supported formats: 'oci', 'v2s1', or 'v2s2'`,
      });
  }
}

function targetOf(destination: string): { readonly location: string; readonly registry: string } {
  const location = parseLocation(destination);
  if (location.kind !== "registry") return { location: destination, registry: "" };
  const reference = parseReference(location.name);
  const full = inRegistry(reference, reference.domain ?? "docker.io");
  return { location: `docker://${formatReference(full)}`, registry: full.domain };
}

/** The image as a `dir:` of hard links, which is what skopeo can read with any kind of manifest. */
function layOut(
  deps: ImageDeps,
  image: ImageRecord,
  { directory, format }: { readonly directory: string; readonly format: PushFormat },
): void {
  const { files, inodes } = deps.host;
  files.makeDir(directory, 0o700);
  files.createExclusive(join(directory, "version"), "Directory Transport Version: 1.1\n");
  const kind = format === "oci" || format === "docker" ? format : undefined;
  files.createExclusive(join(directory, "manifest.json"), storedManifest(deps, image, kind));
  const blobs = new Set([digestFromHex(image.id), ...image.layers.map((layer) => layer.blob)]);
  for (const digest of blobs) inodes.link(blobPath(deps.paths, digest), join(directory, hexOf(digest)));
}
