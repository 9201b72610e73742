import {
  chmodSync,
  lchownSync,
  linkSync,
  lstatSync,
  lutimesSync,
  readlinkSync,
  realpathSync,
  type Stats,
  statSync,
  symlinkSync,
} from "node:fs";
import { descriptorPath, withReference } from "./file-descriptors.ts";
import { check, type Libc } from "./libc.ts";
import type { FileStat, Inodes } from "./ports.ts";
import { systemCall, unlessMissing } from "./system-call.ts";

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const S_IFMT = 0o170000;

/** A map, not an object: the formatter rewrites octal keys, and wrongly. */
const KINDS: ReadonlyMap<number, FileStat["kind"]> = new Map([
  [0o100000, "file"],
  [0o040000, "directory"],
  [0o120000, "symlink"],
  [0o020000, "char"],
  [0o060000, "block"],
  [0o010000, "fifo"],
  [0o140000, "socket"],
]);

const TYPE_BITS = { char: 0o020000, block: 0o060000, fifo: 0o010000 } as const;

/** Major and minor of a 64-bit Linux dev_t. */
function splitDevice(device: number): { major: number; minor: number } {
  const low = device % 2 ** 32;
  const high = Math.floor(device / 2 ** 32);
  return {
    major: ((low >>> 8) & 0xfff) + (high & 0xfffff000),
    minor: (low & 0xff) + ((low >>> 12) & 0xfff00),
  };
}

/** dev_t of a major of at most 12 bits and a minor of at most 20, which is all that mknod(2) takes. */
function joinDevice(major: number, minor: number): number {
  return (minor & 0xff) + (major & 0xfff) * 0x100 + (((minor & 0xfff00) << 12) >>> 0);
}

/** Node's stat as the port has it. */
export function toFileStat(stat: Stats): FileStat {
  const kind = KINDS.get(stat.mode & S_IFMT) ?? "file";
  const device = kind === "char" || kind === "block" ? splitDevice(stat.rdev) : { major: 0, minor: 0 };
  return {
    kind,
    mode: stat.mode & 0o7777,
    uid: stat.uid,
    gid: stat.gid,
    size: stat.size,
    inode: stat.ino,
    device: stat.dev,
    ...device,
    links: stat.nlink,
    mtimeMs: stat.mtimeMs,
    ctimeMs: stat.ctimeMs,
  };
}

function timespecs(atimeSeconds: number, mtimeSeconds: number): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(32));
  for (const [index, seconds] of [atimeSeconds, mtimeSeconds].entries()) {
    const whole = Math.floor(seconds);
    bytes.setBigInt64(index * 16, BigInt(whole), true);
    bytes.setBigInt64(index * 16 + 8, BigInt(Math.min(Math.round((seconds - whole) * 1e9), 999_999_999)), true);
  }
  return new Uint8Array(bytes.buffer);
}

function splitNames(list: Uint8Array): string[] {
  return Buffer.from(list)
    .toString("utf8")
    .split("\0")
    .filter((name) => name !== "")
    .sort();
}

/** Calls `read` with growing buffers: first without one for the size, as xattr(7) wants. */
function readSized(read: (buffer: Uint8Array | null) => number): Uint8Array | number {
  for (;;) {
    const size = read(null);
    if (size <= 0) return size < 0 ? size : new Uint8Array();
    const buffer = new Uint8Array(size);
    const got = read(buffer);
    if (got >= 0) return buffer.subarray(0, got);
    if (got !== -34) return got;
  }
}

/** Metadata of the real file system. `libc` makes nodes and extended attributes, which `node:fs` can't. */
export function openInodes(libc: Libc): Inodes {
  const makeNode: Inodes["makeNode"] = (path, kind, mode, major, minor) => {
    check(libc.mknod(path, TYPE_BITS[kind] | mode, joinDevice(major, minor)), "mknod", path);
    systemCall("chmod", path, () => chmodSync(path, mode));
  };
  const getXattr: Inodes["getXattr"] = (path, name) => {
    const value = readSized((buffer) => libc.lgetxattr(path, name, buffer, buffer?.byteLength ?? 0));
    if (typeof value !== "number") return value;
    check(value, "lgetxattr", path, ["ENODATA", "EOPNOTSUPP"]);
    return undefined;
  };
  return {
    lstat: (path) => {
      const stat = unlessMissing("lstat", path, () => lstatSync(path, { throwIfNoEntry: false }));
      return stat && toFileStat(stat);
    },
    stat: (path) => {
      const stat = unlessMissing("stat", path, () => statSync(path, { throwIfNoEntry: false }));
      return stat && toFileStat(stat);
    },
    readLink: (path) => systemCall("readlink", path, () => readlinkSync(path)),
    symlink: (target, path) => systemCall("symlink", path, () => symlinkSync(target, path)),
    link: (existing, path) => systemCall("link", path, () => linkSync(existing, path)),
    chmod: (path, mode) =>
      withReference(path, (fd) => systemCall("chmod", path, () => chmodSync(descriptorPath(fd), mode))),
    chown: (path, uid, gid) => systemCall("lchown", path, () => lchownSync(path, uid, gid)),
    setTimes: (path, atime, mtime) => {
      // Node takes a negative time for "now".
      if (atime >= 0 && mtime >= 0) return systemCall("utimensat", path, () => lutimesSync(path, atime, mtime));
      check(libc.utimensat(AT_FDCWD, path, timespecs(atime, mtime), AT_SYMLINK_NOFOLLOW), "utimensat", path);
    },
    makeNode,
    getXattr,
    setXattr: (path, name, value) =>
      void check(libc.lsetxattr(path, name, value, value.byteLength, 0), "lsetxattr", path),
    listXattrs: (path) => {
      const list = readSized((buffer) => libc.llistxattr(path, buffer, buffer?.byteLength ?? 0));
      if (typeof list !== "number") return splitNames(list);
      check(list, "llistxattr", path, ["EOPNOTSUPP"]);
      return [];
    },
    realPath: (path) => systemCall("realpath", path, () => realpathSync.native(path)),
  };
}
