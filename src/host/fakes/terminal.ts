import { EventQueue } from "../event-queue.ts";
import type { Terminal } from "../ports.ts";

interface Size {
  readonly rows: number;
  readonly columns: number;
}

/** A terminal that a test sits at; at first there is none. */
export class FakeTerminal implements Terminal {
  /** Streams that are the terminal. */
  readonly streams = new Set<"stdin" | "stdout" | "stderr">();
  /** How many raw modes are on. */
  raw = 0;
  #size: Size | undefined;
  readonly #watchers = new Set<EventQueue<Size>>();

  isTerminal(stream: "stdin" | "stdout" | "stderr"): boolean {
    return this.streams.has(stream);
  }

  size(): Size | undefined {
    return this.#size;
  }

  /** Changes the size, as a user with a mouse does. */
  resize(size: Size): void {
    this.#size = size;
    for (const watcher of this.#watchers) watcher.push(size);
  }

  rawMode(): Disposable {
    this.raw += 1;
    let on = true;
    return {
      [Symbol.dispose]: () => {
        if (on) this.raw -= 1;
        on = false;
      },
    };
  }

  resizes({ signal }: { readonly signal: AbortSignal }): AsyncIterable<Size> {
    const queue = new EventQueue<Size>({ onReturn: () => stop() });
    const stop = () => {
      this.#watchers.delete(queue);
      signal.removeEventListener("abort", stop);
      queue.end();
    };
    this.#watchers.add(queue);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop);
    return queue;
  }
}
