import { BUSY_SECONDS } from "./sqlite-errors.ts";

const cell = new Int32Array(new SharedArrayBuffer(4));

/** Blocks this thread. Only for waits that are rare and short: see `retryBlocking`. */
function pause(milliseconds: number): void {
  Atomics.wait(cell, 0, 0, milliseconds);
}

/**
 * Calls `attempt` until it gives a value, blocking the thread in between. For what must be synchronous and hardly ever
 * waits: making a database, the first command after a boot, and the instant in which another process closes a database.
 *
 * @param attempt returns undefined to be called again
 * @returns undefined if a minute passed without a value
 */
export function retryBlocking<T>(attempt: () => T | undefined): T | undefined {
  let waited = 0;
  for (let delay = 1; ; delay = Math.min(delay * 2, 20)) {
    const value = attempt();
    if (value !== undefined || waited >= BUSY_SECONDS * 1000) return value;
    pause(delay);
    waited += delay;
  }
}
