import { closeSync, constants, fstatSync, openSync, statSync } from "node:fs";
import { sleep } from "./clock.ts";
import { O_CLOEXEC } from "./file-descriptors.ts";
import { check, type Libc } from "./libc.ts";
import type { FileLocks } from "./ports.ts";
import { systemCall } from "./system-call.ts";

const LOCK_SH = 1;
const LOCK_EX = 2;
const LOCK_NB = 4;

/** Milliseconds between two tries: short at first, because most locks are held for a few milliseconds. */
const FIRST_DELAY_MS = 0.5;
const LAST_DELAY_MS = 20;

/** A held lock. Owns the descriptor: the kernel releases the lock when it closes, also at the end of the process. */
class HeldFile implements Disposable {
  #fd: number | undefined;

  constructor(fd: number) {
    this.#fd = fd;
  }

  [Symbol.dispose](): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}

/** True if the name still leads to the locked file: somebody may have removed it between open and flock. */
function isCurrent(fd: number, path: string): boolean {
  const named = statSync(path, { throwIfNoEntry: false });
  const held = fstatSync(fd);
  return named !== undefined && named.ino === held.ino && named.dev === held.dev;
}

function tryOnce(libc: Libc, path: string, shared: boolean): "busy" | "stale" | HeldFile {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | O_CLOEXEC;
  const fd = systemCall("open", path, () => openSync(path, flags, 0o600));
  let keep = false;
  try {
    const operation = (shared ? LOCK_SH : LOCK_EX) | LOCK_NB;
    if (check(libc.flock(fd, operation), "flock", path, ["EAGAIN", "EWOULDBLOCK", "EINTR"]) < 0) return "busy";
    if (!isCurrent(fd, path)) return "stale";
    keep = true;
    return new HeldFile(fd);
  } finally {
    if (!keep) closeSync(fd);
  }
}

/** Locks of the real host, by flock(2). */
export function openLocks(libc: Libc): FileLocks {
  const tryAcquire = (path: string, shared: boolean): HeldFile | undefined => {
    for (;;) {
      const got = tryOnce(libc, path, shared);
      if (got !== "stale") return got === "busy" ? undefined : got;
    }
  };
  return {
    acquire: async (path, options = {}) => {
      for (let wait = FIRST_DELAY_MS; ; wait = Math.min(wait * 2, LAST_DELAY_MS)) {
        options.signal?.throwIfAborted();
        const held = tryAcquire(path, options.shared ?? false);
        if (held) return held;
        await sleep(wait, options.signal);
      }
    },
    tryAcquire: (path, options = {}) => tryAcquire(path, options.shared ?? false),
  };
}
