import type { CollectOptions, ProcessOutput, Stdio } from "../api/containers.ts";

/** Bytes kept of each stream unless the caller says otherwise. */
const MAX_OUTPUT = 1 << 20;

/** One stream of a process as text, up to a bound. */
class BoundedText {
  readonly #decoder = new TextDecoder();
  #left: number;
  #text = "";
  truncated = false;

  constructor(bound: number) {
    this.#left = bound;
  }

  readonly add = (chunk: Uint8Array): void => {
    const kept = chunk.subarray(0, this.#left);
    if (kept.length < chunk.length) this.truncated = true;
    this.#left -= kept.length;
    this.#text += this.#decoder.decode(kept, { stream: true });
  };

  end(): string {
    return this.#text + this.#decoder.decode();
  }
}

/** Collects what a process writes, and gives it its input. */
export class Collector {
  readonly stdio: Stdio;
  readonly #out: BoundedText;
  readonly #err: BoundedText;

  /** Throws RangeError for a bound that is none. */
  constructor(options: CollectOptions) {
    const { input, maxOutput = MAX_OUTPUT } = options;
    if (!Number.isSafeInteger(maxOutput) || maxOutput < 0)
      throw new RangeError(`maxOutput must be a whole number of bytes, 0 or more, got ${maxOutput}`);
    this.#out = new BoundedText(maxOutput);
    this.#err = new BoundedText(maxOutput);
    this.stdio = {
      stdout: this.#out.add,
      stderr: this.#err.add,
      // Input is data, not typing.
      detachKeys: new Uint8Array(),
      ...(input === undefined ? {} : { stdin: once(input) }),
    };
  }

  result(exitCode: number): ProcessOutput {
    const truncated = this.#out.truncated || this.#err.truncated;
    return { exitCode, stdout: this.#out.end(), stderr: this.#err.end(), truncated };
  }
}

async function* once(input: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield typeof input === "string" ? new TextEncoder().encode(input) : input;
}
