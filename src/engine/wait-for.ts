import type { Abortable } from "../base/abortable.ts";
import { fail } from "../base/errors.ts";
import type { Clock } from "../host/ports.ts";

export interface WaitForOptions extends Abortable {
  readonly clock: Clock;
  /** Milliseconds between the first looks; grows to `maxIntervalMs`. */
  readonly intervalMs?: number;
  readonly maxIntervalMs?: number;
  /** Milliseconds; absent waits for ever. */
  readonly timeoutMs?: number;
  readonly operation: string;
}

/**
 * Looks again and again until `predicate` gives something other than undefined.
 *
 * @throws TIMEOUT after `timeoutMs`, or the signal's reason
 */
export async function waitFor<T>(
  predicate: () => T | undefined | Promise<T | undefined>,
  options: WaitForOptions,
): Promise<T> {
  const { clock, signal, timeoutMs } = options;
  const deadline = timeoutMs === undefined ? Number.POSITIVE_INFINITY : clock.monotonic() + timeoutMs;
  let interval = options.intervalMs ?? 2;
  for (;;) {
    signal?.throwIfAborted();
    const value = await predicate();
    if (value !== undefined) return value;
    const left = deadline - clock.monotonic();
    if (left <= 0) throw fail("TIMEOUT", { operation: options.operation, seconds: (timeoutMs ?? 0) / 1000 });
    await clock.sleep(Math.min(interval, left), signal === undefined ? {} : { signal });
    interval = Math.min(interval * 1.5, options.maxIntervalMs ?? 25);
  }
}
