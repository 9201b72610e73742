import type { FirewallAddition } from "../drivers/netavark/firewall-addition.ts";
import type { NetworkReply } from "../drivers/netavark/reply.ts";
import type { NetavarkRequest, NetworkRequest } from "../drivers/netavark/request.ts";
import type { BridgeMember } from "../drivers/rtnetlink/bridge.ts";
import type { InterfaceAddress } from "../drivers/rtnetlink/messages.ts";
import type { PortMapping } from "../model/container.ts";
import { type Block, bytesOf, formatAddress, formatBlock, parseAddress, parseBlock } from "./ip.ts";

/** netavark's metric of a default route when the network names none. */
const DEFAULT_METRIC = 100;
const MAX_U32 = 2 ** 32 - 1;

/** All that a set-up needs to know, where netavark is not needed for it. */
export interface BridgePlan {
  readonly members: readonly BridgeMember[];
  readonly additions: readonly FirewallAddition[];
  /** True if a rule of IPv6 is among them. */
  readonly needsIp6tables: boolean;
  /** netavark's answer, given the interfaces' MAC addresses in the order of the members. */
  readonly replies: (macs: readonly string[]) => ReadonlyMap<string, NetworkReply>;
}

interface Joint {
  readonly block: Block;
  readonly gateway?: InterfaceAddress;
  readonly address: InterfaceAddress;
  /** Canonical texts; the gateway's is empty if there is none. */
  readonly texts: { readonly address: string; readonly gateway: string };
}

/**
 * Plans what netavark would do for a container, if that is the plain case: bridges with addresses from the engine, at most
 * one subnet of each address family, no name service, and no option that we do not know.
 *
 * @returns undefined if it is anything else, and netavark's work
 */
export function planBridges(request: NetavarkRequest): BridgePlan | undefined {
  const ports = request.ports.map(canonicalPort);
  if (!ports.every((port) => port !== undefined)) return undefined;
  const networks = request.networks.map((network) => planOne(network, ports, request.containerId));
  if (!networks.every((network) => network !== undefined)) return undefined;
  const additions = networks.flatMap((network) => network.additions);
  return {
    members: networks.map((network) => network.member),
    additions,
    needsIp6tables: additions.some(({ subnet }) => subnet.includes(":")),
    replies: (macs) => new Map(networks.map((network, index) => [network.key, network.reply(macs[index] ?? "")])),
  };
}

/** True if no name server and nothing but a bridge has to be taken down for these networks. */
export function isPlainBridge({ definition }: NetworkRequest): boolean {
  return definition.driver === "bridge" && definition.ipamDriver === "host-local" && !definition.dnsEnabled;
}

function planOne(network: NetworkRequest, ports: readonly PortMapping[], containerId: string) {
  const { definition, key } = network;
  const options = optionsOf(definition.options);
  const mac = network.staticMac === undefined ? undefined : macBytes(network.staticMac);
  const isKnown = isPlainBridge(network) && options !== undefined;
  if (!isKnown || (network.staticMac !== undefined && mac === undefined)) return undefined;
  const joints = definition.subnets.map((subnet, index) => jointOf(subnet, network.staticIps[index]));
  if (!joints.every((joint) => joint !== undefined) || joints.length === 0) return undefined;
  if (new Set(joints.map(({ block }) => block.version)).size < joints.length) return undefined;
  const { isolate, ...linkOptions } = options;
  const member: BridgeMember = {
    bridge: definition.interfaceName,
    interfaceName: network.interfaceName,
    gateways: joints.flatMap(({ gateway }) => gateway ?? []),
    addresses: joints.map(({ address }) => address),
    ...(mac === undefined ? {} : { mac }),
    ...linkOptions,
    ipv6: definition.ipv6 || joints.some(({ block }) => block.version === 6),
    internal: definition.internal,
    routeLocalnet: ports.length > 0,
  };
  const additionOf = ({ block, texts }: Joint): FirewallAddition => ({
    key,
    subnet: formatBlock(block),
    bridge: member.bridge,
    isolate,
    containerId,
    address: texts.address,
    ports,
  });
  const addresses = joints.map(({ block, texts }) => ({
    ip: texts.address,
    prefix: block.prefix,
    gateway: texts.gateway,
  }));
  return {
    key,
    member,
    additions: definition.internal ? [] : joints.map(additionOf),
    reply: (made: string): NetworkReply => ({
      interfaces: [{ name: network.interfaceName, mac: made, addresses }],
      dnsServers: [],
      dnsSearch: [],
    }),
  };
}

function jointOf(subnet: { readonly subnet: string; readonly gateway?: string }, ip = ""): Joint | undefined {
  const block = parseBlock(subnet.subnet);
  const address = parseAddress(ip);
  const gateway = subnet.gateway === undefined ? undefined : parseAddress(subnet.gateway);
  if (!block || !address || address.version !== block.version) return undefined;
  if (subnet.gateway !== undefined && gateway?.version !== block.version) return undefined;
  const { version, prefix } = block;
  return {
    block,
    address: { version, bytes: bytesOf(address), prefix },
    ...(gateway ? { gateway: { version, bytes: bytesOf(gateway), prefix } } : {}),
    texts: { address: formatAddress(address), gateway: gateway ? formatAddress(gateway) : "" },
  };
}

/** The options that we know; undefined if there is another one, or a value that netavark should judge. */
function optionsOf(options: Readonly<Record<string, string>>) {
  const { mtu = "0", metric = String(DEFAULT_METRIC), isolate = "false", ...others } = options;
  const isNumber = (text: string) => /^\d{1,10}$/.test(text) && Number(text) <= MAX_U32;
  if (Object.keys(others).length > 0 || !isNumber(mtu) || !isNumber(metric) || Number(metric) === 0) return undefined;
  if (isolate !== "true" && isolate !== "false") return undefined;
  return {
    ...(Number(mtu) === 0 ? {} : { mtu: Number(mtu) }),
    metric: Number(metric),
    isolate: isolate === "true",
  };
}

function macBytes(text: string): Uint8Array | undefined {
  return /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text)
    ? Uint8Array.from(text.split(":"), (byte) => Number.parseInt(byte, 16))
    : undefined;
}

function canonicalPort(port: PortMapping): PortMapping | undefined {
  if (port.hostIp === "") return port;
  const address = parseAddress(port.hostIp);
  return address && { ...port, hostIp: formatAddress(address) };
}
