import type { ContainerId } from "../../base/brand.ts";
import { fail } from "../../base/errors.ts";
import type { EngineDeps } from "../deps.ts";
import { containerEvent } from "../event-subject.ts";
import { withContainer } from "./locked.ts";

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/** Gives a container another name. Throws BAD_NAME, NAME_IN_USE. */
export async function renameContainer(deps: EngineDeps, id: ContainerId, name: string): Promise<void> {
  if (!NAME.test(name))
    throw fail("INVALID_ARGUMENT", { message: "names must match [a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument" });
  await withContainer(deps, id, async (container) => {
    const config = { ...container.config, name };
    await deps.store.write((tx) => {
      const holder = tx.containers.byName(name) ?? tx.pods.byName(name);
      if (holder !== undefined && holder.id !== id)
        throw fail("RENAME_IN_USE", { id, name, holder: "rootfs" in holder ? "container" : "pod" });
      tx.containers.replace(config);
      tx.events.add(containerEvent(config, "rename"));
    });
  });
}
