import type { Abortable } from "../../base/abortable.ts";
import type { ContainerId } from "../../base/brand.ts";
import { fail, hasCode } from "../../base/errors.ts";
import { type Graph, walk } from "../../base/graph.ts";
import type { ContainerConfig } from "../../model/container.ts";
import { withContainer } from "../containers/locked.ts";
import { removeContainer } from "../containers/remove.ts";
import { restartContainer } from "../containers/restart.ts";
import { waitContainer } from "../containers/wait.ts";
import type { EngineDeps } from "../deps.ts";
import { podEvent } from "../event-subject.ts";
import { containerGraph } from "./graph.ts";
import type { LockedPod } from "./locked.ts";
import { startMembers } from "./member-start.ts";
import { asEngineError, failIfPartial } from "./outcome.ts";
import { startService } from "./service.ts";

/**
 * Starts a pod (spec/pods.md 3.2): init containers one after another, then the members along their dependencies,
 * independent branches at the same time. A failed member poisons its dependants and nothing else; what runs already is
 * left alone.
 *
 * @throws INIT_FAILED, POD_NO_ROOT, DEPENDENCY_CYCLE before any member was touched; PartialFailure
 */
export async function startPod(deps: EngineDeps, pod: LockedPod, options: Abortable = {}): Promise<void> {
  await startService(deps, pod.config, options);
  await runInitContainers(deps, pod, options);
  const members = pod.members();
  const graph = rootedGraph(pod, members);
  const failed = await startMembers(deps, graph, { ...options, members });
  options.signal?.throwIfAborted();
  failIfPartial("starting", failed);
  await deps.store.write((tx) => tx.events.add(podEvent(pod.config, "start")));
}

/**
 * Restarts a pod in dependency order (spec/pods.md 3.6). Paused members are left alone; init containers do not run again.
 *
 * @throws POD_NO_ROOT, PartialFailure
 */
export async function restartPod(deps: EngineDeps, pod: LockedPod, options: Abortable = {}): Promise<void> {
  await startService(deps, pod.config, options);
  const members = pod.members();
  const graph = rootedGraph(pod, members);
  const byId = new Map(members.map((m) => [m.id, m]));
  const visits = await walk(graph, {
    direction: "outward",
    poisoned: (id) => fail("DEPENDENCY_FAILED", { id }),
    visit: (id) => deps.pool.run(() => restartMember(deps, byId.get(id), options)),
  });
  options.signal?.throwIfAborted();
  failIfPartial(
    "restarting",
    [...visits].flatMap(([container, visit]) => (visit.ok ? [] : [{ container, error: asEngineError(visit.error) }])),
  );
  await deps.store.write((tx) => {
    tx.events.add(podEvent(pod.config, "stop"));
    tx.events.add(podEvent(pod.config, "start"));
  });
}

async function restartMember(deps: EngineDeps, config: ContainerConfig | undefined, options: Abortable): Promise<void> {
  if (config === undefined || config.initType !== undefined) return;
  const status = await withContainer(deps, config.id, async (container) => container.status, options);
  if (status === "paused" || status === "unknown") return;
  await restartContainer(deps, config.id, options);
}

function rootedGraph(pod: LockedPod, members: readonly ContainerConfig[]): Graph<ContainerId> {
  const graph = containerGraph(members);
  if (graph.roots.length === 0) throw fail("POD_NO_ROOT", { id: pod.id });
  return graph;
}

async function runInitContainers(deps: EngineDeps, pod: LockedPod, options: Abortable): Promise<void> {
  const members = pod.members();
  for (const init of members.filter((m) => m.initType !== undefined)) {
    await runInit(deps, init, { ...options, members });
  }
}

async function runInit(
  deps: EngineDeps,
  init: ContainerConfig,
  options: Abortable & { readonly members: readonly ContainerConfig[] },
): Promise<void> {
  const needed = withDependencies(init, options.members);
  const [failure] = await startMembers(deps, containerGraph(needed, { closed: false }), {
    ...options,
    members: needed,
    runInit: init.id,
  });
  options.signal?.throwIfAborted();
  if (failure !== undefined) throw failure.error;
  const exitCode = await waitContainer(deps, init.id, options.signal === undefined ? {} : { signal: options.signal });
  if (exitCode !== 0) throw fail("INIT_FAILED", { id: init.id, exitCode });
  if (init.initType !== "once") return;
  try {
    await removeContainer(deps, init.id, {
      volumes: true,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  } catch (error) {
    if (!hasCode(error, "NO_SUCH_CONTAINER")) throw error;
  }
}

/** A container with everything it needs, transitively, among `members`. */
export function withDependencies(
  config: ContainerConfig,
  members: readonly ContainerConfig[],
): readonly ContainerConfig[] {
  const byId = new Map(members.map((m) => [m.id, m]));
  const graph = containerGraph(members, { closed: false });
  const needed = new Set<ContainerId>();
  const visit = (id: ContainerId) => {
    if (needed.has(id)) return;
    needed.add(id);
    graph.dependenciesOf(id).forEach(visit);
  };
  visit(config.id);
  return [...needed].flatMap((id) => byId.get(id) ?? []);
}
