import { BadArchive } from "./bad-archive.ts";
import { decodeName } from "./header.ts";

/** Records of a PAX extended header (POSIX.1-2001), as far as they matter here. */
export interface PaxRecords {
  readonly path?: string;
  readonly linkPath?: string;
  readonly size?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Seconds, with fraction. */
  readonly mtime?: number;
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
  /** True if it describes one of GNU's sparse forms. */
  readonly sparse: boolean;
}

const XATTR = "SCHILY.xattr.";
const NEWLINE = 0x0a;
const SPACE = 0x20;
const EQUALS = 0x3d;

/**
 * Parses the body of an `x` header: records `LENGTH KEY=VALUE\n`, where LENGTH counts the whole record.
 *
 * @throws BadArchive where a record does not fit its length or a number is none
 */
export function parsePax(body: Uint8Array): PaxRecords {
  const fields: { -readonly [K in keyof PaxRecords]?: PaxRecords[K] } = {};
  const xattrs = new Map<string, Uint8Array>();
  let sparse = false;
  for (const [key, value] of records(body)) {
    if (key.startsWith(XATTR)) xattrs.set(key.slice(XATTR.length), value);
    else if (key.startsWith("GNU.sparse.")) sparse = true;
    else if (value.length === 0) continue;
    else if (key === "path") fields.path = decodeName(withoutNul(key, value));
    else if (key === "linkpath") fields.linkPath = decodeName(withoutNul(key, value));
    else if (key === "size" || key === "uid" || key === "gid") fields[key] = wholeNumber(key, value);
    else if (key === "mtime") fields.mtime = decimal(key, value);
  }
  return { ...fields, xattrs, sparse };
}

function* records(body: Uint8Array): Generator<[string, Uint8Array]> {
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(SPACE, at);
    const digits = space < 0 ? "" : ascii(body.subarray(at, space));
    const length = /^[1-9][0-9]{0,8}$/.test(digits) ? Number(digits) : 0;
    const end = at + length;
    if (length === 0 || end > body.length || end <= space + 1 || body[end - 1] !== NEWLINE)
      throw new BadArchive("damaged PAX header");
    const record = body.subarray(space + 1, end - 1);
    const equals = record.indexOf(EQUALS);
    if (equals <= 0) throw new BadArchive("damaged PAX header");
    yield [ascii(record.subarray(0, equals)), record.subarray(equals + 1)];
    at = end;
  }
}

function ascii(bytes: Uint8Array): string {
  return new TextDecoder("utf-8").decode(bytes);
}

function withoutNul(key: string, value: Uint8Array): Uint8Array {
  if (value.includes(0)) throw new BadArchive(`NUL in PAX record ${key}`);
  return value;
}

function wholeNumber(key: string, value: Uint8Array): number {
  const text = ascii(value);
  const number = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw new BadArchive(`PAX record ${key} is not a number`);
  return number;
}

function decimal(key: string, value: Uint8Array): number {
  const text = ascii(value);
  if (!/^-?[0-9]{1,16}(\.[0-9]*)?$/.test(text)) throw new BadArchive(`PAX record ${key} is not a time`);
  return Number(text);
}
