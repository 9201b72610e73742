import { writeSync } from "node:fs";

/** Exit code of a program that a broken pipe ended, as shells see it. */
const BROKEN_PIPE = 141;
/** Milliseconds between attempts while a non-blocking pipe is full. */
const RETRY_MS = 2;

const errnoOf = (error: unknown) => (error as { readonly code?: string }).code;

/**
 * A standard stream of this process. Writes go straight to the descriptor: no stream object is set up for a command that
 * prints two lines, and nothing is left unwritten when the process exits. A promise comes back only where the reader is slow.
 */
export class ProcessOutput {
  readonly #fd: number;
  #pending: Promise<void> | undefined;

  constructor(fd: 1 | 2) {
    this.#fd = fd;
  }

  /** Writes all of it, in the order of the calls. Ends the process quietly if nobody reads stdout any more. */
  write(data: string | Uint8Array): void | Promise<void> {
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    if (this.#pending === undefined) {
      const written = this.#attempt(bytes);
      if (written === bytes.length) return undefined;
      return this.#queue(this.#finish(bytes.subarray(written)));
    }
    return this.#queue(this.#pending.then(() => this.#finish(bytes)));
  }

  /** Resolves when everything is written. */
  async flush(): Promise<void> {
    await this.#pending;
  }

  #queue(work: Promise<void>): Promise<void> {
    const pending = work.finally(() => {
      if (this.#pending === pending) this.#pending = undefined;
    });
    this.#pending = pending;
    return pending;
  }

  async #finish(bytes: Uint8Array): Promise<void> {
    let rest = bytes;
    for (;;) {
      rest = rest.subarray(this.#attempt(rest));
      if (rest.length === 0) return;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  /** Bytes that the kernel took before it asked to wait. */
  #attempt(bytes: Uint8Array): number {
    let written = 0;
    while (written < bytes.length) {
      try {
        written += writeSync(this.#fd, bytes, written, bytes.length - written);
      } catch (error) {
        const errno = errnoOf(error);
        if (errno === "EINTR") continue;
        if (errno === "EAGAIN") return written;
        if (errno === "EPIPE" && this.#fd === 1) process.exit(BROKEN_PIPE);
        return bytes.length;
      }
    }
    return written;
  }
}
