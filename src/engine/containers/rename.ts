import type { ContainerId } from "../../base/brand.ts";
import { fail } from "../../base/errors.ts";
import type { EngineDeps } from "../deps.ts";
import { containerEvent } from "../event-subject.ts";
import { withContainer } from "./locked.ts";

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/** Gives a container another name. Throws BAD_NAME, NAME_IN_USE. */
export async function renameContainer(deps: EngineDeps, id: ContainerId, name: string): Promise<void> {
  if (!NAME.test(name)) throw fail("BAD_NAME", { name });
  await withContainer(deps, id, async (container) => {
    const config = { ...container.config, name };
    await deps.store.write((tx) => {
      tx.containers.replace(config);
      tx.events.add(containerEvent(config, "rename"));
    });
  });
}
