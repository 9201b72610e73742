import type { Abortable } from "./abortable.ts";

/**
 * The engine's one bounded executor: at most `size` jobs at a time, in the order in which they came.
 */
export class Pool {
  readonly #sizeOf: () => number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** @param size at least 1; a function is asked when the first job comes, for a size that is costly to learn */
  constructor(size: number | (() => number)) {
    let known = typeof size === "number" ? checkSize(size) : undefined;
    this.#sizeOf = () => {
      known ??= checkSize(typeof size === "number" ? size : size());
      return known;
    };
  }

  /** Runs `job` when there is room. Rejects with the signal's reason if it is aborted before it began. */
  async run<T>(job: () => Promise<T>, options?: Abortable): Promise<T> {
    if (this.#running >= this.#sizeOf()) await this.#turn(options?.signal);
    else this.#running += 1;
    try {
      options?.signal?.throwIfAborted();
      return await job();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const start = () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    };
    const onAbort = () => {
      const at = this.#waiting.indexOf(start);
      if (at >= 0) this.#waiting.splice(at, 1);
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#waiting.push(start);
    return promise;
  }
}

function checkSize(size: number): number {
  if (!Number.isInteger(size) || size < 1) throw new RangeError(`a pool of ${size} workers can't work: use 1 or more`);
  return size;
}
