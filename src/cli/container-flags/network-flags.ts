import { defined } from "../../base/defined.ts";
import { fail } from "../../base/errors.ts";
import type { NetworkOption, PortOption } from "../../engine/api/container-options.ts";
import { isNetworkMode, parseAddHost, parseIpFlag, parseMac, parseNetworks } from "../../model/notation/networks.ts";
import { isIpAddress, parsePorts } from "../../model/notation/ports.ts";
import { bool, type FlagValues, list, strings, text } from "../flag-kinds.ts";

/** How a container or pod is on networks; the same for both. */
export const NETWORK_FLAGS = {
  "add-host": list("Add a line to /etc/hosts (host:ip)"),
  dns: list("DNS server, or none to keep the image's resolv.conf"),
  "dns-option": list("Option line of resolv.conf", { aliases: ["dns-opt"] }),
  "dns-search": list("DNS search domain, . for none"),
  ip: text("Static IPv4 address"),
  ip6: text("Static IPv6 address"),
  "mac-address": text("MAC address (92:d0:c6:0a:29:33)"),
  network: strings("Network to join, or host, none, container:NAME, ns:PATH", { aliases: ["net"] }),
  "network-alias": list("Additional DNS name on its networks", { aliases: ["net-alias"] }),
  "no-hosts": bool("Keep the image's /etc/hosts"),
  publish: list("Publish a port or a range of ports ([[ip:]hostPort:]containerPort[/protocol])", { short: "p" }),
};

export interface NetworkOptions {
  readonly networks?: readonly NetworkOption[];
  readonly networkAliases?: readonly string[];
  readonly ports?: readonly PortOption[];
  readonly dns?: readonly string[];
  readonly dnsSearch?: readonly string[];
  readonly dnsOptions?: readonly string[];
  readonly addHosts?: readonly string[];
  readonly noHosts?: boolean;
}

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });

const some = <T>(values: readonly T[]): readonly T[] | undefined => (values.length > 0 ? values : undefined);

const withoutEmpty = (values: readonly string[]) => values.filter((value) => value !== "");

function dnsOf(values: readonly string[]): readonly string[] {
  const servers = withoutEmpty(values);
  if (servers.includes("none") && servers.length > 1)
    throw refuse("none is not allowed to be specified with other DNS ip addresses");
  for (const server of servers)
    if (server !== "none" && !isIpAddress(server)) throw refuse(`${server} is not an ip address`);
  return servers;
}

function searchOf(values: readonly string[]): readonly string[] {
  const domains = withoutEmpty(values);
  if (domains.includes(".") && domains.length > 1)
    throw refuse("cannot pass additional search domains when also specifying '.'");
  for (const domain of domains)
    if (domain !== "." && !/^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?$/.test(domain))
      throw refuse(`${domain} is not a valid domain`);
  return domains;
}

/** Puts `--ip`, `--ip6` and `--mac-address` on the one network that they are for. */
function withAddresses(
  networks: readonly NetworkOption[],
  flags: FlagValues<typeof NETWORK_FLAGS>,
): readonly NetworkOption[] {
  const given = (["ip", "ip6", "mac-address"] as const).filter((name) => flags[name]);
  const first = given[0];
  if (first === undefined) return networks;
  const [network = { name: "bridge" }, ...others] = networks;
  if (others.length > 0) throw refuse(`--${first} can only be set for a single network: invalid argument`);
  if (isNetworkMode(network.name))
    throw refuse(`--${first} can only be set when the network mode is bridge: invalid argument`);
  const ips = [flags.ip, flags.ip6].filter((ip) => ip !== undefined && ip !== "").map((ip) => parseIpFlag(ip ?? ""));
  return [
    {
      ...network,
      ...(ips.length > 0 ? { ips: [...(network.ips ?? []), ...ips] } : {}),
      ...(flags["mac-address"] ? { mac: parseMac(flags["mac-address"]) } : {}),
    },
  ];
}

/** Network options from their flags. Throws INVALID_ARGUMENT with podman's text. */
export function networkOptionsOf(flags: FlagValues<typeof NETWORK_FLAGS>): NetworkOptions {
  const networks = withAddresses(parseNetworks(flags.network), flags);
  const aliases = withoutEmpty(flags["network-alias"]);
  if (aliases.length > 0 && networks.some((network) => isNetworkMode(network.name)))
    throw refuse("--network-alias can only be set when the network mode is bridge: invalid argument");
  const addHosts = withoutEmpty(flags["add-host"]).map(parseAddHost);
  if (flags["no-hosts"] && addHosts.length > 0) throw refuse("--no-hosts and --add-host cannot be set together");
  return defined({
    networks: some(networks),
    networkAliases: some(aliases),
    ports: some(parsePorts(flags.publish)),
    dns: some(dnsOf(flags.dns)),
    dnsSearch: some(searchOf(flags["dns-search"])),
    dnsOptions: some(withoutEmpty(flags["dns-option"])),
    addHosts: some(addHosts),
    noHosts: flags["no-hosts"] || undefined,
  });
}
