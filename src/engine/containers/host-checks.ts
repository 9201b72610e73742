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
export function checkAgainstHost(deps: EngineDeps, config: ContainerConfig): void {
  for (const { network } of config.network.attachments) deps.networks.resolve(network);
  for (const mount of config.mounts)
    if (mount.type === "bind" && deps.host.inodes.stat(mount.source) === undefined)
      throw fail("INVALID_ARGUMENT", { message: `statfs ${mount.source}: no such file or directory` });
  if (config.devices.length > 0) hostNodes(deps, config);
}
