import { BadArchive } from "./bad-archive.ts";

/** Bytes of a tar block. */
export const BLOCK = 512;

/** The fields of one header block, not yet combined with extension headers. */
export interface TarHeader {
  /** Undecoded, because a long name's stand-in here may be cut in the middle of a character. */
  readonly name: Uint8Array;
  /** Permission bits, 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of the body. */
  readonly size: number;
  /** Seconds since the epoch. */
  readonly mtime: number;
  /** The type flag as a character; NUL is given as `0`. */
  readonly flag: string;
  readonly linkName: Uint8Array;
  readonly major: number;
  readonly minor: number;
}

const MAGIC_AT = 257;
const decoder = new TextDecoder("utf-8", { fatal: true });

/** True for the block of zeros that ends an archive. */
export function isZeroBlock(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

/**
 * Reads a header block (POSIX.1-1988 ustar, GNU and V7 forms).
 *
 * @param block 512 bytes
 * @throws BadArchive if it is none, or a number in it is out of range
 */
export function parseHeader(block: Uint8Array): TarHeader {
  checkSum(block);
  const name = cString(block.subarray(0, 100));
  const magic = new TextDecoder("latin1").decode(block.subarray(MAGIC_AT, MAGIC_AT + 8));
  // "ustar" NUL "00" has a prefix field; GNU's "ustar  " NUL keeps times there.
  const prefix = magic.startsWith("ustar\0") ? cString(block.subarray(345, 500)) : name.subarray(0, 0);
  const number = (label: string, at: number, length: number) => numberAt(block, at, length, label);
  const flagByte = block[156] ?? 0;
  const flag = flagByte === 0 ? "0" : String.fromCharCode(flagByte);
  const isDevice = flag === "3" || flag === "4";
  return {
    name: prefix.length === 0 ? name : joined(prefix, name),
    mode: number("mode", 100, 8) & 0o7777,
    uid: number("uid", 108, 8),
    gid: number("gid", 116, 8),
    size: nonNegative(number("size", 124, 12)),
    mtime: number("mtime", 136, 12),
    flag,
    linkName: cString(block.subarray(157, 257)),
    // Other kinds may leave anything in these fields.
    major: isDevice ? number("major", 329, 8) : 0,
    minor: isDevice ? number("minor", 337, 8) : 0,
  };
}

function checkSum(block: Uint8Array): void {
  const expected = numberAt(block, 148, 8, "checksum");
  let unsigned = 0;
  let signed = 0;
  for (let at = 0; at < BLOCK; at++) {
    const byte = at >= 148 && at < 156 ? 0x20 : (block[at] ?? 0);
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  // Old tars summed signed characters.
  if (expected !== unsigned && expected !== signed) throw new BadArchive("not a tar header (wrong checksum)");
}

/** What stands before the first NUL. */
export function cString(field: Uint8Array): Uint8Array {
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
}

function joined(prefix: Uint8Array, name: Uint8Array): Uint8Array {
  const path = new Uint8Array(prefix.length + 1 + name.length);
  path.set(prefix, 0);
  path[prefix.length] = 0x2f;
  path.set(name, prefix.length + 1);
  return path;
}

/**
 * Text of a name or path in an archive.
 *
 * @throws BadArchive if it is not UTF-8: written back as something else it would be another file
 */
export function decodeName(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new BadArchive("name is not UTF-8", new TextDecoder("latin1").decode(bytes));
  }
}

/** Octal text, or GNU's base-256 when the top bit is set. */
function numberAt(block: Uint8Array, at: number, length: number, label: string): number {
  const field = block.subarray(at, at + length);
  if (((field[0] ?? 0) & 0x80) !== 0) return base256(field, label);
  const digits = new TextDecoder("latin1").decode(field).replace(/^[ \0]+/, "");
  const octal = /^[0-7]*/.exec(digits)?.[0] ?? "";
  const rest = digits.slice(octal.length);
  if (rest !== "" && rest[0] !== " " && rest[0] !== "\0") throw new BadArchive(`not a tar header (${label})`);
  return octal === "" ? 0 : Number.parseInt(octal, 8);
}

function base256(field: Uint8Array, label: string): number {
  const negative = ((field[0] ?? 0) & 0x40) !== 0;
  let value = BigInt((field[0] ?? 0) & 0x7f);
  for (const byte of field.subarray(1)) value = (value << 8n) | BigInt(byte);
  if (negative) value -= 1n << BigInt(8 * field.length - 1);
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new BadArchive(`number out of range (${label})`);
  return number;
}

function nonNegative(size: number): number {
  if (size < 0) throw new BadArchive("negative size");
  return size;
}
