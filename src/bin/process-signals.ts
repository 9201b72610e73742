import { constants } from "node:os";
import { fail } from "../base/errors.ts";

/** What `--sig-proxy` passes on; SIGWINCH goes its own way as a terminal size. */
const FORWARDED = ["SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGCONT"] as const;
const ENDING = ["SIGINT", "SIGTERM"] as const;

/** Signals to this process: they abort the command, or go to whoever asked for them. */
export class ProcessSignals {
  readonly #controller = new AbortController();
  #receivers: readonly ((signal: number) => void)[] = [];
  #interruptedBy: number | undefined;

  constructor() {
    for (const name of ENDING) process.on(name, () => this.#arrive(constants.signals[name]));
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Number of the first signal that aborted the command. */
  interruptedBy(): number | undefined {
    return this.#interruptedBy;
  }

  /** Sends every signal to `receive` until disposed; the newest receiver gets it. */
  forward(receive: (signal: number) => void): Disposable {
    this.#receivers = [...this.#receivers, receive];
    const listeners = FORWARDED.map((name) => ({ name, listener: () => this.#arrive(constants.signals[name]) }));
    for (const { name, listener } of listeners) process.on(name, listener);
    return {
      [Symbol.dispose]: () => {
        this.#receivers = this.#receivers.filter((other) => other !== receive);
        for (const { name, listener } of listeners) process.off(name, listener);
      },
    };
  }

  #arrive(signal: number): void {
    const receive = this.#receivers.at(-1);
    if (receive) {
      receive(signal);
      return;
    }
    // A second one means that the user will not wait for the first to be honoured.
    if (this.#interruptedBy !== undefined) process.exit(128 + signal);
    this.#interruptedBy = signal;
    this.#controller.abort(fail("CANCELLED", { operation: process.argv.slice(2, 4).join(" ") }));
  }
}
