/** Bytes of a header that are still to be collected, and what they are. */
type State = "magic" | "descriptor" | "block" | "skippable-size" | "done";

const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;
const DICTIONARY_BYTES = [0, 1, 2, 4] as const;
const CONTENT_SIZE_BYTES = [0, 2, 4, 8] as const;
const HEADER_BYTES: Readonly<Record<State, number>> = {
  magic: 4,
  descriptor: 1,
  block: 3,
  "skippable-size": 4,
  done: 0,
};

/**
 * Follows the frames of a Zstandard stream (RFC 8878, section 3) without decompressing it, to tell whether it is whole:
 * Bun's decompressor takes a cut stream for a finished one.
 */
export class ZstdFrames {
  #state: State = "magic";
  readonly #header: number[] = [];
  /** Bytes to pass over before the next header. */
  #skip = 0;
  #hasChecksum = false;

  /** Takes the next bytes of the compressed stream. */
  feed(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length && this.#state !== "done"; ) {
      const skipped = Math.min(this.#skip, chunk.length - at);
      this.#skip -= skipped;
      at += skipped;
      const byte = chunk[at];
      if (this.#skip > 0 || byte === undefined) continue;
      at++;
      this.#header.push(byte);
      if (this.#header.length === HEADER_BYTES[this.#state]) this.#take(this.#header.splice(0));
    }
  }

  /** True at the end of a frame, or behind the last one. */
  get isComplete(): boolean {
    return this.#state === "done" || (this.#state === "magic" && this.#header.length === 0 && this.#skip === 0);
  }

  #take(bytes: readonly number[]): void {
    const value = bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
    switch (this.#state) {
      case "magic":
        if (value === MAGIC) this.#state = "descriptor";
        // The low four bits are the user's.
        else if (value - (value % 16) === SKIPPABLE) this.#state = "skippable-size";
        else this.#state = "done";
        break;
      case "skippable-size":
        this.#skip = value;
        this.#state = "magic";
        break;
      case "descriptor":
        this.#takeDescriptor(value);
        break;
      case "block":
        this.#takeBlock(value);
        break;
    }
  }

  #takeDescriptor(descriptor: number): void {
    const isSingleSegment = (descriptor & 0x20) !== 0;
    const sizeFlag = descriptor >> 6;
    this.#hasChecksum = (descriptor & 0x04) !== 0;
    const contentSize = sizeFlag === 0 && isSingleSegment ? 1 : (CONTENT_SIZE_BYTES[sizeFlag] ?? 0);
    this.#skip = (isSingleSegment ? 0 : 1) + (DICTIONARY_BYTES[descriptor & 3] ?? 0) + contentSize;
    this.#state = "block";
  }

  #takeBlock(header: number): void {
    const isLast = (header & 1) !== 0;
    const isRepeatedByte = ((header >> 1) & 3) === 1;
    this.#skip = isRepeatedByte ? 1 : header >> 3;
    if (!isLast) return;
    if (this.#hasChecksum) this.#skip += 4;
    this.#state = "magic";
  }
}
