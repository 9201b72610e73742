import type { Abortable } from "../../base/abortable.ts";
import type { ContainerId } from "../../base/brand.ts";
import { fail } from "../../base/errors.ts";
import type { ContainerConfig } from "../../model/container.ts";
import { awaitConditions, judgeEdge } from "../conditions/await.ts";
import type { EngineDeps } from "../deps.ts";
import { containerGraph, dependenciesOf } from "../pods/graph.ts";
import { LockedPod } from "../pods/locked.ts";
import { startMembers } from "../pods/member-start.ts";
import { initLocked } from "./init.ts";
import { withContainer } from "./locked.ts";
import { isRunning } from "./observe.ts";
import { restartContainer } from "./restart.ts";
import { type StartOptions, startLocked } from "./start.ts";

/**
 * Starts one container after everything it depends on (spec/pods.md 4.6): the whole closure, in dependency order. A member of
 * a pod is started under the pod's lock, so that it does not cross a pod start or stop. Init containers of the pod do not
 * run.
 *
 * @throws CONTAINER_STATE if it is paused or being removed, INTERNAL if a dependency can't be started, DEPENDENCY_CONDITION,
 *   DEPENDENCY_TIMEOUT
 */
export async function startWithDependencies(
  deps: EngineDeps,
  id: ContainerId,
  options: StartOptions = {},
): Promise<"started" | "already running"> {
  return afterDependencies(deps, id, {
    ...options,
    body: async (config) => {
      if (!isRunning(deps, id)) await awaitConditions(deps, config, options);
      return withContainer(
        deps,
        id,
        async (container) => {
          if (container.status === "running") return "already running";
          await startLocked(deps, container, options);
          return "started";
        },
        options,
      );
    },
  });
}

/** Restarts one container, after everything it depends on has been started. Throws as `startWithDependencies`. */
export async function restartWithDependencies(
  deps: EngineDeps,
  id: ContainerId,
  options: Abortable & { readonly timeout?: number } = {},
): Promise<void> {
  await afterDependencies(deps, id, { ...options, body: () => restartContainer(deps, id, options) });
}

/** Takes one container through OCI create, after everything it depends on has been started. Throws CONTAINER_STATE. */
export async function initWithDependencies(deps: EngineDeps, id: ContainerId, options: Abortable = {}): Promise<void> {
  const body = () => withContainer(deps, id, async (container) => initLocked(deps, container, options), options);
  await afterDependencies(deps, id, { ...options, body });
}

/** Runs `body` once all that a container depends on runs, under the lock of its pod if it is in one. */
async function afterDependencies<T>(
  deps: EngineDeps,
  id: ContainerId,
  work: Abortable & { readonly body: (config: ContainerConfig) => Promise<T> },
): Promise<T> {
  const config = deps.store.read((tx) => tx.containers.get(id));
  if (config === undefined) throw fail("NO_SUCH_CONTAINER", { ref: id });
  await using _pod = config.pod === undefined ? undefined : await LockedPod.acquire(deps, config.pod, work);
  await startDependencies(deps, config, work);
  return await work.body(config);
}

async function startDependencies(deps: EngineDeps, config: ContainerConfig, options: Abortable): Promise<void> {
  const needed = closure(deps, config);
  if (needed.length === 0) return;
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const failed = await startMembers(deps, containerGraph(needed, { closed: false }), { ...signal, members: needed });
  options.signal?.throwIfAborted();
  const [first] = failed;
  if (first !== undefined)
    throw fail(
      "INTERNAL",
      {
        message: `unable to start container ${config.id}: starting dependency ${first.container}: ${first.error.message}`,
      },
      { cause: first.error },
    );
}

/** What is to run before a container. A job that was done in this boot is not done again. */
function neededBy(deps: EngineDeps, config: ContainerConfig): readonly ContainerId[] {
  const open = config.dependsOn.filter((edge) => edge.condition !== "completed" || judgeEdge(deps, edge).is !== "met");
  return dependenciesOf({ ...config, dependsOn: open });
}

function closure(deps: EngineDeps, config: ContainerConfig): readonly ContainerConfig[] {
  const found = new Map<ContainerId, ContainerConfig>();
  const visit = (id: ContainerId) => {
    if (found.has(id) || id === config.id) return;
    const dependency = deps.store.read((tx) => tx.containers.get(id));
    if (dependency === undefined) throw fail("NO_SUCH_CONTAINER", { ref: id });
    found.set(id, dependency);
    neededBy(deps, dependency).forEach(visit);
  };
  neededBy(deps, config).forEach(visit);
  return [...found.values()];
}
