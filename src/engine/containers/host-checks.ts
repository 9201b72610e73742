import { fail } from "../../base/errors.ts";
import type { ContainerConfig } from "../../model/container.ts";
import type { EngineDeps } from "../deps.ts";
import { hostNodes } from "./device-setup.ts";

/**
 * Refuses a definition that names something this host has not: a network, the source of a bind, a device. Each is looked
 * at again when the container starts; here it is, so that a mistake shows at once and nothing is made (podman does so too).
 *
 * @throws NO_SUCH_NETWORK, INVALID_ARGUMENT naming the path
 */
export async function checkAgainstHost(deps: EngineDeps, config: ContainerConfig): Promise<void> {
  const { attachments } = config.network;
  if (attachments.length > 0) {
    const networks = await deps.networks();
    for (const { network } of attachments) networks.resolve(network);
  }
  for (const mount of config.mounts)
    if (mount.type === "bind" && deps.host.inodes.stat(mount.source) === undefined)
      throw fail("INVALID_ARGUMENT", { message: `statfs ${mount.source}: no such file or directory` });
  if (config.devices.length > 0) hostNodes(deps, config);
}
