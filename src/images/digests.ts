import { createHash } from "node:crypto";
import type { Digest } from "../base/brand.ts";

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** True for `sha256:` and 64 lower-case hexadecimal characters; no other algorithm is in use for images. */
export function isDigest(text: unknown): text is Digest {
  return typeof text === "string" && DIGEST.test(text);
}

/** The hexadecimal part of a digest. */
export function hexOf(digest: Digest): string {
  return digest.slice("sha256:".length);
}

/** Digest of bytes or of the UTF-8 form of a text. */
export function digestOf(data: Uint8Array | string): Digest {
  return `sha256:${createHash("sha256").update(data).digest("hex")}` as Digest;
}

/** The digest with these 64 hexadecimal characters. */
export function digestFromHex(hex: string): Digest {
  const digest = `sha256:${hex}`;
  if (!isDigest(digest)) throw new TypeError(`not a sha256 in hexadecimal: ${hex}`);
  return digest;
}

/**
 * Chain ids of a stack of layers, lowest first (OCI image spec, config.md, "Layer ChainID").
 *
 * @param diffIds digests of the uncompressed layers, lowest first
 */
export function chainIdsOf(diffIds: readonly Digest[]): Digest[] {
  const chain: Digest[] = [];
  for (const diffId of diffIds) {
    const parent = chain.at(-1);
    chain.push(parent === undefined ? diffId : digestOf(`${parent} ${diffId}`));
  }
  return chain;
}
