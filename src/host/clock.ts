import type { Clock } from "./ports.ts";

/** Milliseconds by which the precise time may differ from the system clock before the latter is believed. */
const MAX_DRIFT_MS = 5;

/** System time with microseconds. The runtime's own precise clock doesn't follow when somebody sets the system clock. */
function preciseMs(): number {
  const precise = performance.timeOrigin + performance.now();
  const now = Date.now();
  return Math.abs(precise - now) < MAX_DRIFT_MS ? precise : now;
}

/** Waits on the system's timers; rejects with the signal's reason. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** The system clock. */
export function openClock(): Clock {
  return {
    now: () => Date.now(),
    nowNs: () => BigInt(Math.round(preciseMs() * 1000)) * 1000n,
    monotonic: () => performance.now(),
    sleep: (milliseconds, options = {}) => sleep(milliseconds, options.signal),
  };
}
