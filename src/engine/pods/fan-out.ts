import type { Abortable } from "../../base/abortable.ts";
import type { ContainerId } from "../../base/brand.ts";
import type { EngineEvent } from "../../model/events.ts";
import { isStateRefusal } from "../containers/cleanup.ts";
import type { EngineDeps } from "../deps.ts";
import { podEvent } from "../event-subject.ts";
import type { LockedPod } from "./locked.ts";
import { asEngineError, failIfPartial, type MemberFailure } from "./outcome.ts";

type PodAction = Extract<EngineEvent, { type: "pod" }>["action"];

/** A verb that is the same for every member, whatever the order (DESIGN section 4, "fan-out"). */
export interface FanOut extends Abortable {
  /** As the partial failure names it, e.g. `pausing`. */
  readonly action: string;
  /** Recorded before the members are touched, whatever becomes of them (spec/pods.md 3.3). */
  readonly event?: PodAction;
  readonly apply: (id: ContainerId) => Promise<void>;
}

/**
 * Applies a container verb to every member in parallel under the engine's bound. Members in a state that the verb is not
 * for are left alone without an error.
 *
 * @throws PartialFailure naming each member that failed
 */
export async function fanOut(deps: EngineDeps, pod: LockedPod, verb: FanOut): Promise<void> {
  const { event } = verb;
  const members = pod.members();
  if (event !== undefined) await deps.store.write((tx) => tx.events.add(podEvent(pod.config, event)));
  const failures = await Promise.all(members.map((member) => deps.pool.run(() => attempt(verb, member.id))));
  failIfPartial(
    verb.action,
    failures.filter((failure) => failure !== undefined),
  );
}

async function attempt(verb: FanOut, container: ContainerId): Promise<MemberFailure | undefined> {
  try {
    await verb.apply(container);
    return undefined;
  } catch (error) {
    verb.signal?.throwIfAborted();
    return isStateRefusal(error) ? undefined : { container, error: asEngineError(error) };
  }
}
