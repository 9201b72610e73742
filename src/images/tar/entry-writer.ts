import { BLOCK } from "./header.ts";
import { paddedSize, type TarEntryType } from "./reader.ts";

/** One member to write with all its metadata. */
export interface TarNode {
  readonly type: TarEntryType;
  readonly path: string;
  /** Target of a link. */
  readonly linkPath?: string;
  /** Permission bits, 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since the epoch. */
  readonly mtime: number;
  readonly major?: number;
  readonly minor?: number;
  readonly xattrs?: ReadonlyMap<string, Uint8Array>;
  /** Bytes of a file's body; default 0. */
  readonly size?: number;
  /** A body that changes while it is read is cut, or filled with zeros, so that it has `size` bytes. */
  readonly body?: AsyncIterable<Uint8Array>;
}

const FLAGS: Readonly<Record<TarEntryType, string>> = {
  file: "0",
  hardlink: "1",
  symlink: "2",
  char: "3",
  block: "4",
  directory: "5",
  fifo: "6",
};

const encoder = new TextEncoder();
const LARGEST_SIZE = 8 ** 11 - 1;
const LARGEST_ID = 8 ** 7 - 1;

/** A tar of these members, in order: ustar, with a PAX header before what ustar cannot say. */
export async function* writeTarNodes(nodes: AsyncIterable<TarNode>): AsyncGenerator<Uint8Array> {
  for await (const node of nodes) {
    const pax = paxOf(node);
    if (pax.length > 0) {
      const name = { type: "file" as const, path: "PaxHeaders/entry", mode: 0o644, uid: 0, gid: 0, mtime: 0 };
      yield headerOf({ ...name, size: pax.length }, "x");
      yield padded(pax);
    }
    yield headerOf(node, FLAGS[node.type]);
    if (node.body !== undefined) yield* exactly(node.body, node.size ?? 0);
  }
  yield new Uint8Array(2 * BLOCK);
}

async function* exactly(body: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let left = size;
  for await (const chunk of body) {
    const part = chunk.subarray(0, left);
    left -= part.length;
    if (part.length > 0) yield part;
    if (left === 0) break;
  }
  for (; left > 0; left -= Math.min(left, 1 << 16)) yield new Uint8Array(Math.min(left, 1 << 16));
  if (paddedSize(size) > size) yield new Uint8Array(paddedSize(size) - size);
}

function padded(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(paddedSize(bytes.length));
  whole.set(bytes);
  return whole;
}

/** Bytes of the extended header; empty where none is needed. */
function paxOf(node: TarNode): Uint8Array {
  const records: Uint8Array[] = [];
  const add = (key: string, value: string | Uint8Array) => records.push(paxRecord(key, value));
  if (!fits(node.path, 100)) add("path", node.path);
  if (node.linkPath !== undefined && !fits(node.linkPath, 100)) add("linkpath", node.linkPath);
  if ((node.size ?? 0) > LARGEST_SIZE) add("size", String(node.size));
  if (node.uid > LARGEST_ID) add("uid", String(node.uid));
  if (node.gid > LARGEST_ID) add("gid", String(node.gid));
  if (node.mtime < 0 || node.mtime > LARGEST_SIZE) add("mtime", String(Math.floor(node.mtime)));
  for (const [name, value] of node.xattrs ?? []) add(`SCHILY.xattr.${name}`, value);
  return Buffer.concat(records);
}

function fits(text: string, length: number): boolean {
  return encoder.encode(text).length <= length && /^[\x20-\x7e]*$/.test(text);
}

/** `LENGTH KEY=VALUE\n`, where LENGTH counts itself. */
function paxRecord(key: string, value: string | Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from("\n")]);
  let length = body.length + 1;
  while (String(length).length + body.length > length) length = String(length).length + body.length;
  return Buffer.concat([Buffer.from(String(length)), body]);
}

function headerOf(node: TarNode, flag: string): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const put = (at: number, length: number, text: string) => block.set(encoder.encode(text).subarray(0, length), at);
  const octal = (at: number, length: number, value: number, most: number) =>
    put(at, length, (value >= 0 && value <= most ? Math.floor(value) : 0).toString(8).padStart(length - 1, "0"));
  put(0, 100, node.path);
  octal(100, 8, node.mode, 0o7777);
  octal(108, 8, node.uid, LARGEST_ID);
  octal(116, 8, node.gid, LARGEST_ID);
  octal(124, 12, node.size ?? 0, LARGEST_SIZE);
  octal(136, 12, node.mtime, LARGEST_SIZE);
  put(148, 8, " ".repeat(8));
  put(156, 1, flag);
  put(157, 100, node.linkPath ?? "");
  put(257, 8, "ustar\x0000");
  if (node.type === "char" || node.type === "block") {
    octal(329, 8, node.major ?? 0, LARGEST_ID);
    octal(337, 8, node.minor ?? 0, LARGEST_ID);
  }
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, 8, `${sum.toString(8).padStart(6, "0")}\0 `);
  return block;
}
