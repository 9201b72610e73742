import { BLOCK } from "./header.ts";
import { paddedSize } from "./reader.ts";

/** A file or link to write; owner root, time 0. */
export type TarMember =
  | { readonly path: string; readonly size: number; readonly body: AsyncIterable<Uint8Array> | Uint8Array }
  | { readonly path: string; readonly linkTarget: string };

const encoder = new TextEncoder();
const LARGEST_OCTAL = 8 ** 11;
/** Permissions of what is written, as podman has them in its archives. */
const MODE = 0o444;

/**
 * A tar (ustar) of these members, in order, the same bytes for the same input.
 *
 * @throws RangeError for a path or target over 100 bytes, or a body that has not the size that was announced
 */
export async function* writeTar(members: AsyncIterable<TarMember> | Iterable<TarMember>): AsyncGenerator<Uint8Array> {
  for await (const member of members) {
    yield tarHeader(member);
    if (!("body" in member)) continue;
    let written = 0;
    for await (const chunk of member.body instanceof Uint8Array ? [member.body] : member.body) {
      written += chunk.length;
      yield chunk;
    }
    if (written !== member.size) throw new RangeError(`${member.path} has ${written} bytes, not ${member.size}`);
    yield new Uint8Array(paddedSize(written) - written);
  }
  yield new Uint8Array(2 * BLOCK);
}

function tarHeader(member: TarMember): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const isLink = "linkTarget" in member;
  put(block, 0, 100, member.path);
  put(block, 100, 8, octal(MODE, 7));
  put(block, 108, 8, octal(0, 7));
  put(block, 116, 8, octal(0, 7));
  putSize(block, isLink ? 0 : member.size);
  put(block, 136, 12, octal(0, 11));
  put(block, 148, 8, " ".repeat(8));
  put(block, 156, 1, isLink ? "2" : "0");
  if (isLink) put(block, 157, 100, member.linkTarget);
  put(block, 257, 8, "ustar\x0000");
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(block, 148, 8, `${octal(sum, 6)}\0 `);
  return block;
}

function put(block: Uint8Array, at: number, length: number, text: string): void {
  const bytes = encoder.encode(text);
  if (bytes.length > length) throw new RangeError(`too long for a tar header: ${text}`);
  block.set(bytes, at);
}

/** From 8 GiB on in GNU's binary form. */
function putSize(block: Uint8Array, size: number): void {
  if (size < LARGEST_OCTAL) {
    put(block, 124, 12, octal(size, 11));
    return;
  }
  new DataView(block.buffer).setBigUint64(128, BigInt(size));
  block[124] = 0x80;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}
