import { readFileSync } from "node:fs";
import { HostError } from "../base/host-error.ts";
import { isMountPoint } from "./file-descriptors.ts";
import { check, type Libc } from "./libc.ts";
import { parseMountInfo } from "./mount-info.ts";
import type { MountOptions, Mounts } from "./ports.ts";
import { systemCall } from "./system-call.ts";

const MNT_DETACH = 0x2;
const UMOUNT_NOFOLLOW = 0x8;

/** The kernel copies one page of options and cuts the rest silently. */
const MAX_DATA = 4096;

/** Runs `body` in another working directory. Safe because it is synchronous; the old one is reached by descriptor. */
function inDirectory<T>(directory: string | undefined, body: () => T): T {
  if (directory === undefined) return body();
  const before = process.cwd();
  systemCall("chdir", directory, () => process.chdir(directory));
  try {
    return body();
  } finally {
    process.chdir(before);
  }
}

/** Mounts in this process's mount namespace. */
export function openMounts(libc: Libc): Mounts {
  const mount = (source: string, target: string, fsType: string, options: MountOptions = {}) => {
    const data = options.data ?? "";
    if (Buffer.byteLength(data) >= MAX_DATA) throw new HostError("E2BIG", "mount", target);
    inDirectory(options.directory, () =>
      check(libc.mount(source, target, fsType, options.flags ?? 0, data === "" ? null : data), "mount", target),
    );
  };
  return {
    mount,
    unmount: (target, options = {}) => {
      const flags = UMOUNT_NOFOLLOW | (options.lazy ? MNT_DETACH : 0);
      check(libc.umount2(target, flags), "umount", target, ["EINVAL", "ENOENT", "ENOTDIR"]);
    },
    isMountPoint,
    list: () =>
      parseMountInfo(systemCall("open", "/proc/self/mountinfo", () => readFileSync("/proc/self/mountinfo", "latin1"))),
  };
}
