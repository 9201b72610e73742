import { closeSync, openSync } from "node:fs";
import { O_CLOEXEC } from "./file-descriptors.ts";
import { check, type Libc } from "./libc.ts";
import { systemCall } from "./system-call.ts";

export const CLONE_NEWNET = 0x40000000;
/** The network namespace of the calling thread. */
export const OWN_NAMESPACE = "/proc/thread-self/ns/net";

/** Opens a namespace file; the caller closes the descriptor. */
export function openNamespace(path: string): number {
  return systemCall("open", path, () => openSync(path, O_CLOEXEC));
}

/**
 * Runs `body` with this thread in another network namespace. setns(2) changes the calling thread alone, and nothing awaits
 * in between, so no other code ever runs there.
 *
 * @throws HostError ENOENT, EINVAL, EPERM; whatever `body` throws
 */
export function insideNamespace<T>(libc: Libc, path: string, body: () => T): T {
  const home = openNamespace(OWN_NAMESPACE);
  try {
    const there = openNamespace(path);
    try {
      check(libc.setns(there, CLONE_NEWNET), "setns", path);
      try {
        return body();
      } finally {
        check(libc.setns(home, CLONE_NEWNET), "setns", OWN_NAMESPACE);
      }
    } finally {
      closeSync(there);
    }
  } finally {
    closeSync(home);
  }
}
