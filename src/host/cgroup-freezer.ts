import { HostError } from "../base/host-error.ts";
import { sleep } from "./clock.ts";

/** Files of the freezer of one group. */
export interface Freezer {
  readonly unified: boolean;
  read(file: string): string | undefined;
  write(file: string, value: string): void;
}

const FIRST_DELAY_MS = 0.2;
const LAST_DELAY_MS = 10;

/** Tries after which a v1 group is thawed for a moment: new processes can keep it in FREEZING (as runc found). */
const THAW_EVERY = 50;

/** True once every process of the group is stopped; undefined if the group is gone. */
export function isFrozen(freezer: Freezer): boolean | undefined {
  if (!freezer.unified) {
    const state = freezer.read("freezer.state");
    return state === undefined ? undefined : state.trim() === "FROZEN";
  }
  const events = freezer.read("cgroup.events");
  return events === undefined ? undefined : /^frozen 1$/m.test(events);
}

function request(freezer: Freezer, frozen: boolean): void {
  if (freezer.unified) freezer.write("cgroup.freeze", frozen ? "1" : "0");
  else freezer.write("freezer.state", frozen ? "FROZEN" : "THAWED");
}

/** True if nothing keeps the group from being what was asked: v1 says THAWED, v2 says `frozen 0`. */
function reached(freezer: Freezer, frozen: boolean): boolean {
  const now = isFrozen(freezer);
  if (now === undefined) throw new HostError("ENOENT", "freeze", "cgroup");
  if (frozen || freezer.unified) return now === frozen;
  return freezer.read("freezer.state")?.trim() === "THAWED";
}

/**
 * Freezes or thaws a group and waits until it is.
 *
 * @param signal abort thaws a group that was being frozen, and rejects with the signal's reason
 * @throws HostError ENOENT if the group is gone
 */
export async function setFrozen(freezer: Freezer, frozen: boolean, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  request(freezer, frozen);
  let wait = FIRST_DELAY_MS;
  for (let round = 1; !reached(freezer, frozen); round += 1) {
    try {
      await sleep(wait, signal);
    } catch (reason) {
      if (frozen) request(freezer, false);
      throw reason;
    }
    wait = Math.min(wait * 2, LAST_DELAY_MS);
    if (!freezer.unified && round % THAW_EVERY === 0) request(freezer, !frozen);
    if (!freezer.unified) request(freezer, frozen);
  }
}
