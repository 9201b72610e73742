import type { Compression } from "../../host/ports.ts";
import { BadArchive } from "../tar/bad-archive.ts";

/** How a stream is packed, told by its first bytes. */
export type Packing = "none" | "gzip" | "zstd" | "xz" | "bzip2";

const MAGIC: readonly (readonly [Packing, readonly number[]])[] = [
  ["gzip", [0x1f, 0x8b]],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ["bzip2", [0x42, 0x5a, 0x68]],
];
const LONGEST_MAGIC = 6;

/** Tells the packing from the first bytes of a stream. */
export function packingOf(head: Uint8Array): Packing {
  return MAGIC.find(([, magic]) => magic.every((byte, at) => head[at] === byte))?.[0] ?? "none";
}

/**
 * Reads the first bytes of a stream and gives them with a stream that still has them.
 */
export async function peek(
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ readonly head: Uint8Array; readonly chunks: AsyncIterable<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let length = 0;
  while (length < LONGEST_MAGIC) {
    const next = await iterator.next();
    if (next.done === true) break;
    first.push(next.value);
    length += next.value.length;
  }
  return { head: concat(first), chunks: resume(first, iterator) };
}

/**
 * The tar in a gzip, Zstandard or plain stream.
 *
 * @throws BadArchive for other packings, and for a packed stream inside a packed one
 */
export async function* unpacked(
  compression: Compression,
  packed: AsyncIterable<Uint8Array>,
  onPacking?: (packing: Packing) => void,
): AsyncGenerator<Uint8Array> {
  const { head, chunks } = await peek(packed);
  const packing = packingOf(head);
  onPacking?.(packing);
  if (packing === "none") {
    yield* chunks;
    return;
  }
  if (packing === "xz" || packing === "bzip2") {
    await closeStream(chunks);
    throw new BadArchive(`${packing} is not a packing for layers`);
  }
  yield* packedOnce(packing === "gzip" ? compression.gunzip(chunks) : compression.unzstd(chunks));
}

/**
 * The stream, unless it is packed itself.
 *
 * @throws BadArchive
 */
export async function* packedOnce(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { head, chunks } = await peek(stream);
  if (packingOf(head) !== "none") {
    await closeStream(chunks);
    throw new BadArchive(`packed twice: ${packingOf(head)} inside`);
  }
  yield* chunks;
}

/** Not a generator, because one that was never started does not run its `finally`: the file behind would stay open. */
function resume(first: Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncIterable<Uint8Array> {
  const close = async () => {
    await rest.return?.();
    return { done: true as const, value: undefined };
  };
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        const early = first.shift();
        return early === undefined ? rest.next() : { done: false as const, value: early };
      },
      return: close,
    }),
  };
}

/** Lets a stream go that nobody will read. */
export async function closeStream(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  await chunks[Symbol.asyncIterator]().return?.();
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
