import { BadArchive } from "./bad-archive.ts";
import { ByteSource } from "./byte-source.ts";
import { BLOCK, cString, decodeName, isZeroBlock, parseHeader, type TarHeader } from "./header.ts";
import { type PaxRecords, parsePax } from "./pax.ts";

export type TarEntryType = "file" | "hardlink" | "symlink" | "char" | "block" | "directory" | "fifo";

/** One member of an archive. Nothing in it is to be trusted. */
export interface TarEntry {
  readonly type: TarEntryType;
  readonly path: string;
  /** Target of a link. */
  readonly linkPath: string;
  /** Permission bits, 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of a file's body; 0 for everything else. */
  readonly size: number;
  /** Seconds since the epoch, with fraction. */
  readonly mtime: number;
  readonly major: number;
  readonly minor: number;
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
  /** The body, once; what is not read before the next entry is asked for is skipped. */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface TarOptions {
  /**
   * Refuse an archive without the block of zeros at its end. For archives that no digest vouches for, a cut between two
   * entries shows in nothing else.
   */
  readonly needsEnd?: boolean;
}

/** A longer name or set of attributes than this is an attack: Linux knows none. */
const MOST_EXTENSION = 1 << 20;
const BODY_CHUNK = 1 << 20;
const NO_XATTRS: ReadonlyMap<string, Uint8Array> = new Map();

const TYPES: Readonly<Record<string, TarEntryType>> = {
  "0": "file",
  "7": "file",
  "1": "hardlink",
  "2": "symlink",
  "3": "char",
  "4": "block",
  "5": "directory",
  "6": "fifo",
};

/**
 * Entries of an uncompressed tar stream: ustar, GNU long names, PAX. Reads the stream to its very end, beyond the end
 * mark, so that a digest over it is complete.
 *
 * @throws BadArchive for damaged, truncated, sparse or multi-volume archives
 */
export async function* readTar(
  chunks: AsyncIterable<Uint8Array>,
  options: TarOptions = {},
): AsyncGenerator<TarEntry, void, undefined> {
  const source = new ByteSource(chunks);
  try {
    for (;;) {
      const next = await readExtended(source, options);
      if (next === undefined) break;
      const body = new EntryBody(source, next.size, next.path);
      yield { ...next, body };
      await body.skipRest();
    }
    await source.drain();
  } finally {
    await source.close();
  }
}

/** The header of an entry with all that precedes it. */
async function readExtended(source: ByteSource, options: TarOptions): Promise<Omit<TarEntry, "body"> | undefined> {
  let pax: PaxRecords | undefined;
  let longName: string | undefined;
  let longLink: string | undefined;
  for (;;) {
    const block = await source.take(BLOCK);
    if (block === undefined || isZeroBlock(block)) {
      if (pax !== undefined || longName !== undefined || longLink !== undefined)
        throw new BadArchive("truncated: ends after an extension header");
      if (block === undefined && options.needsEnd === true) throw new BadArchive("truncated: its end mark is missing");
      return undefined;
    }
    const header = parseHeader(block);
    if (header.flag === "x") pax = parsePax(await readExtension(source, header));
    else if (header.flag === "g") await readExtension(source, header);
    else if (header.flag === "L") longName = decodeName(cString(await readExtension(source, header)));
    else if (header.flag === "K") longLink = decodeName(cString(await readExtension(source, header)));
    else if (header.flag === "V") await readExtension(source, header);
    else return combine(header, pax, { longName, longLink });
  }
}

function combine(
  header: TarHeader,
  pax: PaxRecords | undefined,
  long: { readonly longName: string | undefined; readonly longLink: string | undefined },
): Omit<TarEntry, "body"> {
  const path = pax?.path ?? long.longName ?? decodeName(header.name);
  if (header.flag === "S" || pax?.sparse === true) throw new BadArchive("sparse files are not supported", path);
  const known = TYPES[header.flag];
  if (known === undefined) throw new BadArchive(`unknown kind of entry "${header.flag}"`, path);
  // Archives older than ustar mark a directory by its name alone.
  const type = known === "file" && path.endsWith("/") ? "directory" : known;
  const isLink = type === "symlink" || type === "hardlink";
  const uid = pax?.uid ?? header.uid;
  const gid = pax?.gid ?? header.gid;
  if (!isId(uid) || !isId(gid)) throw new BadArchive(`owner ${uid}:${gid} is out of range`, path);
  return {
    type,
    path,
    linkPath: isLink ? (pax?.linkPath ?? long.longLink ?? decodeName(header.linkName)) : "",
    mode: header.mode,
    uid,
    gid,
    // Only files have bodies; some archivers leave the linked file's size in a hard link's header.
    size: known === "file" ? (pax?.size ?? header.size) : 0,
    mtime: pax?.mtime ?? header.mtime,
    major: header.major,
    minor: header.minor,
    xattrs: pax?.xattrs ?? NO_XATTRS,
  };
}

/** 4294967295 means "leave it" to chown(2). */
function isId(id: number): boolean {
  return id >= 0 && id < 0xffff_ffff;
}

async function readExtension(source: ByteSource, header: TarHeader): Promise<Uint8Array> {
  if (header.size > MOST_EXTENSION) throw new BadArchive(`extension header of ${header.size} bytes`);
  if (header.size === 0) return new Uint8Array(0);
  const padded = await source.take(paddedSize(header.size));
  if (padded === undefined) throw new BadArchive("truncated: ends in an extension header");
  return padded.slice(0, header.size);
}

/** Bytes that a body takes in the archive. */
export function paddedSize(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

class EntryBody implements AsyncIterable<Uint8Array> {
  readonly #source: ByteSource;
  readonly #path: string;
  readonly #size: number;
  #left: number;

  constructor(source: ByteSource, size: number, path: string) {
    this.#source = source;
    this.#size = size;
    this.#left = size;
    this.#path = path;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    while (this.#left > 0) {
      const part = await this.#source.some(Math.min(this.#left, BODY_CHUNK));
      if (part === undefined) throw this.#truncated();
      this.#left -= part.length;
      yield part;
    }
  }

  async skipRest(): Promise<void> {
    const rest = this.#left + paddedSize(this.#size) - this.#size;
    this.#left = 0;
    if (rest > 0 && (await this.#source.skip(rest)) < rest) throw this.#truncated();
  }

  #truncated(): BadArchive {
    return new BadArchive("truncated: ends in the middle of this entry", this.#path);
  }
}
