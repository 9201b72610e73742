import type { Abortable } from "../base/abortable.ts";
import type { ContainerId } from "../base/brand.ts";
import { fail } from "../base/errors.ts";
import type { EngineConfig } from "../config/config.ts";
import type { NetworkCreateOptions } from "../engine/api/system.ts";
import type { Host } from "../host/ports.ts";
import type { NetworkDefinition } from "../model/network.ts";
import type { Store, Transaction } from "../store/repositories.ts";
import { planNetwork } from "./create.ts";
import { PODMAN_DEFAULT_NAME, planDefaultNetwork } from "./default-network.ts";
import { readHostNetworks } from "./host-facts.ts";
import { type Block, parseBlock } from "./ip.ts";
import { claimedBlocks, claimOf, ensureClaimed, type Registry } from "./registry.ts";

export interface CatalogDeps {
  readonly host: Pick<Host, "files" | "clock" | "random">;
  readonly store: Store;
  readonly config: Pick<EngineConfig, "root" | "defaultNetwork" | "defaultSubnet" | "subnetPools">;
  readonly registry: Registry;
}

/** Definitions of the networks of one engine root. */
export class Catalog {
  readonly #deps: CatalogDeps;
  readonly #defaultName: string;

  constructor(deps: CatalogDeps) {
    this.#deps = deps;
    this.#defaultName = deps.config.defaultNetwork === PODMAN_DEFAULT_NAME ? "minke" : deps.config.defaultNetwork;
  }

  /** See NetworkService.resolve. */
  resolve(name: string): NetworkDefinition {
    if (name === "") throw fail("INVALID_ARGUMENT", { message: "more than one result for network ID " });
    const found = this.#deps.store.read((tx) => tx.networks.get(name) ?? this.#storedAlias(tx, name));
    if (found) return found;
    const fallback = this.defaultNetwork();
    const isIt = name === fallback.name || name === PODMAN_DEFAULT_NAME || fallback.id.startsWith(name);
    if (isIt) return fallback;
    throw fail("NO_SUCH_NETWORK", { name });
  }

  /** The default network as stored, or as it would be made now. */
  defaultNetwork(): NetworkDefinition {
    return this.#deps.store.read((tx) => tx.networks.get(this.#defaultName)) ?? this.#planDefault();
  }

  isDefault(network: NetworkDefinition): boolean {
    return network.name === this.#defaultName;
  }

