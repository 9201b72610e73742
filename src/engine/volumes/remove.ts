import { dirname, join } from "node:path";
import type { Abortable } from "../../base/abortable.ts";
import { fail, hasCode } from "../../base/errors.ts";
import { isHostError } from "../../base/host-error.ts";
import type { EngineDeps } from "../deps.ts";

/**
 * Removes a volume and its data.
 *
 * @throws NO_SUCH_VOLUME, VOLUME_IN_USE naming the containers
 */
export async function removeVolume(deps: EngineDeps, name: string, options: Abortable = {}): Promise<void> {
  await using _held = await deps.locks.named("volume", name, options);
  const volume = await deps.store.write((tx) => {
    const found = tx.volumes.get(name);
    if (found === undefined) throw fail("NO_SUCH_VOLUME", { name });
    const containers = tx.volumes.users(name);
    if (containers.length > 0) throw fail("VOLUME_IN_USE", { name, containers });
    tx.volumes.remove(name);
    tx.events.add({ type: "volume", action: "remove", name });
    return found;
  }, options);
  deps.host.files.removeTree(dirname(volume.mountpoint));
}

/** Removes volumes that belonged to a removed container; one that is used elsewhere stays. */
export async function removeAnonymousVolumes(deps: EngineDeps, names: readonly string[]): Promise<void> {
  for (const name of names) {
    try {
      await removeVolume(deps, name);
    } catch (error) {
      if (!hasCode(error, "VOLUME_IN_USE") && !hasCode(error, "NO_SUCH_VOLUME")) throw error;
    }
  }
}

/** Removes directories without a volume: an engine was killed while it made or removed one. */
export async function sweepVolumes(deps: EngineDeps): Promise<void> {
  for (const name of volumeDirectories(deps)) {
    const isKnown = () => deps.store.read((tx) => tx.volumes.get(name)) !== undefined;
    if (isKnown()) continue;
    await using _held = await deps.locks.named("volume", name);
    if (!isKnown()) deps.host.files.removeTree(join(deps.paths.volumes, name));
  }
}

function volumeDirectories(deps: EngineDeps): readonly string[] {
  try {
    return deps.host.files.list(deps.paths.volumes);
  } catch (error) {
    if (isHostError(error, "ENOENT")) return [];
    throw error;
  }
}
