import type { Abortable } from "../base/abortable.ts";
import type { ContainerId } from "../base/brand.ts";
import { fail } from "../base/errors.ts";
import type { NetworkDefinition } from "../model/network.ts";
import type { AttachDeps } from "./attach.ts";
import { netavarkKey } from "./default-network.ts";
import { formatAddress } from "./ip.ts";
import { poolOf } from "./ipam.ts";

/**
 * Removes a network with everything of it on the host.
 *
 * @param deps parts of the network service
 * @param network what to remove
 * @param removeContainers removes its users first; absent, a network with users is not removed
 * @returns the network's name
 * @throws NETWORK_IN_USE, INVALID_ARGUMENT (the default network), NETWORK_FAILED
 */
export async function removeNetwork(
  deps: AttachDeps,
  network: NetworkDefinition,
  removeContainers: ((ids: readonly ContainerId[], options: Abortable) => Promise<void>) | undefined,
): Promise<string> {
  if (deps.catalog.isDefault(network))
    throw fail("INVALID_ARGUMENT", { message: `default network ${network.name} cannot be removed` });
  const users = deps.catalog.users(network);
  if (users.length > 0 && removeContainers) await removeContainers(users, {});
  using _lock = await deps.registry.lock();
  await deps.catalog.forget(network, {});
  if (network.driver === "bridge" && deps.netavark.bridgeExists(network.interfaceName)) await sweep(deps, network);
  return network.name;
}

/** The bridge went with the last container, unless an engine was killed then. */
async function sweep(deps: AttachDeps, network: NetworkDefinition): Promise<void> {
  using _lock = await deps.registry.lockNetavark();
  const key = netavarkKey(deps.config.root, network.name);
  const staticIps = network.subnets.map((subnet) => {
    const pool = poolOf(subnet);
    return formatAddress({ version: pool.block.version, value: pool.start });
  });
  const one = { key, definition: network, interfaceName: "eth0", staticIps, aliases: [] };
  await deps.netavark.teardown(
    "/nonexistent",
    { containerId: network.id, containerName: network.name, ports: [], dnsServers: [], networks: [one] },
    { last: new Set([key]) },
  );
}
