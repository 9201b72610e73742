/**
 * Finds the keys that end an attached session in what a person types. Bytes that may be the beginning of the sequence are
 * held back until the next ones tell.
 */
export class DetachScanner {
  readonly #keys: Uint8Array;
  #matched = 0;

  /** @param keys the sequence; empty never detaches */
  constructor(keys: Uint8Array) {
    this.#keys = keys;
  }

  /** What to pass on of `input`, and whether the sequence is complete; what follows it is dropped. */
  scan(input: Uint8Array): { readonly pass: Uint8Array; readonly detach: boolean } {
    if (this.#keys.length === 0) return { pass: input, detach: false };
    const out: number[] = [];
    for (const byte of input) {
      if (byte !== this.#keys[this.#matched] && this.#matched > 0) {
        out.push(...this.#keys.subarray(0, this.#matched));
        this.#matched = 0;
      }
      if (byte === this.#keys[this.#matched]) {
        this.#matched += 1;
        if (this.#matched === this.#keys.length) return { pass: Uint8Array.from(out), detach: true };
      } else {
        out.push(byte);
      }
    }
    return { pass: Uint8Array.from(out), detach: false };
  }
}
