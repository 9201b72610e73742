import { EventQueue } from "../event-queue.ts";
import type { ChildPipe } from "../ports.ts";

/** One end of a two-way pipe. */
export class FakePipeEnd implements ChildPipe {
  readonly #incoming = new EventQueue<Uint8Array>();
  #other: FakePipeEnd | undefined;
  #open = true;

  readonly data: AsyncIterable<Uint8Array> = this.#incoming;

  /** Two ends of a new pipe. */
  static pair(): [FakePipeEnd, FakePipeEnd] {
    const ends: [FakePipeEnd, FakePipeEnd] = [new FakePipeEnd(), new FakePipeEnd()];
    ends[0].#other = ends[1];
    ends[1].#other = ends[0];
    return ends;
  }

  /** What is written after a close is lost. */
  write(data: string | Uint8Array): void {
    if (this.#open) this.#other?.receive(typeof data === "string" ? Buffer.from(data) : data.slice());
  }

  /** No more from this end. */
  endOutput(): void {
    this.#other?.receiveEnd();
  }

  receive(chunk: Uint8Array): void {
    this.#incoming.push(chunk);
  }

  receiveEnd(): void {
    this.#incoming.end();
  }

  close(): void {
    this.#open = false;
    this.endOutput();
    this.#incoming.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}

/** All bytes of a stream as text. */
export async function readAll(data: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of data) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
