import { join } from "node:path";
import type { Abortable } from "../../base/abortable.ts";
import { fail } from "../../base/errors.ts";
import type { VolumeDefinition } from "../../model/volume.ts";
import type { VolumeCreateOptions } from "../api/system.ts";
import type { EngineDeps } from "../deps.ts";

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/**
 * Creates a named volume with an empty directory.
 *
 * @param options.anonymous it goes with its container
 * @throws VOLUME_EXISTS, INVALID_ARGUMENT for a bad name, driver or option
 */
export async function createVolume(
  deps: EngineDeps,
  options: VolumeCreateOptions & { readonly anonymous?: boolean } = {},
  io: Abortable = {},
): Promise<VolumeDefinition> {
  const name = options.name ?? randomName(deps);
  if (!NAME.test(name))
    throw fail("INVALID_ARGUMENT", {
      message: `running volume create option: names must match [a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument`,
    });
  if (options.driver !== undefined && options.driver !== "" && options.driver !== "local")
    throw fail("INVALID_ARGUMENT", { message: `volume driver "${options.driver}" is not supported: only "local" is` });
  await using _held = await deps.locks.named("volume", name, io);
  const existing = deps.store.read((tx) => tx.volumes.get(name));
  if (existing !== undefined) {
    if (options.ignoreExisting === true) return existing;
    throw fail("VOLUME_EXISTS", { name });
  }
  const directory = join(deps.paths.volumes, name);
  const mountpoint = join(directory, "_data");
  const volume: VolumeDefinition = {
    name,
    driver: "local",
    labels: options.labels ?? {},
    options: options.options ?? {},
    anonymous: options.anonymous ?? false,
    createdAt: deps.host.clock.now(),
    mountpoint,
    uid: 0,
    gid: 0,
    needsCopyUp: true,
  };
  const { files } = deps.host;
  // An engine that was killed between directory and record left it: nobody's data, and no start for a new volume.
  files.removeTree(directory);
  try {
    files.makeDir(directory, 0o700);
    files.makeDir(mountpoint, 0o755);
    await deps.store.write((tx) => {
      tx.volumes.insert(volume);
      tx.events.add({ type: "volume", action: "create", name });
    }, io);
  } catch (error) {
    files.removeTree(directory);
    throw error;
  }
  return volume;
}

function randomName(deps: EngineDeps): string {
  return Buffer.from(deps.host.random.bytes(32)).toString("hex");
}
