import type { Abortable } from "../../base/abortable.ts";
import type { ContainerId } from "../../base/brand.ts";
import { fail, hasCode } from "../../base/errors.ts";
import { createGraph, type Graph, walk } from "../../base/graph.ts";
import { cleanupContainer, isStateRefusal } from "../containers/cleanup.ts";
import { stopContainer } from "../containers/stop.ts";
import type { EngineDeps } from "../deps.ts";
import { podEvent } from "../event-subject.ts";
import { containerGraph } from "./graph.ts";
import type { LockedPod } from "./locked.ts";
import { asEngineError, failIfPartial } from "./outcome.ts";

export interface PodStopOptions extends Abortable {
  /** Seconds before SIGKILL; absent is each member's own. */
  readonly timeout?: number;
}

/**
 * Stops a pod's members along the dependency graph inwards: dependants first, infra last, independent ones in parallel, and
 * cleans each up (spec/pods.md 3.3, order of 5.5). The event comes first, whatever becomes of the members.
 *
 * @throws PartialFailure
 */
export async function stopPod(deps: EngineDeps, pod: LockedPod, options: PodStopOptions = {}): Promise<void> {
  const graph = stopGraph(pod);
  await deps.store.write((tx) => tx.events.add(podEvent(pod.config, "stop")));
  const visits = await walk(graph, {
    direction: "inward",
    poisoned: (id) => fail("DEPENDENT_FAILED", { id, verb: "stopped" }),
    visit: (id) => deps.pool.run(() => stopMember(deps, id, options)),
  });
  options.signal?.throwIfAborted();
  failIfPartial(
    "stopping",
    [...visits].flatMap(([container, visit]) => (visit.ok ? [] : [{ container, error: asEngineError(visit.error) }])),
  );
}

/** What stands in a cycle can be stopped too, in no order (spec/pods.md 3.3). */
function stopGraph(pod: LockedPod): Graph<ContainerId> {
  const members = pod.members();
  try {
    return containerGraph(members, { closed: false });
  } catch (error) {
    if (!hasCode(error, "DEPENDENCY_CYCLE")) throw error;
    return createGraph(members.map(({ id }) => ({ node: id, needs: [] })));
  }
}

async function stopMember(deps: EngineDeps, id: ContainerId, options: PodStopOptions): Promise<void> {
  try {
    await stopContainer(deps, id, options);
  } catch (error) {
    if (isStateRefusal(error)) return;
    throw error;
  }
  await cleanupMember(deps, id, options);
}

/** Cleans a stopped member up; one that the exit command removed or cleaned meanwhile is fine. */
async function cleanupMember(deps: EngineDeps, id: ContainerId, options: PodStopOptions): Promise<void> {
  try {
    await cleanupContainer(deps, id, {
      stoppedOnly: true,
      insidePodVerb: true,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  } catch (error) {
    if (!isStateRefusal(error) && deps.store.read((tx) => tx.containers.get(id)) !== undefined) throw error;
  }
}
