/** Milliseconds of the first wait, and of the longest. */
const FIRST_MS = 100;
const LONGEST_MS = 60_000;

/** A run of so many milliseconds was a good one: the next restart is at once again. */
const GOOD_RUN_MS = 10_000;

/** A run that has ended, as the back-off sees it. */
export interface ShortRun {
  /** Milliseconds that it lasted; undefined if it never started. */
  readonly lastedMs: number | undefined;
  /** Restarts by policy in a row after short runs. */
  readonly step: number;
}

/**
 * How long a restart policy waits: not at all the first time, as podman, then 100 ms and twice as long each time up to a minute.
 *
 * @returns the wait in milliseconds, and the step to go on with
 */
export function backoff(run: ShortRun): { readonly delayMs: number; readonly nextStep: number } {
  const step = (run.lastedMs ?? 0) >= GOOD_RUN_MS ? 0 : run.step;
  const delayMs = step === 0 ? 0 : Math.min(LONGEST_MS, FIRST_MS * 2 ** (step - 1));
  return { delayMs, nextStep: step + 1 };
}
