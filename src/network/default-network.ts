import { createHash } from "node:crypto";
import type { NetworkDefinition } from "../model/network.ts";
import { freeBlock, freeInterfaceName, type SubnetPool } from "./free.ts";
import { type Block, blocksOverlap, formatAddress, formatBlock, parseBlock } from "./ip.ts";

/** Engine root whose default network has the well-known subnet and bridge. */
const DEFAULT_ROOT = "/var/lib/minke";
/** podman's name for the default network: scripts say it. */
export const PODMAN_DEFAULT_NAME = "podman";

/**
 * Where other roots' default networks lie: clear of the default root's 10.87.0.0/16, podman's 10.88.0.0/16, and the
 * 10.89.0.0/16 out of which podman cuts first.
 */
const POOLS: readonly SubnetPool[] = ["94", "95", "93", "92", "91", "90", "89"].map((second) => ({
  base: `10.${second}.0.0/16`,
  size: 24,
}));

export interface DefaultNetworkContext {
  readonly root: string;
  readonly name: string;
  /** CIDR notation. */
  readonly subnet: string;
  readonly usedBlocks: readonly Block[];
  readonly usedInterfaces: ReadonlySet<string>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * The default network of an engine root, as it will be made when the first container joins it. As podman's, it has no
 * name service.
 */
export function planDefaultNetwork(context: DefaultNetworkContext): NetworkDefinition {
  const isMain = context.root === DEFAULT_ROOT;
  const wanted = isMain ? parseBlock(context.subnet) : undefined;
  const isFree = wanted !== undefined && !context.usedBlocks.some((other) => blocksOverlap(wanted, other));
  const block = isFree ? wanted : freeBlock(POOLS, context.usedBlocks);
  return {
    name: context.name,
    id: createHash("sha256").update(`minke default network\0${context.root}`).digest("hex"),
    driver: "bridge",
    interfaceName: freeInterfaceName(context.usedInterfaces, isMain ? 0 : 1),
    createdAt: context.now,
    subnets: [
      { subnet: formatBlock(block), gateway: formatAddress({ version: block.version, value: block.first + 1n }) },
    ],
    ipv6: block.version === 6,
    internal: false,
    dnsEnabled: false,
    labels: {},
    options: {},
    ipamDriver: "host-local",
  };
}

/**
 * The name that netavark gets for a network. Chains are named from its hash, and a podman network of the same name, or one
 * of another engine root, must not share them: so it carries the root.
 */
export function netavarkKey(root: string, network: string): string {
  return `${network}-${createHash("sha256").update(root).digest("hex").slice(0, 8)}`;
}
