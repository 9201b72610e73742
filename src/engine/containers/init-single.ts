import type { Abortable } from "../../base/abortable.ts";
import type { ContainerId } from "../../base/brand.ts";
import type { EngineDeps } from "../deps.ts";
import { initLocked } from "./init.ts";
import { withContainer } from "./locked.ts";

/** Takes one container through OCI create without starting it (`minke init`). Throws CONTAINER_STATE. */
export async function initContainer(deps: EngineDeps, id: ContainerId, options: Abortable = {}): Promise<void> {
  await withContainer(deps, id, async (container) => initLocked(deps, container, options), options);
}
