import { fail, hasCode } from "../base/errors.ts";
import type { EngineConfig } from "../config/config.ts";
import type { ImageRecord } from "../model/image.ts";
import type { Transaction } from "../store/repositories.ts";
import {
  inRegistry,
  parseReference,
  type Reference,
  repositoryOf,
  splitTaggedName,
  taggedNameOf,
} from "./references.ts";
import { type FullReference, localCandidates } from "./short-names.ts";

/** Read only where a short name can mean several things: parsing registries.conf takes milliseconds. */
export type RegistriesSource = Pick<EngineConfig, "registries">;

const HEX = /^[0-9a-f]{1,64}$/;

/** An image, and how it was named: by one of its names or by its id. */
export interface FoundByName {
  readonly image: ImageRecord;
  /** The name of the image that the reference means; absent if it was named by id or digest. */
  readonly name?: string;
}

/**
 * The local image that a reference names: a full id (also after `sha256:`), a name, a short name in its local forms, a
 * name with digest, a unique prefix of an id, or the end of the only name that fits.
 *
 * @throws NO_SUCH_IMAGE, IMAGE_AMBIGUOUS, BAD_REFERENCE, EMPTY_ID
 */
export function findImage(tx: Transaction, text: string, config: RegistriesSource): FoundByName {
  if (text === "") throw fail("EMPTY_ID", {});
  const id = text.startsWith("sha256:") ? text.slice("sha256:".length) : text;
  const byId = HEX.test(id) && id.length === 64 ? tx.images.get(id) : undefined;
  if (byId !== undefined) return { image: byId };
  if (id !== text) return { image: byPrefix(tx, id, text) };
  const byName = byReference(tx, text, config);
  if (byName !== undefined) return byName;
  if (HEX.test(text)) return { image: byPrefix(tx, text, text) };
  throw fail("NO_SUCH_IMAGE", { ref: text });
}

/** As `findImage`, but undefined where nothing has the name. */
export function findImageIfExists(tx: Transaction, text: string, config: RegistriesSource): FoundByName | undefined {
  try {
    return findImage(tx, text, config);
  } catch (error) {
    if (hasCode(error, "NO_SUCH_IMAGE")) return undefined;
    throw error;
  }
}

function byPrefix(tx: Transaction, prefix: string, text: string): ImageRecord {
  const ids = HEX.test(prefix) ? tx.images.idsWithPrefix(prefix) : [];
  if (ids.length > 1) throw fail("IMAGE_AMBIGUOUS", { ref: text });
  const image = ids[0] === undefined ? undefined : tx.images.get(ids[0]);
  if (image === undefined) throw fail("NO_SUCH_IMAGE", { ref: text });
  return image;
}

function byReference(tx: Transaction, text: string, config: RegistriesSource): FoundByName | undefined {
  const reference = parseReference(text);
  const plain = reference.domain === undefined ? onlyLocalhost(tx, reference) : undefined;
  if (plain !== undefined) return plain;
  const candidates =
    reference.domain === undefined
      ? localCandidates(text, config.registries)
      : [inRegistry(reference, reference.domain)];
  for (const candidate of candidates) {
    const found = candidate.digest === undefined ? byTaggedName(tx, candidate) : byDigest(tx, candidate);
    if (found !== undefined) return found;
  }
  return bySuffix(tx, text);
}

/** `localhost/NAME`, if no image from elsewhere has the tag: no alias or search registry could mean another one then. */
function onlyLocalhost(tx: Transaction, reference: Reference): FoundByName | undefined {
  if (reference.digest !== undefined) return undefined;
  const found = byTaggedName(tx, inRegistry(reference, "localhost"));
  if (found === undefined) return undefined;
  const tag = `:${reference.tag ?? "latest"}`;
  const isAlone = !tx.images.names().some((name) => name.endsWith(tag) && !name.startsWith("localhost/"));
  return isAlone ? found : undefined;
}

function byTaggedName(tx: Transaction, candidate: FullReference): FoundByName | undefined {
  const name = taggedNameOf(candidate);
  const image = tx.images.byName(name);
  return image === undefined ? undefined : { image, name };
}

function byDigest(tx: Transaction, candidate: FullReference): FoundByName | undefined {
  const repository = repositoryOf(candidate);
  const image = tx.images
    .list()
    .find((each) => repoDigestsOf(each).includes(`${repository}@${candidate.digest ?? ""}`));
  return image === undefined ? undefined : { image };
}

/** `bar:1` also finds `quay.io/team/bar:1`, if only one image has a name that ends so. */
function bySuffix(tx: Transaction, text: string): FoundByName | undefined {
  const reference = parseReference(text);
  if (reference.domain !== undefined || reference.digest !== undefined) return undefined;
  const suffix = `/${taggedNameOf(inRegistry(reference, "localhost")).slice("localhost/".length)}`;
  const found = tx.images
    .list()
    .flatMap((image) => image.names.filter((name) => name.endsWith(suffix)).map((name) => ({ image, name })));
  const [first] = found;
  if (first !== undefined && found.some(({ image }) => image.id !== first.image.id))
    throw fail("IMAGE_AMBIGUOUS", { ref: text });
  return first;
}

/** Every `repository@digest` by which an image can be named: where it came from, and its names with its own digest. */
export function repoDigestsOf(image: ImageRecord): readonly string[] {
  const own = image.names.map((name) => `${splitTaggedName(name).repository}@${image.manifestDigest}`);
  return [...new Set([...image.repoDigests, ...own])].sort();
}
