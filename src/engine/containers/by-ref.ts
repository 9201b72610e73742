import { fail } from "../../base/errors.ts";
import type { ContainerConfig } from "../../model/container.ts";
import type { EngineDeps } from "../deps.ts";

/** The definition that a name, id or prefix means. Throws NO_SUCH_CONTAINER, CONTAINER_AMBIGUOUS. */
export function containerByRef(deps: Pick<EngineDeps, "store">, ref: string): ContainerConfig {
  return deps.store.read((tx) => {
    const config = tx.containers.get(tx.containers.resolve(ref));
    if (config === undefined) throw fail("NO_SUCH_CONTAINER", { ref });
    return config;
  });
}
