import { closeSync, openSync, readdirSync, renameSync, rmdirSync, unlinkSync } from "node:fs";
import { HostError } from "../base/host-error.ts";
import { descriptorPath, isMountPoint, mountIdOf, O_CLOEXEC, O_DIRECTORY, O_NOFOLLOW } from "./file-descriptors.ts";
import { toHostError } from "./system-call.ts";

/** Directories below one another that are held open at a time; deeper ones are moved up first. */
const MAX_DEPTH = 128;

/** Rounds over one directory into which somebody still writes. */
const MAX_ROUNDS = 16;

/** One removal: where deep directories are moved to, and the only mount it may touch. */
interface Removal {
  readonly path: string;
  readonly top: number;
  readonly mount: number;
  moved: number;
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

/** Names are bytes: a hostile tree need not be UTF-8. */
function childPath(directory: number, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${descriptorPath(directory)}/`), name]);
}

/** Removes what isn't a directory. False if it is one. */
function unlinkFile(path: Buffer): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return true;
    if (codeOf(error) === "EISDIR") return false;
    throw error;
  }
}

function openDirectory(path: Buffer | string): number {
  return openSync(path, O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

function removeDirectory(removal: Removal, path: Buffer, depth: number): void {
  const fd = openDirectory(path);
  try {
    if (mountIdOf(fd) !== removal.mount) throw new HostError("EBUSY", "rmdir", removal.path);
    empty(removal, fd, depth);
  } finally {
    closeSync(fd);
  }
  rmdirSync(path);
}

/** Moves a deep directory to the top, so that neither descriptors nor the stack run out. */
function moveUp(removal: Removal, path: Buffer): void {
  removal.moved += 1;
  const name = Buffer.from(`.removed-${process.pid}-${removal.moved}`);
  renameSync(path, childPath(removal.top, name));
}

function removeEntry(removal: Removal, path: Buffer, depth: number): void {
  try {
    if (unlinkFile(path)) return;
    if (depth >= MAX_DEPTH) moveUp(removal, path);
    else removeDirectory(removal, path, depth + 1);
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTEMPTY") return;
    throw error;
  }
}

/** Removes the entries of an open directory until none is left. */
function empty(removal: Removal, fd: number, depth: number): void {
  const own = Buffer.from(descriptorPath(fd));
  for (let round = 0; round < MAX_ROUNDS; ) {
    const names = readdirSync(own, { encoding: "buffer" });
    if (names.length === 0) return;
    const before = removal.moved;
    for (const name of names) removeEntry(removal, childPath(fd, name), depth);
    if (removal.moved === before) round += 1;
  }
}

/**
 * Removes a whole tree. Works through open descriptors, so a directory that is swapped for a link meanwhile leads nowhere.
 *
 * @throws HostError EBUSY, before anything inside is removed, for the part of the tree that is another mount
 */
export function removeTree(path: string): void {
  try {
    if (unlinkFile(Buffer.from(path))) return;
    if (isMountPoint(path)) throw new HostError("EBUSY", "rmdir", path);
    const top = openDirectory(path);
    try {
      empty({ path, top, mount: mountIdOf(top), moved: 0 }, top, 0);
    } finally {
      closeSync(top);
    }
    rmdirSync(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return;
    throw toHostError(error, "rmdir", path);
  }
}
