/**
 * Mutual exclusion by key inside this process, first come, first served. File locks alone would do, but their waiters
 * poll and may starve one another.
 */
export class FairQueue {
  /** Waiters of every key that is held; the holder is not among them. */
  readonly #waiting = new Map<string, (() => void)[]>();

  /**
   * Waits for its turn.
   *
   * @returns gives the turn to the next; call it once
   * @throws the signal's reason; the place in the queue is given up then
   */
  async enter(key: string, signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    const waiting = this.#waiting.get(key);
    if (!waiting) {
      this.#waiting.set(key, []);
      return () => this.#leave(key);
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = () => {
      const place = waiting.indexOf(resolve);
      if (place >= 0) waiting.splice(place, 1);
      reject(signal?.reason);
    };
    waiting.push(resolve);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      await promise;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
    return () => this.#leave(key);
  }

  #leave(key: string): void {
    const next = this.#waiting.get(key)?.shift();
    if (next) next();
    else this.#waiting.delete(key);
  }
}
