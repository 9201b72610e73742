import type { Clock } from "../ports.ts";

const START_MS = Date.UTC(2025, 0, 1);
const NS_PER_MS = 1_000_000;

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  /** Sleeping moves the clock at once: for tests that care what happens, not when. */
  autoAdvance = false;
  #elapsed = 0;
  #sleepers: Sleeper[] = [];
  #arrivals: (() => void)[] = [];

  now(): number {
    return START_MS + this.#elapsed;
  }

  nowNs(): bigint {
    return BigInt(START_MS) * BigInt(NS_PER_MS) + BigInt(Math.round(this.#elapsed * NS_PER_MS));
  }

  monotonic(): number {
    return this.#elapsed;
  }

  /** How many sleep. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  /** Milliseconds until the first sleeper wakes; undefined if nobody sleeps. */
  get untilNext(): number | undefined {
    if (this.#sleepers.length === 0) return undefined;
    return Math.max(0, Math.min(...this.#sleepers.map((sleeper) => sleeper.at)) - this.#elapsed);
  }

  /** Resolves once somebody sleeps. */
  whenSleeping(): Promise<void> {
    if (this.#sleepers.length > 0) return Promise.resolve();
    return new Promise((resolve) => this.#arrivals.push(resolve));
  }

  /** Moves the clock on and wakes everybody whose time has come, in order of their time. */
  advance(milliseconds: number): void {
    const until = this.#elapsed + milliseconds;
    const due = this.#sleepers.filter((sleeper) => sleeper.at <= until).sort((a, b) => a.at - b.at);
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.at > until);
    for (const sleeper of due) {
      this.#elapsed = Math.max(this.#elapsed, sleeper.at);
      sleeper.wake();
    }
    this.#elapsed = until;
  }

  async sleep(milliseconds: number, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const { signal } = options;
    signal?.throwIfAborted();
    if (this.autoAdvance) {
      this.advance(milliseconds);
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const onAbort = () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal?.reason);
      };
      const wake = () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      };
      const sleeper = { at: this.#elapsed + milliseconds, wake };
      this.#sleepers.push(sleeper);
      signal?.addEventListener("abort", onAbort, { once: true });
      for (const arrival of this.#arrivals.splice(0)) arrival();
    });
  }
}
