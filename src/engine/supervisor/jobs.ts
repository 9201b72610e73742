/** Milliseconds before a task that failed is tried again. */
const RETRY_MS = 1000;

/** Milliseconds before a task that is done is done again, so that one without effect does not run all the time. */
const GAP_MS = 20;

/** Work that goes on side by side, one piece of a key at a time. */
export class Jobs {
  readonly #running = new Map<string, Promise<void>>();
  /** By key, when it may run again (monotonic ms). */
  readonly #notBefore = new Map<string, number>();
  readonly #monotonic: () => number;

  /** @param monotonic milliseconds that never go back */
  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  get busy(): boolean {
    return this.#running.size > 0;
  }

  isRunning(key: string): boolean {
    return this.#running.has(key);
  }

  /** Milliseconds until a task may run again after it ran; 0 for one that never did. */
  holdOff(key: string): number {
    return Math.max(0, (this.#notBefore.get(key) ?? 0) - this.#monotonic());
  }

  /** Starts a piece of work; `then` is called when it is over. A failure holds its key off for a while. */
  start(key: string, work: () => Promise<void>, then: () => void): void {
    const running = (async () => {
      try {
        await work();
        this.#notBefore.set(key, this.#monotonic() + GAP_MS);
      } catch {
        // What became of the container is on record; the supervisor has nobody to tell.
        this.#notBefore.set(key, this.#monotonic() + RETRY_MS);
      } finally {
        this.#running.delete(key);
        then();
      }
    })();
    // Only a host that is gone makes this fail; `settled` tells it.
    running.catch(() => undefined);
    this.#running.set(key, running);
  }

  async settled(): Promise<void> {
    await Promise.all(this.#running.values());
  }
}