  /** By name, the default network among them. */
  list(): readonly NetworkDefinition[] {
    const stored = this.#deps.store.read((tx) => tx.networks.list());
    const all = stored.some((network) => this.isDefault(network)) ? stored : [...stored, this.#planDefault()];
    return all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Containers that are configured to join the network. */
  users(network: NetworkDefinition): readonly ContainerId[] {
    return this.#deps.store.read((tx) => this.usersIn(tx, network));
  }

  usersIn(tx: Transaction, network: NetworkDefinition): readonly ContainerId[] {
    const names = new Set([network.name, network.id]);
    if (this.isDefault(network) && !tx.networks.get(PODMAN_DEFAULT_NAME)) names.add(PODMAN_DEFAULT_NAME);
    return tx.containers
      .list()
      .filter((container) => container.network.attachments.some((attachment) => names.has(attachment.network)))
      .map((container) => container.id);
  }

  /**
   * Stores the network that `name` means if it is only planned yet, and sees to its share of the host.
   *
   * @throws NO_SUCH_NETWORK, NETWORK_CONFLICT
   */
  async ready(name: string, options: Abortable): Promise<NetworkDefinition> {
    const { registry, store, config } = this.#deps;
    const known = this.resolve(name);
    if (!this.isDefault(known) || store.read((tx) => tx.networks.get(known.name) !== undefined)) {
      await ensureClaimed(registry, claimOf(config.root, known), options);
      return known;
    }
    using _lock = await registry.lock(options);
    const stored = store.read((tx) => tx.networks.get(known.name));
    if (stored) return stored;
    const planned = this.#planDefault();
    registry.put(claimOf(config.root, planned));
    await store.write((tx) => tx.networks.insert(planned), options);
    return planned;
  }

  /** Makes and stores a network. */
  async create(options: NetworkCreateOptions, abortable: Abortable): Promise<NetworkDefinition> {
    const { registry, store, config, host } = this.#deps;
    const { name } = options;
    using _lock = await registry.lock(abortable);
    if (name !== undefined) {
      const existing = this.#existing(name);
      if (existing && options.ignoreExisting === true) return existing;
      if (existing) throw fail("NETWORK_EXISTS", { name });
    }
    this.#dropStaleClaims();
    const surroundings = this.#surroundings();
    const fallback = this.defaultNetwork();
    const network = planNetwork(options, {
      usedBlocks: [...surroundings.blocks, ...blocksOf([fallback])],
      usedInterfaces: new Set([...surroundings.interfaces, fallback.interfaceName, ...this.list().map((n) => n.name)]),
      hostInterfaces: surroundings.hostInterfaces,
      pools: config.subnetPools,
      random: (count) => host.random.bytes(count),
      now: host.clock.now(),
    });
    registry.put(claimOf(config.root, network));
    try {
      await store.write((tx) => {
        tx.networks.insert(network);
        tx.events.add({ type: "network", action: "create", id: network.id, name: network.name });
      }, abortable);
    } catch (error) {
      registry.drop(config.root, network.name);
      throw error;
    }
    return network;
  }

  /** Forgets a network that nobody uses. The caller holds the register's lock. */
  async forget(network: NetworkDefinition, options: Abortable): Promise<void> {
    await this.#deps.store.write((tx) => {
      const containers = this.usersIn(tx, network);
      if (containers.length > 0) throw fail("NETWORK_IN_USE", { name: network.name, containers });
      tx.networks.remove(network.name);
      tx.events.add({ type: "network", action: "remove", id: network.id, name: network.name });
    }, options);
    this.#deps.registry.drop(this.#deps.config.root, network.name);
  }

  /** Claims of this root without a definition: an engine was killed between the two. Only under the register's lock. */
  #dropStaleClaims(): void {
    const { registry, store, config } = this.#deps;
    const known = new Set(store.read((tx) => tx.networks.list()).map((network) => network.name));
    for (const { root, network } of registry.claims())
      if (root === config.root && !known.has(network)) registry.drop(root, network);
  }

  #existing(name: string): NetworkDefinition | undefined {
    const stored = this.#deps.store.read((tx) => tx.networks.list()).find((network) => network.name === name);
    const isDefaultName = name === this.#defaultName || name === PODMAN_DEFAULT_NAME;
    return stored ?? (isDefaultName ? this.defaultNetwork() : undefined);
  }

  #storedAlias(tx: Transaction, name: string): NetworkDefinition | undefined {
    return name === PODMAN_DEFAULT_NAME ? tx.networks.get(this.#defaultName) : undefined;
  }

  #planDefault(): NetworkDefinition {
    const { config, host } = this.#deps;
    const { blocks, interfaces } = this.#surroundings();
    return planDefaultNetwork({
      root: config.root,
      name: this.#defaultName,
      subnet: config.defaultSubnet,
      usedBlocks: blocks,
      usedInterfaces: interfaces,
      now: host.clock.now(),
    });
  }

  /** Everything on the host, in the register and in this root that a new network must keep clear of. */
  #surroundings() {
    const { host, registry, store } = this.#deps;
    const facts = readHostNetworks(host.files);
    const claims = registry.claims();
    const own = store.read((tx) => tx.networks.list());
    return {
      blocks: [...facts.blocks, ...claimedBlocks(claims), ...blocksOf(own)],
      interfaces: new Set([
        ...facts.interfaces,
        ...claims.map((claim) => claim.bridge),
        ...own.map((network) => network.interfaceName),
      ]),
      hostInterfaces: facts.interfaces,
    };
  }
}

function blocksOf(networks: readonly NetworkDefinition[]): Block[] {
  return networks
    .filter((network) => network.driver === "bridge")
    .flatMap((network) => network.subnets.flatMap(({ subnet }) => parseBlock(subnet) ?? []));
}
