import type { Abortable } from "../base/abortable.ts";
import { fail } from "../base/errors.ts";
import type { FileLocks, Files, Inodes } from "../host/ports.ts";
import type { NetworkDefinition } from "../model/network.ts";
import { type Block, blocksOverlap, parseBlock } from "./ip.ts";

/**
 * Bridges and subnets are the host's, not an engine root's. Engines with different roots share a register of them here, and
 * take netavark's lock here.
 */
export const HOST_DIRECTORY = "/run/minke-host";

/** One network's share of the host. */
export interface Claim {
  /** The engine root that has the network. */
  readonly root: string;
  readonly network: string;
  readonly bridge: string;
  /** CIDR notation. */
  readonly subnets: readonly string[];
}

export interface Registry {
  /** Claims of all roots that still exist. */
  claims(): readonly Claim[];
  /** The register's lock: hold it from reading claims to `put`. */
  lock(options?: Abortable): Promise<Disposable>;
  /** Adds a claim, or replaces the network's old one. Only under the lock. */
  put(claim: Claim): void;
  /** Forgets a network. Only under the lock. */
  drop(root: string, network: string): void;
  /**
   * netavark's lock: iptables and the making of bridges know no two masters. Shared by those that only add what is one
   * container's own.
   */
  lockNetavark(options?: Abortable & { readonly shared?: boolean }): Promise<Disposable>;
}

type Deps = { readonly files: Files; readonly inodes: Inodes; readonly locks: FileLocks };

/**
 * The host's register of networks.
 *
 * @param deps the host
 * @param directory on tmpfs, the same for every engine root of this host
 */
export function openRegistry(deps: Deps, directory: string = HOST_DIRECTORY): Registry {
  const path = `${directory}/networks.json`;
  const rootExists = (root: string) => deps.inodes.stat(root)?.kind === "directory";
  const claims = () => parseClaims(deps.files.readTextIfExists(path) ?? "").filter((claim) => rootExists(claim.root));
  const write = (list: readonly Claim[]) =>
    deps.files.writeAtomic(path, `${JSON.stringify(list, null, 1)}\n`, { mode: 0o644 });
  const without = (root: string, network: string) =>
    claims().filter((claim) => claim.root !== root || claim.network !== network);
  const lock = (name: string, options: Abortable & { readonly shared?: boolean }) => {
    deps.files.makeDir(directory);
    return deps.locks.acquire(`${directory}/${name}`, options);
  };
  return {
    claims,
    lock: (options = {}) => lock("networks.lock", options),
    put: (claim) => write([...without(claim.root, claim.network), claim]),
    drop: (root, network) => write(without(root, network)),
    lockNetavark: (options = {}) => lock("netavark.lock", options),
  };
}

/** Reads the register; what is not a claim is skipped, for the next writer to drop. */
export function parseClaims(text: string): Claim[] {
  const isText = (value: unknown): value is string => typeof value === "string";
  try {
    const list: unknown = JSON.parse(text);
    return (Array.isArray(list) ? list : []).filter(
      (item): item is Claim =>
        isText(item?.root) &&
        isText(item.network) &&
        isText(item.bridge) &&
        Array.isArray(item.subnets) &&
        item.subnets.every(isText),
    );
  } catch {
    return [];
  }
}

/** The claim that a definition makes; macvlan networks share their parent and claim no bridge. */
export function claimOf(root: string, network: NetworkDefinition): Claim {
  return {
    root,
    network: network.name,
    bridge: network.driver === "bridge" ? network.interfaceName : "",
    subnets: network.driver === "bridge" ? network.subnets.map(({ subnet }) => subnet) : [],
  };
}

/** Blocks of claims. */
export function claimedBlocks(claims: readonly Claim[]): Block[] {
  return claims.flatMap((claim) => claim.subnets).flatMap((text) => parseBlock(text) ?? []);
}

/**
 * Makes sure that the register has this network: after a reboot it starts empty while definitions go on.
 *
 * @throws NETWORK_CONFLICT if another root took the bridge or a subnet meanwhile
 */
export async function ensureClaimed(registry: Registry, wanted: Claim, options: Abortable): Promise<void> {
  const isOwn = (claim: Claim) => claim.root === wanted.root && claim.network === wanted.network;
  const isSame = (claim: Claim) =>
    isOwn(claim) && claim.bridge === wanted.bridge && claim.subnets.join() === wanted.subnets.join();
  if (registry.claims().some(isSame)) return;
  using _lock = await registry.lock(options);
  const blocks = claimedBlocks([wanted]);
  for (const other of registry.claims().filter((claim) => !isOwn(claim))) {
    const sharesBridge = wanted.bridge !== "" && other.bridge === wanted.bridge;
    const shared = claimedBlocks([other]).some((block) => blocks.some((mine) => blocksOverlap(mine, block)));
    if (!sharesBridge && !shared) continue;
    const what = sharesBridge ? `bridge ${wanted.bridge}` : `subnet ${wanted.subnets.join(",")}`;
    throw fail("NETWORK_CONFLICT", { network: wanted.network, what, holder: `${other.network} of ${other.root}` });
  }
  registry.put(wanted);
}
