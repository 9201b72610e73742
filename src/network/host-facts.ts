import type { Files } from "../host/ports.ts";
import { type Block, parseAddress, parseBlock } from "./ip.ts";

/** Where podman keeps its networks as root (spec/components.md 5.3). */
const PODMAN_NETWORKS = "/etc/containers/networks";
/** podman's default network is there even while nothing of it can be seen. */
const PODMAN_DEFAULT: readonly string[] = ["10.88.0.0/16"];

/** What is in use on the host, by whomever. */
export interface HostNetworkFacts {
  /** Addresses and routes of interfaces, and subnets of podman's networks. */
  readonly blocks: readonly Block[];
  /** Names of interfaces, and of bridges that podman's networks will make. */
  readonly interfaces: ReadonlySet<string>;
}

/**
 * Looks at interfaces, routes and podman's definitions.
 *
 * @param files the host's files
 */
export function readHostNetworks(files: Files): HostNetworkFacts {
  const podman = podmanNetworks(files);
  const texts = [...PODMAN_DEFAULT, ...podman.subnets];
  return {
    blocks: [
      ...texts.flatMap((text) => parseBlock(text) ?? []),
      ...parseRoutes(files.readTextIfExists("/proc/net/route") ?? ""),
      ...parseLocalAddresses(files.readTextIfExists("/proc/net/fib_trie") ?? ""),
      ...parseRoutes6(files.readTextIfExists("/proc/net/ipv6_route") ?? ""),
    ],
    interfaces: new Set([...listIfExists(files, "/sys/class/net"), ...podman.bridges, "podman0"]),
  };
}

/** Destinations in /proc/net/route: addresses are little-endian hexadecimal. The default route is not one. */
export function parseRoutes(text: string): Block[] {
  return text
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const words = line.trim().split(/\s+/);
      const first = littleEndian(words[1] ?? "");
      const mask = littleEndian(words[7] ?? "");
      if (first === undefined || mask === undefined || mask === 0n) return [];
      return [{ version: 4 as const, first, prefix: mask.toString(2).replaceAll("0", "").length }];
    });
}

function littleEndian(hex: string): bigint | undefined {
  if (!/^[0-9A-F]{8}$/i.test(hex)) return undefined;
  return BigInt(`0x${(hex.match(/../g) ?? []).reverse().join("")}`);
}

/** The host's own addresses in /proc/net/fib_trie, which also has those without a route. */
export function parseLocalAddresses(text: string): Block[] {
  return [...text.matchAll(/\|-- (\S+)\n\s+\/32 host LOCAL/g)].flatMap(([, ip = ""]) => {
    const address = parseAddress(ip);
    return address ? [{ version: 4 as const, first: address.value, prefix: 32 }] : [];
  });
}

/** Destinations in /proc/net/ipv6_route, without default, loopback, link-local and multicast routes. */
export function parseRoutes6(text: string): Block[] {
  return text.split("\n").flatMap((line) => {
    const [destination = "", prefix = ""] = line.split(/\s+/);
    const length = Number.parseInt(prefix, 16);
    if (!/^[0-9a-f]{32}$/.test(destination) || length === 0 || /^(f[ef]|0{31}1)/.test(destination)) return [];
    return [{ version: 6 as const, first: BigInt(`0x${destination}`), prefix: length }];
  });
}

function podmanNetworks(files: Files): { subnets: string[]; bridges: string[] } {
  const subnets: string[] = [];
  const bridges: string[] = [];
  for (const name of listIfExists(files, PODMAN_NETWORKS).filter((file) => file.endsWith(".json"))) {
    const text = files.readTextIfExists(`${PODMAN_NETWORKS}/${name}`) ?? "";
    for (const [, subnet = ""] of text.matchAll(/"subnet"\s*:\s*"([^"]+)"/g)) subnets.push(subnet);
    for (const [, bridge = ""] of text.matchAll(/"network_interface"\s*:\s*"([^"]+)"/g)) bridges.push(bridge);
  }
  return { subnets, bridges };
}

/** Not every host has both: what cannot be listed holds nothing for us. */
function listIfExists(files: Files, directory: string): readonly string[] {
  try {
    return files.list(directory);
  } catch {
    return [];
  }
}
