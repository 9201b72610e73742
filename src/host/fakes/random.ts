import type { Random } from "../ports.ts";

/** Bytes that look random and are the same in every run: xorshift32 from a seed. */
export class FakeRandom implements Random {
  #state: number;

  constructor(seed = 1) {
    this.#state = seed >>> 0 || 1;
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => {
      let x = this.#state;
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
      this.#state = x >>> 0;
      return this.#state & 0xff;
    });
  }
}
