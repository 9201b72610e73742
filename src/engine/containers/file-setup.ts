import { join } from "node:path";
import { VERSION } from "../../base/version.ts";
import type { ContainerConfig } from "../../model/container.ts";
import type { NetworkResult } from "../../model/container-state.ts";
import { hostAddress } from "../../network/host-address.ts";
import { renderContainerenv } from "../../spec/containerenv.ts";
import { hostnameFor } from "../../spec/hostname.ts";
import { addHostsEntry, type HostsEntry, renderHosts } from "../../spec/hosts-file.ts";
import type { EngineFiles } from "../../spec/inputs.ts";
import { hostResolvConfPath, renderResolvConf } from "../../spec/resolv-conf.ts";
import type { EngineDeps } from "../deps.ts";
import { ownsNetns } from "./network-setup.ts";

/** Where the container's network files really are: its own, or those of the container whose network it joins. */
function networkOwner(config: ContainerConfig): string {
  return config.namespaces.net.mode === "container" ? config.namespaces.net.id : config.id;
}

/** The host name that a container sees. */
export function hostnameOf(deps: EngineDeps, config: ContainerConfig): string {
  const { uts } = config.namespaces;
  const donor = uts.mode === "container" ? deps.store.read((tx) => tx.containers.get(uts.id)) : undefined;
  const { hostname } = deps.host.system;
  return hostnameFor(config, hostname, donor === undefined ? undefined : hostnameOf(deps, donor));
}

/**
 * Makes the files that are bound into the container. Those of its own network are empty until `fillNetworkFiles`: they may be
 * bound before the network is there, but never replaced.
 */
export function makeFiles(deps: EngineDeps, config: ContainerConfig): EngineFiles {
  const { files } = deps.host;
  const bundle = deps.paths.bundle(config.id);
  const owner = deps.paths.bundle(networkOwner(config));
  const hostname = join(bundle, "hostname");
  const containerenv = join(bundle, ".containerenv");
  files.writeAtomic(hostname, hostnameOf(deps, config), { mode: 0o644 });
  files.writeAtomic(containerenv, renderContainerenv(config, { version: VERSION, rootless: false }), { mode: 0o644 });
  const hosts = join(owner, "hosts");
  const resolvConf = join(owner, "resolv.conf");
  if (owner === bundle) for (const path of [hosts, resolvConf]) files.writeAtomic(path, "", { mode: 0o644 });
  else if (files.readTextIfExists(hosts) !== undefined) joinHosts(deps, config, hosts);
  return {
    hostname,
    containerenv,
    ...(config.network.noHosts || files.readTextIfExists(hosts) === undefined ? {} : { hosts }),
    ...(config.network.noResolvConf || files.readTextIfExists(resolvConf) === undefined ? {} : { resolvConf }),
  };
}

/** A member that joins a network adds its name to the owner's hosts file, which it shares (spec/components.md 4.5). */
function joinHosts(deps: EngineDeps, config: ContainerConfig, path: string): void {
  const entry: HostsEntry = { ip: "127.0.0.1", names: [hostnameOf(deps, config), config.name] };
  const text = deps.host.files.readText(path);
  const next = addHostsEntry(text, entry);
  if (next.startsWith(text) && next !== text) deps.host.files.append(path, next.slice(text.length));
}

/** Writes hosts and resolv.conf of a container that owns its network files, now that its addresses are known. */
export function fillNetworkFiles(deps: EngineDeps, config: ContainerConfig, results: readonly NetworkResult[]): void {
  if (networkOwner(config) !== config.id) return;
  const { files } = deps.host;
  const bundle = deps.paths.bundle(config.id);
  const hosts = join(bundle, "hosts");
  // Members that were created meanwhile have added their names already: they stay, at the end.
  const joined = files.readText(hosts);
  const text = joined
    .split("\n")
    .filter(Boolean)
    .reduce(
      (all, line) => {
        const [ip = "", ...names] = line.split(/\s+/);
        return addHostsEntry(all, { ip, names });
      },
      hostsText(deps, config, results),
    );
  files.writeInPlace(hosts, text);
  files.writeInPlace(join(bundle, "resolv.conf"), resolvConfText(deps, config, results));
}

function hostsText(deps: EngineDeps, config: ContainerConfig, results: readonly NetworkResult[]): string {
  const names = [hostnameOf(deps, config), config.name];
  const own = results.flatMap((result) => result.addresses.map((address) => ({ ip: address.ip, names })));
  const loopback = config.namespaces.net.mode === "host" ? [] : [{ ip: "127.0.0.1", names }];
  const gateway = hostAddressFor(deps, results);
  return renderHosts({
    base: deps.host.files.readTextIfExists("/etc/hosts") ?? "",
    addHosts: config.network.addHosts,
    ...(gateway === undefined ? {} : { hostGateway: gateway }),
    own: own.length > 0 ? own : loopback,
  });
}

/** Where the container finds the host: as configured, over its first bridge, or at the host's own address. */
function hostAddressFor(deps: EngineDeps, results: readonly NetworkResult[]): string | undefined {
  const { hostContainersInternalIp: fixed = "" } = deps.config;
  if (fixed !== "") return fixed === "none" ? undefined : fixed;
  const gateways = results.flatMap((result) => result.addresses.map((address) => address.gateway)).filter(Boolean);
  return gateways.find((gateway) => !gateway.includes(":")) ?? gateways[0] ?? hostAddress(deps.host.netlink);
}

function resolvConfText(deps: EngineDeps, config: ContainerConfig, results: readonly NetworkResult[]): string {
  const { files } = deps.host;
  const first = files.readTextIfExists("/etc/resolv.conf") ?? "";
  const ownNetns = config.namespaces.net.mode !== "host";
  const host = files.readTextIfExists(hostResolvConfPath(first, ownNetns)) ?? first;
  const pick = (own: readonly string[], engine: readonly string[]) => (own.length > 0 ? own : engine);
  return renderResolvConf({
    host,
    servers: pick(config.network.dnsServers, deps.config.dnsServers),
    search: pick(config.network.dnsSearch, deps.config.dnsSearch),
    options: pick(config.network.dnsOptions, deps.config.dnsOptions),
    networkServers: results.flatMap((r) => r.dnsServers),
    networkSearch: results.flatMap((r) => r.dnsSearch),
    ownNetns,
    ipv6: ownsNetns(config) && results.some((r) => r.addresses.some((a) => a.ip.includes(":"))),
  });
}
