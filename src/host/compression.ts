import type { Duplex } from "node:stream";
import { HostError } from "../base/host-error.ts";
import type { Compression } from "./ports.ts";
import { ZstdFrames } from "./zstd-frames.ts";

type Zlib = typeof import("node:zlib");

/** Streaming gzip and Zstandard by zlib; the module is loaded at the first use. */
export function openCompression(): Compression {
  return {
    gunzip: (chunks) => through((zlib) => zlib.createGunzip(), chunks),
    unzstd: (chunks) => through((zlib) => zlib.createZstdDecompress(), wholeZstd(chunks)),
    gzip: (chunks) => through((zlib) => zlib.createGzip(), chunks),
  };
}

async function* through(make: (zlib: Zlib) => Duplex, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const [zlib, { Readable, pipeline }] = await Promise.all([import("node:zlib"), import("node:stream")]);
  const transform = make(zlib);
  let sourceError: unknown;
  // An error of the source is not an error of the compressed data: it must reach the consumer as it is.
  const source = Readable.from(
    keepError(chunks, (error) => (sourceError = error)),
    { objectMode: false },
  );
  pipeline(source, transform, () => {});
  try {
    for await (const chunk of transform) yield chunk as Uint8Array;
  } catch (error) {
    if (sourceError !== undefined) throw sourceError;
    throw new HostError("EBADMSG", "decompress", messageOf(error), { cause: error });
  } finally {
    source.destroy();
    transform.destroy();
  }
}

/** Ends in an error where the stream ends in the middle of a frame. */
async function* wholeZstd(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const frames = new ZstdFrames();
  for await (const chunk of chunks) {
    frames.feed(chunk);
    yield chunk;
  }
  if (!frames.isComplete) throw new HostError("EBADMSG", "decompress", "unexpected end of file");
}

async function* keepError(
  chunks: AsyncIterable<Uint8Array>,
  keep: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    keep(error);
    throw error;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
