import type { ContainerId } from "../../base/brand.ts";
import { createGraph, type Graph } from "../../base/graph.ts";
import type { ContainerConfig } from "../../model/container.ts";

/** Ids of the containers whose namespaces a container joins. */
export function namespaceDonors(config: ContainerConfig): readonly ContainerId[] {
  const modes = Object.values(config.namespaces);
  return [...new Set(modes.flatMap((mode) => (mode.mode === "container" ? [mode.id] : [])))];
}

/** Everything that a container needs to run before it: namespace donors and declared requirements (spec/pods.md 4.1). */
export function dependenciesOf(config: ContainerConfig): readonly ContainerId[] {
  return [...new Set([...namespaceDonors(config), ...config.dependsOn.map((d) => d.id)])];
}

/**
 * The dependency graph of some containers. With `closed: false`, edges to containers outside are left out.
 *
 * @throws INTERNAL for an edge out of the set, DEPENDENCY_CYCLE
 */
export function containerGraph(
  containers: readonly ContainerConfig[],
  options: { readonly closed: boolean } = { closed: true },
): Graph<ContainerId> {
  const known = new Set(containers.map((c) => c.id));
  return createGraph(
    containers.map((config) => ({
      node: config.id,
      needs: dependenciesOf(config).filter((id) => options.closed || known.has(id)),
    })),
  );
}
