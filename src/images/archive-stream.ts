import { fail } from "../base/errors.ts";
import type { ImageDeps } from "./image-deps.ts";
import { BadArchive } from "./tar/bad-archive.ts";
import { closeStream, type Packing, packedOnce, packingOf, peek } from "./unpack/compressed.ts";

/** Programs for packings that zlib lacks, with their Debian packages. */
const PROGRAMS: Readonly<Partial<Record<Packing, { readonly name: string; readonly package: string }>>> = {
  xz: { name: "xz", package: "xz-utils" },
  bzip2: { name: "bzip2", package: "bzip2" },
};
const PIPE_CHUNK = 64 * 1024;
const DIRECTORIES = ["/usr/bin", "/bin", "/usr/local/bin"];

/**
 * The uncompressed content of a file that may be packed with gzip, Zstandard, xz or bzip2.
 *
 * @throws PROGRAM_MISSING if xz or bzip2 is needed and not installed; while reading, HostError EBADMSG or BadArchive for
 *   damaged content
 */
export async function openArchive(
  deps: Pick<ImageDeps, "host">,
  path: string,
  signal?: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const { compression } = deps.host;
  const { head, chunks } = await peek(readAny(deps, path, signal));
  const packing = packingOf(head);
  switch (packing) {
    case "none":
      return chunks;
    case "gzip":
      return packedOnce(compression.gunzip(chunks));
    case "zstd":
      return packedOnce(compression.unzstd(chunks));
    default:
      // The program reads the file by itself.
      await closeStream(chunks);
      return packedOnce(throughProgram(deps, packing, path));
  }
}

/** A file, or what comes out of a pipe, which has no positions to read from. */
async function* readAny(deps: Pick<ImageDeps, "host">, path: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const { inodes, streams } = deps.host;
  if (inodes.stat(path)?.kind !== "fifo") {
    yield* streams.read(path, signal === undefined ? {} : { signal });
    return;
  }
  using file = streams.open(path, "r");
  for (;;) {
    signal?.throwIfAborted();
    const buffer = new Uint8Array(PIPE_CHUNK);
    const count = file.read(buffer, null);
    if (count === 0) return;
    yield buffer.subarray(0, count);
  }
}

async function* throughProgram(
  deps: Pick<ImageDeps, "host">,
  packing: Packing,
  path: string,
): AsyncGenerator<Uint8Array> {
  const program = PROGRAMS[packing] ?? { name: packing, package: packing };
  const found = deps.host.processes.find(program.name, DIRECTORIES);
  if (found === undefined) throw fail("PROGRAM_MISSING", { program: program.name, package: program.package });
  const child = deps.host.processes.spawn(found, ["--decompress", "--stdout", "--", path], {
    env: { PATH: DIRECTORIES.join(":"), LC_ALL: "C" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  let whole = false;
  try {
    const output = child.pipes[1];
    if (output !== undefined) yield* output.data;
    const end = await child.exited;
    if (!("code" in end) || end.code !== 0) throw new BadArchive(`${program.name} cannot decompress it`);
    whole = true;
  } finally {
    if (!whole) {
      child.kill(9);
      await child.exited;
    }
  }
}
