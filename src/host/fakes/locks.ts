import { HostError } from "../../base/host-error.ts";
import type { FileLocks } from "../ports.ts";
import type { FakeKernel } from "./kernel.ts";
import type { FakeNode } from "./tree.ts";

interface LockState {
  readonly shared: Set<object>;
  exclusive: object | undefined;
  readonly waiting: Set<() => void>;
}

/** All locks of a fake kernel, by inode as flock(2) has them. */
export class FakeLockTable {
  readonly #states = new WeakMap<FakeNode, LockState>();

  stateOf(node: FakeNode): LockState {
    const known = this.#states.get(node);
    if (known) return known;
    const state = { shared: new Set<object>(), exclusive: undefined, waiting: new Set<() => void>() };
    this.#states.set(node, state);
    return state;
  }
}

/** The locks that one fake process holds. */
export class FakeLocks implements FileLocks {
  readonly #kernel: FakeKernel;
  readonly #table: FakeLockTable;
  readonly #held = new Set<Disposable>();

  constructor(kernel: FakeKernel, table: FakeLockTable) {
    this.#kernel = kernel;
    this.#table = table;
  }

  #node(path: string): FakeNode {
    const { tree } = this.#kernel;
    const place = tree.look("open", path, false);
    if (place.node?.kind === "directory") throw new HostError("EISDIR", "open", path);
    if (place.node) return place.node;
    const node = tree.make("file", 0o600);
    if (place.parent) tree.attach(place.parent, place.name, node);
    return node;
  }

  #take(state: LockState, shared: boolean): Disposable | undefined {
    if (state.exclusive !== undefined || (!shared && state.shared.size > 0)) return undefined;
    const holder = {};
    if (shared) state.shared.add(holder);
    else state.exclusive = holder;
    const lock = {
      [Symbol.dispose]: () => {
        if (!this.#held.delete(lock)) return;
        state.shared.delete(holder);
        if (state.exclusive === holder) state.exclusive = undefined;
        const waiting = [...state.waiting];
        state.waiting.clear();
        for (const wake of waiting) wake();
      },
    };
    this.#held.add(lock);
    return lock;
  }

  tryAcquire(path: string, options: { readonly shared?: boolean } = {}): Disposable | undefined {
    this.#kernel.effect("locks", "acquire", path);
    return this.#take(this.#table.stateOf(this.#node(path)), options.shared ?? false);
  }

  async acquire(
    path: string,
    options: { readonly shared?: boolean; readonly signal?: AbortSignal } = {},
  ): Promise<Disposable> {
    const { signal } = options;
    this.#kernel.effect("locks", "acquire", path);
    for (;;) {
      signal?.throwIfAborted();
      const state = this.#table.stateOf(this.#node(path));
      const lock = this.#take(state, options.shared ?? false);
      if (lock) return lock;
      await new Promise<void>((resolve) => {
        const wake = () => {
          state.waiting.delete(wake);
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        state.waiting.add(wake);
        signal?.addEventListener("abort", wake);
      });
    }
  }

  /** What the kernel does when the process dies. */
  releaseAll(): void {
    for (const lock of [...this.#held]) lock[Symbol.dispose]();
  }
}
