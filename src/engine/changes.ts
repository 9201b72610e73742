import type { Abortable } from "../base/abortable.ts";
import type { EngineDeps } from "./deps.ts";

type Deps = Pick<EngineDeps, "host">;

interface Watch {
  readonly inode: number;
  readonly stop: AbortController;
}

/**
 * Tells that something in some directories may have changed, so that a waiting caller looks at the world again instead of
 * looking all the time. Directories may come and go; a look after `next` misses nothing.
 */
export class Changes implements Disposable {
  readonly #deps: Deps;
  readonly #directories: readonly string[];
  readonly #watches = new Map<string, Watch>();
  #changed = false;
  #wake: (() => void) | undefined;

  constructor(deps: Deps, directories: readonly string[]) {
    this.#deps = deps;
    this.#directories = directories;
    this.#attach();
  }

  /** Ends a wait from outside, now or the next one. */
  notify(): void {
    this.#changed = true;
    this.#wake?.();
  }

  /** Waits for a change since the last call, at most so many milliseconds. Rejects with the signal's reason. */
  async next(milliseconds: number, options: Abortable = {}): Promise<void> {
    options.signal?.throwIfAborted();
    if (!this.#changed) await this.#sleep(milliseconds, options);
    this.#changed = false;
    this.#attach();
  }

  async #sleep(milliseconds: number, options: Abortable): Promise<void> {
    const done = new AbortController();
    const signal = options.signal === undefined ? done.signal : AbortSignal.any([done.signal, options.signal]);
    this.#wake = () => done.abort();
    try {
      await this.#deps.host.clock.sleep(milliseconds, { signal });
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!done.signal.aborted) throw error;
    } finally {
      this.#wake = undefined;
    }
  }

  #attach(): void {
    for (const directory of this.#directories) {
      const inode = this.#deps.host.inodes.lstat(directory)?.inode;
      const watch = this.#watches.get(directory);
      if (watch !== undefined && watch.inode === inode) continue;
      watch?.stop.abort();
      this.#watches.delete(directory);
      if (inode === undefined) continue;
      const stop = new AbortController();
      this.#watches.set(directory, { inode, stop });
      void this.#follow(directory, stop.signal);
    }
  }

  async #follow(directory: string, signal: AbortSignal): Promise<void> {
    try {
      for await (const _name of this.#deps.host.streams.watch(directory, { signal })) this.notify();
    } catch {
      // The directory went, or the user's inotify watches are used up: the caller's timer looks anyway.
    }
  }

  [Symbol.dispose](): void {
    for (const { stop } of this.#watches.values()) stop.abort();
    this.#watches.clear();
  }
}
