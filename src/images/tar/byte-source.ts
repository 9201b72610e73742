import { BadArchive } from "./bad-archive.ts";

const EMPTY = new Uint8Array(0);

/** Reads a stream of chunks by exact counts. */
export class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #current: Uint8Array = EMPTY;
  #ended = false;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /**
   * Exactly `count` bytes; undefined at a clean end.
   *
   * @throws BadArchive if the stream ends in the middle
   */
  async take(count: number): Promise<Uint8Array | undefined> {
    if (this.#current.length >= count) return this.#cut(count);
    const whole = new Uint8Array(count);
    let filled = 0;
    while (filled < count) {
      const part = await this.some(count - filled);
      if (part === undefined) {
        if (filled === 0) return undefined;
        throw new BadArchive("truncated: ends in the middle of a header");
      }
      whole.set(part, filled);
      filled += part.length;
    }
    return whole;
  }

  /** Between one and `most` bytes, as they come; undefined at the end. */
  async some(most: number): Promise<Uint8Array | undefined> {
    while (this.#current.length === 0) {
      if (this.#ended) return undefined;
      const next = await this.#chunks.next();
      if (next.done === true) {
        this.#ended = true;
        return undefined;
      }
      this.#current = next.value;
    }
    return this.#cut(Math.min(most, this.#current.length));
  }

  /** Reads and drops; returns how many bytes were there. */
  async skip(count: number): Promise<number> {
    let dropped = 0;
    while (dropped < count) {
      const part = await this.some(count - dropped);
      if (part === undefined) break;
      dropped += part.length;
    }
    return dropped;
  }

  /** Reads and drops everything to the end. */
  async drain(): Promise<void> {
    while ((await this.some(Number.MAX_SAFE_INTEGER)) !== undefined);
  }

  /** Lets the stream go before its end. */
  async close(): Promise<void> {
    this.#ended = true;
    await this.#chunks.return?.();
  }

  #cut(count: number): Uint8Array {
    const part = this.#current.subarray(0, count);
    this.#current = this.#current.subarray(count);
    return part;
  }
}
