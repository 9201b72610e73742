import type { Abortable } from "../../base/abortable.ts";
import type { Report } from "../api/containers.ts";
import type { EngineDeps } from "../deps.ts";
import { listContainers } from "./list.ts";
import { removeContainer } from "./remove.ts";
import { forEachSelected } from "./select.ts";

const IDLE = ["created", "exited", "stopped", "initialized"];

/** Removes every container that does not run and belongs to no pod's infra, as podman-container-prune(1). */
export async function pruneContainers(
  deps: EngineDeps,
  options: Abortable & { readonly filters?: Readonly<Record<string, readonly string[]>> },
): Promise<readonly Report[]> {
  const rows = listContainers(deps, {
    all: true,
    ...(options.filters === undefined ? {} : { filters: options.filters }),
  });
  const refs = rows.filter((row) => IDLE.includes(row.status) && !row.config.isInfra).map((row) => row.config.id);
  return forEachSelected(deps, { refs }, { ...options, apply: (id) => removeContainer(deps, id, { volumes: true }) });
}
