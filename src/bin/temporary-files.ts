import { createReadStream, createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Bytes read at a time: archives are large. */
const CHUNK = 1 << 20;

/**
 * Makes a private directory for one file that comes from or goes to a pipe.
 *
 * @param parent directory for temporary files
 */
export function temporaryPath(parent: string): { readonly path: string } & Disposable {
  const directory = mkdtempSync(join(parent, "minke-"));
  return {
    path: join(directory, "archive"),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** Bytes of a file to its end. */
export function readChunks(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: CHUNK });
}

/** Writes all chunks to a new file that only its owner can read. */
export async function writeChunks(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  options: { readonly signal: AbortSignal },
): Promise<void> {
  await pipeline(Readable.from(chunks, { objectMode: false }), createWriteStream(path, { flags: "wx", mode: 0o600 }), {
    signal: options.signal,
  });
}
