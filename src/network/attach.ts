import type { Abortable } from "../base/abortable.ts";
import { fail, hasCode, messageOf } from "../base/errors.ts";
import type { EngineConfig } from "../config/config.ts";
import type { NetworkReply } from "../drivers/netavark/reply.ts";
import type { NetavarkRequest, NetworkRequest } from "../drivers/netavark/request.ts";
import type { NetworkNamespaces } from "../host/ports.ts";
import type { NetworkAttachment } from "../model/container.ts";
import type { NetworkResult } from "../model/container-state.ts";
import type { NetworkDefinition } from "../model/network.ts";
import type { Store } from "../store/repositories.ts";
import type { Catalog } from "./catalog.ts";
import { netavarkKey } from "./default-network.ts";
import { blockHolds, formatAddress, parseAddress } from "./ip.ts";
import { leaseAddresses, poolOf } from "./ipam.ts";
import type { Joiner } from "./joiner.ts";
import type { Registry } from "./registry.ts";
import type { AttachRequest } from "./service.ts";

export interface AttachDeps {
  readonly store: Store;
  readonly config: Pick<EngineConfig, "root">;
  readonly catalog: Catalog;
  readonly registry: Registry;
  readonly joiner: Joiner;
  readonly namespaces: NetworkNamespaces;
}

interface Joined {
  readonly attachment: NetworkAttachment;
  readonly network: NetworkDefinition;
  readonly ips: readonly string[];
}

/**
 * Joins a container to its networks: addresses first, then interfaces and rules. The commit point is their success; whatever
 * fails before it, or an abort, takes everything back.
 */
export async function attach(
  deps: AttachDeps,
  request: AttachRequest,
  options: Abortable,
): Promise<readonly NetworkResult[]> {
  if (request.attachments.length === 0) return [];
  const networks: NetworkDefinition[] = [];
  for (const attachment of request.attachments) networks.push(await deps.catalog.ready(attachment.network, options));
  const joined = await lease(deps, request, { networks, ...options });
  try {
    const replies = await deps.joiner.setup(request.netnsPath, requestOf(deps, request, joined), options);
    return joined.map((one) => resultOf(one, replies.get(netavarkKey(deps.config.root, one.network.name))));
  } catch (error) {
    await detach(deps, request, {}).catch((second: unknown) => {
      if (messageOf(second) === messageOf(error)) throw error;
      const message = `${messageOf(error)}; undoing it: ${messageOf(second)}`;
      throw fail("NETWORK_FAILED", { message }, { cause: error });
    });
    throw error;
  }
}

/**
 * Takes a container off its networks. Works from any half-done state, and does nothing where nothing is left.
 */
export async function detach(deps: AttachDeps, request: AttachRequest, options: Abortable): Promise<void> {
  const leases = deps.store.read((tx) => tx.leases.ofContainer(request.containerId));
  if (leases.length === 0 && !deps.namespaces.exists(request.netnsPath)) return;
  const joined = request.attachments.flatMap((attachment): Joined[] => {
    const network = resolveIfThere(deps.catalog, attachment.network);
    if (!network) return [];
    const held = leases.filter((one) => one.network === network.name).map((one) => one.ip);
    return [{ attachment, network, ips: perSubnet(network, held) }];
  });
  try {
    if (joined.length > 0) await tearDown(deps, request, { joined, ...options });
  } finally {
    await deps.store.write((tx) => tx.leases.release(request.containerId));
  }
}

async function tearDown(
  deps: AttachDeps,
  request: AttachRequest,
  { joined, signal }: Abortable & { readonly joined: readonly Joined[] },
): Promise<void> {
  const abortable = signal ? { signal } : {};
  using _lock = await deps.registry.lockNetavark(abortable);
  const last = deps.store.read((tx) =>
    joined
      .filter(({ network }) => tx.leases.of(network.name).every((held) => held.container === request.containerId))
      .map(({ network }) => netavarkKey(deps.config.root, network.name)),
  );
  await deps.joiner.teardown(request.netnsPath, requestOf(deps, request, joined), {
    last: new Set(last),
    ...abortable,
  });
}

/** One write transaction for all networks: all addresses or none. What an earlier life of the container held is freed. */
function lease(
  deps: AttachDeps,
  request: AttachRequest,
  { networks, signal }: Abortable & { readonly networks: readonly NetworkDefinition[] },
): Promise<readonly Joined[]> {
  return deps.store.write(
    (tx) => {
      tx.leases.release(request.containerId);
      return request.attachments.flatMap((attachment, index): Joined[] => {
        const network = networks[index];
        if (!network) return [];
        const wanted = { containerId: request.containerId, staticIps: attachment.staticIps };
        return [{ attachment, network, ips: leaseAddresses(tx.leases, network, wanted) }];
      });
    },
    signal ? { signal } : {},
  );
}

function requestOf(deps: AttachDeps, request: AttachRequest, joined: readonly Joined[]): NetavarkRequest {
  return {
    containerId: request.containerId,
    containerName: request.containerName,
    ports: request.ports,
    dnsServers: request.dnsServers,
    networks: joined.map(
      ({ attachment, network, ips }): NetworkRequest => ({
        key: netavarkKey(deps.config.root, network.name),
        definition: network,
        interfaceName: attachment.interfaceName,
        staticIps: ips,
        aliases: attachment.aliases,
        ...(attachment.staticMac === undefined ? {} : { staticMac: attachment.staticMac }),
      }),
    ),
  };
}

function resultOf({ attachment, network }: Joined, reply: NetworkReply | undefined): NetworkResult {
  const made = reply?.interfaces.find((one) => one.name === attachment.interfaceName);
  if (!reply || !made)
    throw fail("NETWORK_FAILED", { message: `no answer for ${attachment.interfaceName} of network ${network.name}` });
  return {
    network: network.name,
    interfaceName: made.name,
    mac: made.mac,
    addresses: made.addresses,
    dnsServers: reply.dnsServers,
    dnsSearch: reply.dnsSearch,
  };
}

function resolveIfThere(catalog: Catalog, name: string): NetworkDefinition | undefined {
  try {
    return catalog.resolve(name);
  } catch (error) {
    if (hasCode(error, "NO_SUCH_NETWORK")) return undefined;
    throw error;
  }
}

/** An address for each subnet, as netavark wants them: the leased one, or any where the lease is gone. */
function perSubnet(network: NetworkDefinition, held: readonly string[]): string[] {
  return network.subnets.map((subnet) => {
    const pool = poolOf(subnet);
    const isInside = (text: string) => {
      const address = parseAddress(text);
      return address !== undefined && blockHolds(pool.block, address);
    };
    return held.find(isInside) ?? formatAddress({ version: pool.block.version, value: pool.start });
  });
}
