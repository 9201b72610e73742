import { EventQueue } from "./event-queue.ts";

/** Bytes that wait for the consumer before the source is made to wait. */
const HIGH_WATER = 1024 * 1024;

/** How to hold a source back. */
export interface Tap {
  pause(): void;
  resume(): void;
}

/**
 * Chunks that a source pushes and one consumer takes. A slow consumer holds the source back; one that leaves its loop lets
 * the rest flow past, so that nobody on the other side blocks for ever.
 */
export class Inflow {
  readonly data: AsyncIterable<Uint8Array>;
  readonly #queue: EventQueue<Uint8Array>;
  readonly #tap: Tap;
  #waiting = 0;
  #paused = false;

  constructor(tap: Tap) {
    this.#tap = tap;
    this.#queue = new EventQueue({
      onReturn: () => this.#drop(),
      onTake: (chunk) => this.#taken(chunk),
    });
    this.data = this.#queue;
  }

  push(chunk: Uint8Array): void {
    const before = this.#queue.pending.length;
    this.#queue.push(chunk);
    if (this.#queue.pending.length > before) this.#waiting += chunk.byteLength;
    if (this.#paused || this.#waiting < HIGH_WATER) return;
    this.#paused = true;
    this.#tap.pause();
  }

  end(): void {
    this.#queue.end();
  }

  #taken(chunk: Uint8Array): void {
    this.#waiting -= chunk.byteLength;
    if (this.#waiting < HIGH_WATER) this.#open();
  }

  #drop(): void {
    this.#waiting = 0;
    this.#open();
  }

  #open(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#tap.resume();
  }
}
