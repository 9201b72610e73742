import type { Abortable } from "../base/abortable.ts";
import type { ContainerId } from "../base/brand.ts";
import { isEngineError } from "../base/errors.ts";
import type { EngineConfig } from "../config/config.ts";
import { type Netavark, openNetavark } from "../drivers/netavark/driver.ts";
import type { Report } from "../engine/api/containers.ts";
import type { Host } from "../host/ports.ts";
import type { NetworkDefinition } from "../model/network.ts";
import type { Store } from "../store/repositories.ts";
import { attach, detach } from "./attach.ts";
import { Catalog } from "./catalog.ts";
import { compileFilters, type NetworkFilters } from "./filters.ts";
import { inspectNetwork } from "./inspect.ts";
import { Joiner } from "./joiner.ts";
import { assignPorts, reservePorts } from "./ports.ts";
import { HOST_DIRECTORY, openRegistry } from "./registry.ts";
import { removeNetwork } from "./remove.ts";
import type { NetworkService } from "./service.ts";

export type { AttachRequest, NetworkService } from "./service.ts";

/** The part of the configuration that networks go by. */
export type NetworkConfig = Pick<
  EngineConfig,
  | "root"
  | "networkRunDir"
  | "netavarkPaths"
  | "aardvarkPaths"
  | "dnsPort"
  | "networkSetup"
  | "defaultNetwork"
  | "defaultSubnet"
  | "subnetPools"
>;

export interface NetworksDeps {
  readonly host: Host;
  readonly store: Store;
  readonly config: NetworkConfig;
  /** Where engines of this host agree on bridges and subnets; default /run/minke-host. */
  readonly hostDirectory?: string;
  /** Removes containers that use a network, for `remove` with `force`; without it such a network is in use. */
  readonly removeContainers?: (ids: readonly ContainerId[], options: Abortable) => Promise<void>;
}

/**
 * Opens the networks of an engine root. Nothing is read or run before the first call.
 *
 * @param deps host, state and configuration of the root
 */
export function openNetworks(deps: NetworksDeps): NetworkService {
  const { host, store, config } = deps;
  const registry = openRegistry(host, deps.hostDirectory ?? HOST_DIRECTORY);
  const catalog = new Catalog({ host, store, config, registry });
  const netavark = netavarkOf(host, config);
  const joiner = new Joiner({ host, netavark, registry, setup: config.networkSetup ?? "rtnetlink" });
  const parts = { store, config, catalog, registry, netavark, joiner, namespaces: host.namespaces };
  const matching = (filters: NetworkFilters, allowed?: readonly string[]) => {
    const context = {
      now: host.clock.now(),
      isUsed: (network: NetworkDefinition) => catalog.users(network).length > 0,
      isDefault: (network: NetworkDefinition) => catalog.isDefault(network),
    };
    return catalog.list().filter(compileFilters(filters, context, allowed));
  };
  const remove = (network: NetworkDefinition, options: Abortable & { readonly force: boolean }) =>
    removeNetwork(parts, network, {
      ...options,
      ...(options.force ? { removeContainers: deps.removeContainers } : {}),
    });
  return {
    create: async (options = {}, io = {}) => catalog.create(options, io),
    list: async ({ filters = {} } = {}) => matching(filters),
    inspect: async (name) => inspectNetwork(catalog.resolve(name)),
    exists: async (name) => exists(catalog, name),
    remove: (names, { force = false, ...options } = {}) =>
      reports(names, (name) => remove(catalog.resolve(name), { ...options, force })),
    prune: async ({ filters = {}, ...options } = {}) => {
      const unused = matching(filters, ["label", "label!", "until"]).filter(
        (network) => !catalog.isDefault(network) && catalog.users(network).length === 0,
      );
      return reports(
        unused.map((network) => network.name),
        (name) => remove(catalog.resolve(name), { ...options, force: false }),
      );
    },
    resolve: (name) => catalog.resolve(name),
    defaultNetwork: () => catalog.defaultNetwork(),
    users: (name) => catalog.users(catalog.resolve(name)),
    attach: (request, options = {}) => attach(parts, request, options),
    detach: (request, options = {}) => detach(parts, request, options),
    checkPorts: (ports) => reservePorts(host, ports),
    assignHostPorts: (options) => assignPorts(host, options),
    probe: () => parts.netavark.probe(),
  };
}

function netavarkOf(host: Host, config: NetworkConfig): Netavark {
  const firewall = host.system.env["NETAVARK_FW"];
  return openNetavark(host, {
    runDir: config.networkRunDir,
    paths: { netavark: config.netavarkPaths, aardvark: config.aardvarkPaths },
    rootless: host.system.euid !== 0,
    dnsPort: config.dnsPort,
    ...(firewall === undefined || firewall === "" ? {} : { firewall }),
  });
}

function exists(catalog: Catalog, name: string): boolean {
  try {
    catalog.resolve(name);
    return true;
  } catch (error) {
    if (isEngineError(error) && error.kind === "not-found") return false;
    throw error;
  }
}

/** One report for each name, in order; what is no engine error ends the call. */
async function reports(names: readonly string[], work: (name: string) => Promise<string>): Promise<readonly Report[]> {
  const results: Report[] = [];
  for (const input of names) {
    try {
      results.push({ input, ok: true, id: await work(input) });
    } catch (error) {
      if (!isEngineError(error)) throw error;
      results.push({ input, ok: false, error });
    }
  }
  return results;
}
