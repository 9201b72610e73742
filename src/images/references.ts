import type { Brand, Digest } from "../base/brand.ts";
import { fail } from "../base/errors.ts";
import { isDigest } from "./digests.ts";

/** A fully qualified `domain/path:tag`. */
export type TaggedName = Brand<string, "TaggedName">;

/** A parsed image reference, `[domain/]path[:tag][@digest]`. */
export interface Reference {
  /** Registry host with port; absent in a short name. */
  readonly domain?: string;
  readonly path: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

const COMPONENT = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const PATH = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const HOST = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const DOMAIN = new RegExp(`^(?:${HOST}(?:\\.${HOST})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`);
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const LONGEST_NAME = 255;

/**
 * Parses a reference by the grammar of the distribution spec. The first component is a registry if it has a dot or a
 * colon, or is `localhost`.
 *
 * @throws BAD_REFERENCE
 */
export function parseReference(text: string): Reference {
  const bad = (reason: string) => fail("BAD_REFERENCE", { ref: text, reason });
  const at = text.indexOf("@");
  const named = at < 0 ? text : text.slice(0, at);
  const digest = at < 0 ? undefined : text.slice(at + 1);
  if (digest !== undefined && !isDigest(digest)) throw bad("invalid reference format");
  const colon = named.lastIndexOf(":");
  const hasTag = colon > named.lastIndexOf("/");
  const tag = hasTag ? named.slice(colon + 1) : undefined;
  if (tag !== undefined && !TAG.test(tag)) throw bad("invalid reference format");
  const { domain, path } = splitDomain(hasTag ? named.slice(0, colon) : named);
  if (path !== path.toLowerCase()) throw bad("repository name must be lowercase");
  if (!PATH.test(path) || (domain !== undefined && !DOMAIN.test(domain))) throw bad("invalid reference format");
  if ((domain?.length ?? 0) + 1 + path.length > LONGEST_NAME)
    throw bad("repository name is longer than 255 characters");
  return {
    ...(domain === undefined ? {} : { domain }),
    path,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

function splitDomain(name: string): { readonly domain?: string; readonly path: string } {
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  if (slash < 0 || !(/[.:]/.test(first) || first === "localhost")) return { path: name };
  return { domain: first, path: name.slice(slash + 1) };
}

/** `domain/path` without tag; docker.io's one-component names are in `library/`, as docker has it. */
export function repositoryOf(reference: Reference & { readonly domain: string }): string {
  const domain = reference.domain === "index.docker.io" ? "docker.io" : reference.domain;
  const path = domain === "docker.io" && !reference.path.includes("/") ? `library/${reference.path}` : reference.path;
  return `${domain}/${path}`;
}

/** The reference in a registry; its tag is `latest` where it has none, and absent where it has a digest only. */
export function inRegistry(reference: Reference, domain: string): Reference & { readonly domain: string } {
  const repository = repositoryOf({ ...reference, domain });
  const { domain: host, path } = splitDomain(repository);
  const tag = reference.tag ?? (reference.digest === undefined ? "latest" : undefined);
  return {
    domain: host ?? domain,
    path,
    ...(tag === undefined ? {} : { tag }),
    ...(reference.digest === undefined ? {} : { digest: reference.digest }),
  };
}

/** `domain/path:tag`, with `latest` where there is no tag; any digest is left out. */
export function taggedNameOf(reference: Reference & { readonly domain: string }): TaggedName {
  return `${repositoryOf(reference)}:${reference.tag ?? "latest"}` as TaggedName;
}

/** The reference as a transport takes it: a digest wins over a tag. */
export function formatReference(reference: Reference & { readonly domain: string }): string {
  const repository = repositoryOf(reference);
  return reference.digest === undefined
    ? `${repository}:${reference.tag ?? "latest"}`
    : `${repository}@${reference.digest}`;
}

/**
 * The name under which something local is called `text`: short names are in `localhost/`.
 *
 * @throws BAD_REFERENCE also for a name with a digest, which nobody can give to an image
 */
export function localName(text: string): TaggedName {
  const reference = parseReference(text);
  if (reference.digest !== undefined) throw fail("BAD_REFERENCE", { ref: text, reason: "tag by digest not supported" });
  return taggedNameOf(inRegistry(reference, reference.domain ?? "localhost"));
}

/** Splits a stored `domain/path:tag` in repository and tag. */
export function splitTaggedName(name: string): { readonly repository: string; readonly tag: string } {
  const colon = name.lastIndexOf(":");
  return { repository: name.slice(0, colon), tag: name.slice(colon + 1) };
}
