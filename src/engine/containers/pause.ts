import type { Abortable } from "../../base/abortable.ts";
import type { ContainerId } from "../../base/brand.ts";
import { fail } from "../../base/errors.ts";
import type { EngineDeps } from "../deps.ts";
import { withContainer } from "./locked.ts";

interface Direction {
  readonly from: "running" | "paused";
  readonly frozen: boolean;
  readonly event: "pause" | "unpause";
  readonly refusal: (id: string, status: string) => string;
}

const PAUSE: Direction = {
  from: "running",
  frozen: true,
  event: "pause",
  refusal: (id, status) =>
    status === "paused" ? `"${id}" is already paused` : `"${status}" is not running, can't pause`,
};

const UNPAUSE: Direction = {
  from: "paused",
  frozen: false,
  event: "unpause",
  refusal: (id) => `"${id}" is not paused, can't unpause`,
};

/** Freezes every process of a running container. Throws CONTAINER_STATE in any other state. */
export async function pauseContainer(deps: EngineDeps, id: ContainerId, options: Abortable = {}): Promise<void> {
  await turn(deps, id, { ...options, direction: PAUSE });
}

/** Lets a paused container go on. Throws CONTAINER_STATE in any other state. */
export async function unpauseContainer(deps: EngineDeps, id: ContainerId, options: Abortable = {}): Promise<void> {
  await turn(deps, id, { ...options, direction: UNPAUSE });
}

async function turn(
  deps: EngineDeps,
  id: ContainerId,
  options: Abortable & { readonly direction: Direction },
): Promise<void> {
  const { direction } = options;
  await withContainer(
    deps,
    id,
    async (container) => {
      const { status, state } = container;
      if (status !== direction.from || state?.cgroupPath === undefined)
        throw fail("CONTAINER_STATE", { message: direction.refusal(id, status) });
      await deps.host.cgroups.setFrozen(state.cgroupPath, direction.frozen, options);
      container.patch({ paused: direction.frozen });
      await container.emit(direction.event);
    },
    options,
  );
}
