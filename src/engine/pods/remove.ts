import type { Abortable } from "../../base/abortable.ts";
import type { ContainerId, PodId } from "../../base/brand.ts";
import { fail, hasCode } from "../../base/errors.ts";
import { walk } from "../../base/graph.ts";
import type { ContainerConfig } from "../../model/container.ts";
import { removeContainer } from "../containers/remove.ts";
import type { EngineDeps } from "../deps.ts";
import { podEvent } from "../event-subject.ts";
import { removePodCgroup } from "./cgroup.ts";
import { containerGraph } from "./graph.ts";
import { type LockedPod, withPod } from "./locked.ts";
import { asEngineError, failIfPartial, type MemberFailure } from "./outcome.ts";
import { settleService } from "./service.ts";

export interface PodRemoveOptions extends Abortable {
  /** Also members that run or are paused. */
  readonly force?: boolean;
  /** Seconds before SIGKILL; absent is each member's own. */
  readonly timeout?: number;
}

/**
 * Removes a pod by its id, and its service container with the last pod that names it.
 *
 * @param options.keepService the service container stays
 * @throws NO_SUCH_POD; PartialFailure when a member stays, and then the pod stays too
 */
export async function removePodById(
  deps: EngineDeps,
  id: PodId,
  options: PodRemoveOptions & { readonly keepService?: boolean } = {},
): Promise<void> {
  const { keepService, ...rest } = options;
  const service = await withPod(
    deps,
    id,
    async (pod) => {
      await removePod(deps, pod, rest);
      return pod.config.serviceContainer;
    },
    options,
  );
  if (keepService !== true)
    await settleService(deps, service, options.signal === undefined ? {} : { signal: options.signal });
}

/**
 * Removes a pod with its members, dependants before what they depend on, independent ones in parallel (spec/pods.md 3.8).
 * Without force, a member that runs stays, and the pod with it; a running infra is no hindrance.
 */
export async function removePod(deps: EngineDeps, pod: LockedPod, options: PodRemoveOptions = {}): Promise<void> {
  const members = pod.members();
  const failed = await removeMembers(deps, { members, options });
  options.signal?.throwIfAborted();
  failIfPartial("removing", failed);
  removePodCgroup(deps, pod.config);
  await deps.store.write((tx) => {
    tx.pods.remove(pod.id);
    tx.events.add(podEvent(pod.config, "remove"));
  });
}

interface Removal {
  readonly members: readonly ContainerConfig[];
  readonly options: PodRemoveOptions;
}

async function removeMembers(deps: EngineDeps, removal: Removal): Promise<readonly MemberFailure[]> {
  const { members, options } = removal;
  const graph = graphOrUndefined(members, options);
  if (graph === undefined) return removeIgnoringGraph(deps, removal);
  const visits = await walk(graph, {
    direction: "inward",
    poisoned: (id) => fail("DEPENDENT_FAILED", { id, verb: "removed" }),
    visit: (id) => deps.pool.run(() => removeMember(deps, id, options)),
  });
  return [...visits].flatMap(([container, visit]) =>
    visit.ok ? [] : [{ container, error: asEngineError(visit.error) }],
  );
}

/** A graph that can't be built stops a removal without force; with it, dependencies are ignored. */
function graphOrUndefined(
  members: readonly ContainerConfig[],
  options: PodRemoveOptions,
): ReturnType<typeof containerGraph> | undefined {
  try {
    return containerGraph(members);
  } catch (error) {
    if (options.force === true) return undefined;
    throw error;
  }
}

async function removeIgnoringGraph(deps: EngineDeps, removal: Removal): Promise<readonly MemberFailure[]> {
  const failed: MemberFailure[] = [];
  for (const { id } of removal.members) {
    try {
      await removeMember(deps, id, { ...removal.options, ignoreDependants: true });
    } catch (error) {
      failed.push({ container: id, error: asEngineError(error) });
    }
  }
  return failed;
}

async function removeMember(
  deps: EngineDeps,
  id: ContainerId,
  options: PodRemoveOptions & { readonly ignoreDependants?: boolean },
): Promise<void> {
  try {
    await removeContainer(deps, id, { ...options, withPod: true, volumes: true });
  } catch (error) {
    if (!hasCode(error, "NO_SUCH_CONTAINER")) throw error;
  }
}
