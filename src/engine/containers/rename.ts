import type { Abortable } from "../../base/abortable.ts";
import type { ContainerId } from "../../base/brand.ts";
import { fail } from "../../base/errors.ts";
import type { EngineDeps } from "../deps.ts";
import { containerEvent } from "../event-subject.ts";
import { type LockedContainer, withContainer } from "./locked.ts";

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/** Gives a container another name. Throws INVALID_ARGUMENT for a malformed one, RENAME_IN_USE. */
export async function renameContainer(
  deps: EngineDeps,
  id: ContainerId,
  request: Abortable & { readonly name: string },
): Promise<void> {
  const { name } = request;
  if (!NAME.test(name))
    throw fail("INVALID_ARGUMENT", { message: "names must match [a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument" });
  const rename = async (container: LockedContainer) => {
    const config = { ...container.config, name };
    await deps.store.write((tx) => {
      const holder = tx.containers.byName(name) ?? tx.pods.byName(name);
      if (holder !== undefined && holder.id !== id)
        throw fail("RENAME_IN_USE", { id, name, holder: "rootfs" in holder ? "container" : "pod" });
      tx.containers.replace(config);
      tx.events.add(containerEvent(config, "rename"));
    });
  };
  await withContainer(deps, id, rename, request);
}
