import type { Abortable } from "../../base/abortable.ts";
import type { ContainerId } from "../../base/brand.ts";
import { fail, hasCode } from "../../base/errors.ts";
import type { ContainerSelection, Report } from "../api/containers.ts";
import type { EngineDeps } from "../deps.ts";
import { asEngineError } from "../pods/outcome.ts";
import { reportOf, type Selected } from "../report.ts";

/** The containers that a selection names; or none, and a report on the first that is not there. */
export function selectContainers(
  deps: EngineDeps,
  selection: ContainerSelection,
): { readonly found: readonly Selected[]; readonly missing: readonly Report[] } {
  if ("all" in selection) {
    const all = deps.store.read((tx) => tx.containers.list());
    return { found: all.map(({ id }) => ({ input: id, id })), missing: [] };
  }
  if ("latest" in selection) {
    const latest = deps.store.read((tx) => tx.containers.list()).at(-1);
    if (latest === undefined) throw fail("NO_SUCH_CONTAINER", { ref: "latest" });
    return { found: [{ input: latest.id, id: latest.id }], missing: [] };
  }
  const found: Selected[] = [];
  const missing: Report[] = [];
  for (const input of selection.refs) {
    try {
      const id = deps.store.read((tx) => tx.containers.resolve(input));
      if (!found.some((f) => f.id === id)) found.push({ input, id });
    } catch (error) {
      if (selection.ignoreMissing === true && hasCode(error, "NO_SUCH_CONTAINER")) continue;
      missing.push({ input, ok: false, error: asEngineError(error) });
    }
  }
  // As podman: a name that is wrong keeps the verb from touching the others.
  return missing.length > 0 ? { found: [], missing: missing.slice(0, 1) } : { found, missing };
}

export interface EachOptions extends Abortable {
  /** Errors that count as "nothing to do". */
  readonly ignore?: (error: unknown) => boolean;
}

/** Applies a verb to every selected container, in parallel under the engine's bound; never throws for one of them, only the signal's reason. */
export async function forEachSelected(
  deps: EngineDeps,
  selection: ContainerSelection,
  verb: EachOptions & { readonly apply: (id: ContainerId) => Promise<void> },
): Promise<readonly Report[]> {
  const { found, missing } = selectContainers(deps, selection);
  const reports = await Promise.all(
    found.map(({ input, id }) =>
      deps.selectionPool.run(() =>
        reportOf(input, async () => {
          try {
            await verb.apply(id);
          } catch (error) {
            verb.signal?.throwIfAborted();
            if (verb.ignore?.(error) !== true) throw error;
          }
          return id;
        }),
      ),
    ),
  );
  verb.signal?.throwIfAborted();
  return [...reports, ...missing];
}
