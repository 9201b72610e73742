import type { PortMapping } from "../../model/container.ts";
import type { NetworkDefinition, Subnet } from "../../model/network.ts";
import type { FirewallTarget } from "./firewall.ts";

/** One network of a request. */
export interface NetworkRequest {
  /**
   * The name under which netavark knows the network. Its iptables chains are named from it, so it must be unique on the
   * host, among podman's networks too.
   */
  readonly key: string;
  readonly definition: NetworkDefinition;
  readonly interfaceName: string;
  /** One address for each subnet. */
  readonly staticIps: readonly string[];
  readonly staticMac?: string;
  readonly aliases: readonly string[];
}

/** What netavark is told; `teardown` needs the same as `setup`. */
export interface NetavarkRequest {
  readonly containerId: string;
  /** Becomes the DNS name. */
  readonly containerName: string;
  readonly ports: readonly PortMapping[];
  readonly dnsServers: readonly string[];
  readonly networks: readonly NetworkRequest[];
}

/**
 * The JSON text that netavark reads from stdin (spec/components.md 5.1).
 *
 * @param request what to set up or tear down
 * @param options.withoutFirewall leaves all packet filter rules out of the work: netavark skips them for networks that it
 *   holds to be internal
 */
export function renderRequest(request: NetavarkRequest, options: { readonly withoutFirewall?: boolean } = {}): string {
  const bare = options.withoutFirewall === true;
  return JSON.stringify({
    container_id: request.containerId,
    container_name: request.containerName,
    ...(request.ports.length > 0 && !bare ? { port_mappings: request.ports.map(portObject) } : {}),
    networks: Object.fromEntries(request.networks.map((network) => [network.key, joinObject(network)])),
    network_info: Object.fromEntries(request.networks.map((network) => [network.key, infoObject(network, bare)])),
    ...(request.dnsServers.length > 0 ? { dns_servers: request.dnsServers } : {}),
  });
}

/**
 * What a request left in the packet filter.
 *
 * @param last keys of networks on which no other container is
 */
export function firewallTargets(request: NetavarkRequest, last: ReadonlySet<string>): FirewallTarget[] {
  return request.networks.map(({ key, definition, staticIps }) => ({
    key,
    subnets: definition.subnets.map((subnet) => subnet.subnet),
    bridge: definition.interfaceName,
    containerId: request.containerId,
    addresses: staticIps,
    last: last.has(key),
  }));
}

function portObject(port: PortMapping): object {
  return {
    host_ip: port.hostIp,
    host_port: port.hostPort,
    container_port: port.containerPort,
    protocol: port.protocol,
    range: port.range,
  };
}

function joinObject(network: NetworkRequest): object {
  return {
    interface_name: network.interfaceName,
    static_ips: network.staticIps,
    aliases: network.aliases,
    ...(network.staticMac === undefined ? {} : { static_mac: network.staticMac }),
  };
}

function infoObject({ key, definition }: NetworkRequest, withoutFirewall: boolean): object {
  return {
    name: key,
    id: definition.id,
    driver: definition.driver,
    network_interface: definition.interfaceName,
    subnets: definition.subnets.map(subnetObject),
    ipv6_enabled: definition.ipv6,
    internal: withoutFirewall || definition.internal,
    dns_enabled: definition.dnsEnabled,
    ipam_options: { driver: definition.ipamDriver },
    ...(Object.keys(definition.options).length > 0 ? { options: definition.options } : {}),
  };
}

function subnetObject(subnet: Subnet): object {
  const { start, end } = subnet.leaseRange ?? {};
  return {
    subnet: subnet.subnet,
    ...(subnet.gateway === undefined ? {} : { gateway: subnet.gateway }),
    ...(subnet.leaseRange === undefined
      ? {}
      : {
          lease_range: {
            ...(start === undefined ? {} : { start_ip: start }),
            ...(end === undefined ? {} : { end_ip: end }),
          },
        }),
  };
}
