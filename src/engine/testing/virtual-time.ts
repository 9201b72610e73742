import type { FakeClock } from "../../host/fakes/clock.ts";

/** One turn of the event loop: everything that can happen without waiting has happened after it. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Moves a fake clock to its next sleeper whenever nothing else can go on. Time passes only by waiting, so what happens does
 * not depend on how fast or loaded the machine is.
 *
 * @returns stops the moving
 */
export function letTimePass(clock: FakeClock): Disposable {
  let stopped = false;
  const run = async () => {
    while (!stopped) {
      await clock.whenSleeping();
      await turn();
      const wait = clock.untilNext;
      if (!stopped && wait !== undefined) clock.advance(wait);
    }
  };
  void run();
  return {
    [Symbol.dispose]: () => {
      stopped = true;
    },
  };
}
