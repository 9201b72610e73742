import {
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { HostError } from "../base/host-error.ts";
import type { Files, WriteOptions } from "./ports.ts";
import { removeTree } from "./remove-tree.ts";
import { systemCall, unlessMissing } from "./system-call.ts";

const DEFAULT_MODE = 0o600;
let temporaries = 0;

const toBytes = (data: string | Uint8Array) => (typeof data === "string" ? Buffer.from(data) : data);

function writeAll(fd: number, data: Uint8Array): void {
  for (let done = 0; done < data.byteLength; ) done += writeSync(fd, data, done);
}

/** Fills a new file; the mode is exact, whatever the umask. */
function fill(fd: number, data: string | Uint8Array, options: WriteOptions): void {
  const mode = options.mode ?? DEFAULT_MODE;
  if (mode !== DEFAULT_MODE) fchmodSync(fd, mode);
  writeAll(fd, toBytes(data));
  if (options.durable) fsyncSync(fd);
}

function syncDirectory(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function createFile(path: string, data: string | Uint8Array, options: WriteOptions): void {
  const fd = openSync(path, "wx", options.mode ?? DEFAULT_MODE);
  try {
    fill(fd, data, options);
  } catch (error) {
    unlinkSync(path);
    throw error;
  } finally {
    closeSync(fd);
  }
}

function writeAtomic(path: string, data: string | Uint8Array, options: WriteOptions): void {
  temporaries += 1;
  const random = Math.random().toString(36).slice(2, 8);
  const temporary = join(dirname(path), `.tmp-${process.pid}-${temporaries}-${random}`);
  createFile(temporary, data, options);
  try {
    renameSync(temporary, path);
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  }
  if (options.durable) syncDirectory(dirname(path));
}

function writeInPlace(path: string, data: string): void {
  const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  try {
    const bytes = Buffer.from(data);
    if (writeSync(fd, bytes) < bytes.byteLength) throw new HostError("EIO", "write", path);
  } finally {
    closeSync(fd);
  }
}

function consumeFifo(path: string, data: string): boolean {
  let fd: number;
  try {
    fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (isNodeError(error, "ENXIO") || isNodeError(error, "ENOENT")) return false;
    throw error;
  }
  try {
    unlinkSync(path);
    writeSync(fd, data);
    return true;
  } finally {
    closeSync(fd);
  }
}

function isNodeError(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function append(path: string, data: string | Uint8Array, options: WriteOptions): void {
  const fd = openSync(path, "a", options.mode ?? DEFAULT_MODE);
  try {
    writeAll(fd, toBytes(data));
    if (options.durable) fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function makeDir(path: string, mode: number): void {
  try {
    mkdirSync(path, mode);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "EEXIST" && statSync(path).isDirectory()) return;
    if (code !== "ENOENT") throw error;
    makeDir(dirname(path), 0o755);
    makeDir(path, mode);
    return;
  }
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    fchmodSync(fd, mode);
  } finally {
    closeSync(fd);
  }
}

/** The real file system, by synchronous calls. */
export function openFiles(): Files {
  return {
    readText: (path) => systemCall("open", path, () => readFileSync(path, "utf8")),
    readTextIfExists: (path) => unlessMissing("open", path, () => readFileSync(path, "utf8")),
    readBytes: (path) => systemCall("open", path, () => readFileSync(path)),
    writeAtomic: (path, data, options = {}) => systemCall("rename", path, () => writeAtomic(path, data, options)),
    createExclusive: (path, data, options = {}) => systemCall("open", path, () => createFile(path, data, options)),
    writeInPlace: (path, data) => systemCall("write", path, () => writeInPlace(path, data)),
    consumeFifo: (path, data) => systemCall("open", path, () => consumeFifo(path, data)),
    append: (path, data, options = {}) => systemCall("write", path, () => append(path, data, options)),
    list: (path) => systemCall("open", path, () => readdirSync(path).sort()),
    makeDir: (path, mode = 0o755) => systemCall("mkdir", path, () => makeDir(path, mode)),
    rename: (from, to) => systemCall("rename", from, () => renameSync(from, to)),
    remove: (path) => unlessMissing("unlink", path, () => unlinkSync(path)),
    removeDir: (path) => unlessMissing("rmdir", path, () => rmdirSync(path)),
    removeTree,
  };
}
