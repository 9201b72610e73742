import type { NetworkDefinition } from "../model/network.ts";

/**
 * A network in the shape of podman's file (spec/components.md 5.3), which `network inspect` prints.
 *
 * @param network the definition
 */
export function inspectNetwork(network: NetworkDefinition): Readonly<Record<string, unknown>> {
  return {
    name: network.name,
    id: network.id,
    driver: network.driver,
    network_interface: network.interfaceName,
    created: new Date(network.createdAt).toISOString(),
    subnets: network.subnets.map(({ subnet, gateway, leaseRange }) => ({
      subnet,
      ...(gateway === undefined ? {} : { gateway }),
      ...(leaseRange === undefined ? {} : { lease_range: { start_ip: leaseRange.start, end_ip: leaseRange.end } }),
    })),
    ipv6_enabled: network.ipv6,
    internal: network.internal,
    dns_enabled: network.dnsEnabled,
    ...(Object.keys(network.labels).length > 0 ? { labels: network.labels } : {}),
    ...(Object.keys(network.options).length > 0 ? { options: network.options } : {}),
    ipam_options: { driver: network.ipamDriver },
  };
}
