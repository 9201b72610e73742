import type { Abortable } from "../base/abortable.ts";
import { fail } from "../base/errors.ts";
import { findImage } from "./find.ts";
import type { ImageDeps } from "./image-deps.ts";
import { imageEvent } from "./ingest.ts";
import { localName } from "./references.ts";

interface NamesRequest extends Abortable {
  readonly names: readonly string[];
}

/**
 * Gives an image further names, taking them from whatever image has them.
 *
 * @throws NO_SUCH_IMAGE, BAD_REFERENCE; no name is given then
 */
export async function tagImage(deps: ImageDeps, reference: string, request: NamesRequest): Promise<void> {
  const added = request.names.map(localName);
  await deps.store.write((tx) => {
    const { image } = findImage(tx, reference, deps.config);
    tx.images.setNames(image.id, [...new Set([...image.names, ...added])]);
    for (const name of added) tx.events.add(imageEvent("tag", image.id, name));
  }, request);
}

/**
 * Takes names from an image, all of them if `names` is empty. The image stays.
 *
 * @throws NO_SUCH_IMAGE, BAD_REFERENCE, TAG_UNKNOWN; no name is taken then
 */
export async function untagImage(deps: ImageDeps, reference: string, request: NamesRequest): Promise<void> {
  const given = request.names.map(localName);
  await deps.store.write((tx) => {
    const { image } = findImage(tx, reference, deps.config);
    const removed = given.length === 0 ? image.names : given;
    const unknown = removed.find((name) => !image.names.includes(name));
    if (unknown !== undefined) throw fail("TAG_UNKNOWN", { name: unknown });
    tx.images.setNames(
      image.id,
      image.names.filter((name) => !removed.includes(name)),
    );
    for (const name of removed) tx.events.add(imageEvent("untag", image.id, name));
  }, request);
}
