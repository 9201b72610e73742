import { closeSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { systemCall, unlessMissing } from "./system-call.ts";

/** open(2) flags that `node:fs` does not name; the same numbers on every architecture that we run on. */
export const O_PATH = 0o10000000;
export const O_CLOEXEC = 0o2000000;
export const O_NOFOLLOW = process.arch === "arm64" || process.arch === "arm" ? 0o100000 : 0o400000;
export const O_DIRECTORY = process.arch === "arm64" || process.arch === "arm" ? 0o40000 : 0o200000;

/** Path of an open descriptor; looking through it never resolves names again. */
export function descriptorPath(fd: number): string {
  return `/proc/self/fd/${fd}`;
}

/**
 * Opens a path as a mere reference (O_PATH) without following a final link, for the time of `body`.
 *
 * @throws HostError ENOENT and kin
 */
export function withReference<T>(path: string, body: (fd: number) => T): T {
  const fd = systemCall("open", path, () => openSync(path, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  try {
    return body(fd);
  } finally {
    closeSync(fd);
  }
}

/** Number of the mount that an open descriptor lies on (proc(5), fdinfo). */
export function mountIdOf(fd: number): number {
  return Number(/^mnt_id:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "latin1"))?.[1]);
}

/**
 * True if something is mounted exactly at `path`, also a bind mount from the same file system.
 *
 * Compares the mounts that the path and its parent lie on. A missing path and a symbolic link are none.
 */
export function isMountPoint(path: string): boolean {
  if (path === "/") return true;
  const fd = unlessMissing("open", path, () => openSync(path, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (fd === undefined) return false;
  try {
    return withReference(`${dirname(path)}/`, (parent) => mountIdOf(parent) !== mountIdOf(fd));
  } finally {
    closeSync(fd);
  }
}
