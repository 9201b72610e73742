/**
 * Turns events that are pushed into an async iterable for one consumer. Leaving the loop calls `onReturn`.
 */
export class EventQueue<T> implements AsyncIterableIterator<T> {
  readonly #items: T[] = [];
  readonly #waiting: ((result: IteratorResult<T>) => void)[] = [];
  readonly #rejecting: ((reason: unknown) => void)[] = [];
  readonly #onReturn: () => void;
  readonly #onTake: (item: T) => void;
  #ended = false;
  #failure: { readonly reason: unknown } | undefined;

  /**
   * @param hooks.onReturn when the consumer leaves early
   * @param hooks.onTake after the consumer took an item, e.g. to resume a paused source
   */
  constructor(hooks: { readonly onReturn?: () => void; readonly onTake?: (item: T) => void } = {}) {
    this.#onReturn = hooks.onReturn ?? (() => {});
    this.#onTake = hooks.onTake ?? (() => {});
  }

  /** Items that nobody took yet. */
  get pending(): readonly T[] {
    return this.#items;
  }

  push(item: T): void {
    if (this.#ended) return;
    const resolve = this.#waiting.shift();
    this.#rejecting.shift();
    if (resolve) resolve({ value: item, done: false });
    else this.#items.push(item);
  }

  /** No more items; those pushed before are still delivered. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const resolve of this.#waiting.splice(0)) resolve({ value: undefined, done: true });
    this.#rejecting.length = 0;
  }

  /** As `end`, but the consumer's loop then throws `reason`. */
  fail(reason: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    const rejecting = this.#rejecting.splice(0);
    this.#waiting.length = 0;
    if (rejecting.length === 0) this.#failure = { reason };
    for (const reject of rejecting) reject(reason);
  }

  next(): Promise<IteratorResult<T>> {
    const item = this.#items.shift();
    if (item !== undefined) {
      this.#onTake(item);
      return Promise.resolve({ value: item, done: false });
    }
    if (this.#failure) {
      const { reason } = this.#failure;
      this.#failure = undefined;
      return Promise.reject(reason);
    }
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve, reject) => {
      this.#waiting.push(resolve);
      this.#rejecting.push(reject);
    });
  }

  return(): Promise<IteratorResult<T>> {
    this.#items.length = 0;
    this.end();
    this.#onReturn();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
