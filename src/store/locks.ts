import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Abortable } from "../base/abortable.ts";
import type { ContainerId, PodId } from "../base/brand.ts";
import { isHostError } from "../base/host-error.ts";
import type { FileLocks, Files } from "../host/ports.ts";
import { FairQueue } from "./fair-queue.ts";

export type NamedLockKind = "volume" | "network" | "image" | "name";

export type LockKind = "pod" | "container" | NamedLockKind;

/** A lock that is held until it is disposed; disposing twice is fine. The kernel releases it when this process dies. */
export interface HeldLock extends Disposable, AsyncDisposable {
  readonly kind: LockKind;
  /** Id or name of what is locked. */
  readonly id: string;
}

/**
 * One lock per object, across processes, served in order within a process. A lock is not re-entrant.
 *
 * Order, so that nobody waits in a circle: a pod, then containers by id, then volumes, networks, images, names. Whoever
 * needs several containers takes them by `containers`.
 */
export interface Locks {
  pod(id: PodId, options?: Abortable): Promise<HeldLock>;
  container(id: ContainerId, options?: Abortable): Promise<HeldLock>;
  /** All of them or none, in the order that the rule asks for; the result is in that order too. */
  containers(ids: readonly ContainerId[], options?: Abortable): Promise<HeldLocks>;
  named(kind: NamedLockKind, name: string, options?: Abortable): Promise<HeldLock>;
}

/** Several locks that are let go together. */
export interface HeldLocks extends Disposable, AsyncDisposable {
  readonly locks: readonly HeldLock[];
}

type Deps = { readonly locks: FileLocks; readonly files: Pick<Files, "makeDir" | "remove"> };

/**
 * Locks as files `<kind>-<id>.lock` in a directory. A file is there only while somebody holds or awaits it: the holder
 * removes it, so that removed containers leave nothing.
 *
 * @param directory made when first needed
 */
export function openLocks(deps: Deps, directory: string): Locks {
  const queue = new FairQueue();

  const acquire = async (kind: LockKind, id: string, options?: Abortable): Promise<HeldLock> => {
    const path = join(directory, `${kind}-${fileKey(id)}.lock`);
    const leave = await queue.enter(path, options?.signal);
    try {
      const file = await acquireFile(deps, path, options);
      return new Held(kind, id, () => release(deps, path, { file, leave }));
    } catch (error) {
      leave();
      throw error;
    }
  };

  return {
    pod: (id, options) => acquire("pod", id, options),
    container: (id, options) => acquire("container", id, options),
    named: acquire,
    containers: async (ids, options) => {
      const stack = new DisposableStack();
      try {
        const locks: HeldLock[] = [];
        for (const id of [...new Set(ids)].sort()) locks.push(stack.use(await acquire("container", id, options)));
        return new HeldMany(locks, stack.move());
      } catch (error) {
        stack.dispose();
        throw error;
      }
    },
  };
}

class Held implements HeldLock {
  readonly kind: LockKind;
  readonly id: string;
  #release: (() => void) | undefined;

  constructor(kind: LockKind, id: string, release: () => void) {
    this.kind = kind;
    this.id = id;
    this.#release = release;
  }

  [Symbol.dispose](): void {
    const release = this.#release;
    this.#release = undefined;
    release?.();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]();
  }
}

class HeldMany implements HeldLocks {
  readonly locks: readonly HeldLock[];
  readonly #stack: DisposableStack;

  constructor(locks: readonly HeldLock[], stack: DisposableStack) {
    this.locks = locks;
    this.#stack = stack;
  }

  [Symbol.dispose](): void {
    this.#stack.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stack.dispose();
  }
}

async function acquireFile(deps: Deps, path: string, options?: Abortable): Promise<Disposable> {
  const signal = options?.signal ? { signal: options.signal } : {};
  try {
    return await deps.locks.acquire(path, signal);
  } catch (error) {
    if (!isHostError(error, "ENOENT")) throw error;
    deps.files.makeDir(join(path, ".."), 0o700);
    return await deps.locks.acquire(path, signal);
  }
}

function release(deps: Deps, path: string, held: { readonly file: Disposable; readonly leave: () => void }): void {
  try {
    deps.files.remove(path);
  } catch (error) {
    // A file that stays does no harm: its next holder removes it. The work under the lock must not fail for it.
    if (!isHostError(error)) throw error;
  } finally {
    held.file[Symbol.dispose]();
    held.leave();
  }
}

/** Ids and ordinary names as they are; whatever is long or unfit for a file name by its digest. */
function fileKey(id: string): string {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/.test(id)) return id;
  return `=${createHash("sha256").update(id).digest("hex")}`;
}
