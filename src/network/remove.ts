import type { Abortable } from "../base/abortable.ts";
import type { ContainerId } from "../base/brand.ts";
import { fail } from "../base/errors.ts";
import type { Netavark } from "../drivers/netavark/driver.ts";
import type { NetworkDefinition } from "../model/network.ts";
import type { AttachDeps } from "./attach.ts";
import { netavarkKey } from "./default-network.ts";
import { formatAddress } from "./ip.ts";
import { poolOf } from "./ipam.ts";

export interface RemoveDeps extends AttachDeps {
  readonly netavark: Pick<Netavark, "bridgeExists">;
}

/**
 * Removes a network with everything of it on the host.
 *
 * @param deps parts of the network service
 * @param network what to remove
 * @param options.removeContainers removes its users first; absent, a network with users is not removed
 * @returns the network's name
 * @throws NETWORK_IN_USE, INVALID_ARGUMENT (the default network), NETWORK_FAILED
 */
export async function removeNetwork(
  deps: RemoveDeps,
  network: NetworkDefinition,
  options: Abortable & {
    readonly removeContainers?: ((ids: readonly ContainerId[], options: Abortable) => Promise<void>) | undefined;
  },
): Promise<string> {
  if (deps.catalog.isDefault(network))
    throw fail("INVALID_ARGUMENT", { message: `default network ${network.name} cannot be removed` });
  const users = deps.catalog.users(network);
  const abortable = options.signal === undefined ? {} : { signal: options.signal };
  if (users.length > 0) await options.removeContainers?.(users, abortable);
  using _lock = await deps.registry.lock(abortable);
  await deps.catalog.forget(network, abortable);
  if (network.driver === "bridge" && deps.netavark.bridgeExists(network.interfaceName)) await sweep(deps, network);
  return network.name;
}

/** The bridge went with the last container, unless an engine was killed then. */
async function sweep(deps: RemoveDeps, network: NetworkDefinition): Promise<void> {
  using _lock = await deps.registry.lockNetavark();
  const key = netavarkKey(deps.config.root, network.name);
  const staticIps = network.subnets.map((subnet) => {
    const pool = poolOf(subnet);
    return formatAddress({ version: pool.block.version, value: pool.start });
  });
  const one = { key, definition: network, interfaceName: "eth0", staticIps, aliases: [] };
  await deps.joiner.teardown(
    "/nonexistent",
    { containerId: network.id, containerName: network.name, ports: [], dnsServers: [], networks: [one] },
    { last: new Set([key]) },
  );
}
