import type { Abortable } from "../../base/abortable.ts";
import type { ContainerId } from "../../base/brand.ts";
import { type EngineError, fail } from "../../base/errors.ts";
import type { Graph } from "../../base/graph.ts";
import type { ContainerConfig } from "../../model/container.ts";
import { awaitConditions, awaitedEdges } from "../conditions/await.ts";
import { initLocked } from "../containers/init.ts";
import { type LockedContainer, withContainer } from "../containers/locked.ts";
import { isRunning } from "../containers/observe.ts";
import { startLocked } from "../containers/start.ts";
import { tearDown } from "../containers/teardown.ts";
import type { EngineDeps } from "../deps.ts";
import { namespaceDonors } from "./graph.ts";
import { asEngineError, type MemberFailure } from "./outcome.ts";

export interface MemberStartOptions extends Abortable {
  readonly members: readonly ContainerConfig[];
  /** The one init container that shall run; all others are nodes that are passed by. */
  readonly runInit?: ContainerId;
}

/**
 * Starts containers along their dependency graph as a pipeline (DESIGN section 4): a member goes through OCI create as soon as
 * the containers whose namespaces it joins have, while the network of the infra container is still being set up, and is
 * started when everything it depends on runs. One that needs more of a dependency than that it was started waits before anything
 * is made for it.
 *
 * @returns the containers that failed, each with its own error or that of its dependency
 */
export async function startMembers(
  deps: EngineDeps,
  graph: Graph<ContainerId>,
  options: MemberStartOptions,
): Promise<readonly MemberFailure[]> {
  const created = new Map(graph.nodes.map((id) => [id, Promise.withResolvers<boolean>()]));
  const started = new Map(graph.nodes.map((id) => [id, Promise.withResolvers<boolean>()]));
  const byId = new Map(options.members.map((m) => [m.id, m]));
  const errors = new Map<ContainerId, EngineError>();

  const runNode = async (id: ContainerId): Promise<void> => {
    const config = byId.get(id);
    const node: Node = {
      id,
      donorsCreated: async () =>
        allTrue(
          await Promise.all(
            (config === undefined ? [] : namespaceDonors(config)).map((d) => created.get(d)?.promise ?? true),
          ),
        ),
      dependenciesStarted: async () =>
        allTrue(await Promise.all(graph.dependenciesOf(id).map((d) => started.get(d)?.promise ?? true))),
      onCreated: () => created.get(id)?.resolve(true),
      config,
    };
    try {
      if (config === undefined || (config.initType !== undefined && id !== options.runInit)) return;
      await startNode(deps, node, options);
    } catch (error) {
      errors.set(id, asEngineError(error));
    } finally {
      created.get(id)?.resolve(!errors.has(id));
      started.get(id)?.resolve(!errors.has(id));
    }
  };
  await Promise.all(graph.nodes.map((id) => runNode(id)));
  return [...errors].map(([container, error]) => ({ container, error }));
}

interface Node {
  readonly id: ContainerId;
  readonly config: ContainerConfig | undefined;
  readonly donorsCreated: () => Promise<boolean>;
  readonly dependenciesStarted: () => Promise<boolean>;
  readonly onCreated: () => void;
}

const allTrue = (values: readonly boolean[]) => values.every(Boolean);

async function startNode(deps: EngineDeps, node: Node, options: MemberStartOptions): Promise<void> {
  const poisoned = () => fail("DEPENDENCY_FAILED", { id: node.id });
  if (!(await node.donorsCreated())) throw poisoned();
  const { config } = node;
  if (config !== undefined && awaitedEdges(config).length > 0 && !isRunning(deps, config.id)) {
    // It may take long, so neither its lock is held meanwhile nor anything made for it.
    if (!(await node.dependenciesStarted())) throw poisoned();
    await awaitConditions(deps, config, options);
  }
  await withContainer(
    deps,
    node.id,
    async (container) => {
      if (container.status === "running") {
        node.onCreated();
        if (!(await node.dependenciesStarted())) throw poisoned();
        return;
      }
      if (container.status === "paused")
        throw fail("CONTAINER_STATE", { message: `cannot start paused container ${node.id}` });
      const fresh = await create(deps, container, { node, options });
      if (!(await node.dependenciesStarted())) {
        if (fresh) await tearDown(deps, container);
        throw poisoned();
      }
      await startLocked(deps, container, options);
    },
    options,
  );
}

/** OCI create, bounded by the engine's pool; true if it was done here. */
async function create(
  deps: EngineDeps,
  container: LockedContainer,
  work: { readonly node: Node; readonly options: Abortable },
): Promise<boolean> {
  if (!["created", "exited", "stopped"].includes(container.status)) return false;
  const { signal } = work.options;
  await deps.pool.run(() =>
    initLocked(deps, container, { onCreated: work.node.onCreated, ...(signal === undefined ? {} : { signal }) }),
  );
  return true;
}
