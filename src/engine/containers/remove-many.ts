import type { ContainerId } from "../../base/brand.ts";
import { hasCode } from "../../base/errors.ts";
import { walk } from "../../base/graph.ts";
import type { ContainerSelection, RemoveOptions, Report } from "../api/containers.ts";
import type { EngineDeps } from "../deps.ts";
import { containerGraph } from "../pods/graph.ts";
import { asEngineError } from "../pods/outcome.ts";
import { removePodById } from "../pods/remove.ts";
import type { Selected } from "../report.ts";
import { removeContainer } from "./remove.ts";
import { selectContainers } from "./select.ts";

/**
 * Removes several containers, dependants before what they depend on. With `depend`, and always with `all`, dependants that were
 * not named go first, and an infra container takes its pod with it.
 */
export async function removeContainers(
  deps: EngineDeps,
  selection: ContainerSelection,
  options: RemoveOptions,
): Promise<readonly Report[]> {
  const { found, missing } = selectContainers(deps, selection);
  const depend = options.depend === true || "all" in selection;
  const targets = depend ? withDependants(deps, found) : found;
  const configs = targets.flatMap(({ id }) => deps.store.read((tx) => tx.containers.get(id)) ?? []);
  const inputs = new Map(targets.map((t) => [t.id, t.input]));
  const failures = new Map<ContainerId, unknown>();
  const visits = await walk(containerGraph(configs, { closed: false }), {
    direction: "inward",
    poisoned: (_id, because) => failures.get(because),
    visit: (id) =>
      deps.selectionPool.run(async () => {
        try {
          await removeNamed(deps, id, { ...options, depend });
        } catch (error) {
          failures.set(id, error);
          throw error;
        }
      }),
  });
  options.signal?.throwIfAborted();
  return [
    ...[...visits].map(([id, visit]): Report => {
      const input = inputs.get(id) ?? id;
      return visit.ok ? { input, ok: true, id } : { input, ok: false, error: asEngineError(visit.error) };
    }),
    ...missing,
  ];
}

async function removeNamed(deps: EngineDeps, id: ContainerId, options: RemoveOptions): Promise<void> {
  const config = deps.store.read((tx) => tx.containers.get(id));
  if (config === undefined) return;
  try {
    if (config.isInfra && config.pod !== undefined && options.depend === true)
      await removePodById(deps, config.pod, options);
    else await removeContainer(deps, id, options);
  } catch (error) {
    // Auto-removed, or gone with its pod, meanwhile: it is removed, which is what was asked.
    if (!hasCode(error, "NO_SUCH_CONTAINER") && !hasCode(error, "NO_SUCH_POD")) throw error;
  }
}

function withDependants(deps: EngineDeps, found: readonly Selected[]): readonly Selected[] {
  const all = new Map(found.map((f) => [f.id, f]));
  const visit = (id: ContainerId) => {
    for (const dependant of deps.store.read((tx) => tx.containers.dependants(id))) {
      if (all.has(dependant)) continue;
      all.set(dependant, { input: dependant, id: dependant });
      visit(dependant);
    }
  };
  for (const { id } of found) visit(id);
  return [...all.values()];
}
