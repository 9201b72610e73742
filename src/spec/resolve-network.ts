import { fail } from "../base/errors.ts";
import type { NetworkOption } from "../engine/api/container-options.ts";
import type { NetworkAttachment, NetworkMode, NetworkSettings } from "../model/container.ts";
import { parseAddHost, parseMac } from "../model/notation/networks.ts";
import { isIpAddress } from "../model/notation/ports.ts";
import type { ResolveInput } from "./inputs.ts";
import { invalid } from "./invalid.ts";
import { donorOf, parseNamespace, podMode, sharedByPod } from "./namespaces.ts";
import { resolvePorts } from "./resolve-ports.ts";

/** Words that mean the default bridge network. */
const BRIDGE_WORDS = ["bridge", "default", "private", ""];

/** How a network text is to be read; `bridge` covers named networks. */
export type NetworkWord = "bridge" | "host" | "none" | "pod" | "container" | "path";

/**
 * Kind of a network text: one of the modes, or a network's name, which is bridge.
 *
 * @throws INVALID_ARGUMENT for podman's user-mode network, which this engine has not
 */
export function networkWord(text: string): NetworkWord {
  const word = text.split(":", 1)[0] ?? "";
  if (text === "host" || text === "none" || text === "pod") return text;
  if (word === "container") return "container";
  if (word === "ns") return "path";
  if (word === "slirp4netns")
    throw invalid(`network mode "${text}" is not supported: use bridge, host, none, container:X or ns:PATH`);
  return "bridge";
}

/** Checks what belongs to bridges only, with the names of podman's flags. */
function refuseBridgeOptions(networks: readonly NetworkOption[], aliases: readonly string[]): void {
  const only = (flag: string) => invalid(`${flag} can only be set when the network mode is bridge: invalid argument`);
  if (networks.some((n) => (n.ips?.length ?? 0) > 0)) throw only("--ip");
  if (networks.some((n) => n.mac !== undefined && n.mac !== "")) throw only("--mac-address");
  if (aliases.length > 0 || networks.some((n) => (n.aliases?.length ?? 0) > 0)) throw only("--network-alias");
}

/**
 * The one mode of a list of networks; several are bridges or nothing.
 *
 * @throws INVALID_ARGUMENT when modes mix, and when bridge-only options meet another mode
 */
export function networkModeOf(networks: readonly NetworkOption[], aliases: readonly string[] = []): NetworkWord {
  const words = networks.map((n) => networkWord(n.name));
  const other = words.find((word) => word !== "bridge");
  if (other === undefined) return "bridge";
  if (networks.length > 1)
    throw invalid(`cannot set multiple networks without bridge network mode, selected mode ${other}: invalid argument`);
  refuseBridgeOptions(networks, aliases);
  return other;
}

function attachmentsOf(input: ResolveInput): readonly NetworkAttachment[] {
  const { options, config, id } = input;
  const given = options.networks ?? [];
  const networks = given.length > 0 ? given : [{ name: "bridge" }];
  const taken = new Set<string>();
  for (const { interfaceName } of networks) {
    if (interfaceName === undefined) continue;
    if (taken.has(interfaceName))
      throw invalid(`interface name "${interfaceName}" is used by two networks: invalid argument`);
    taken.add(interfaceName);
  }
  let next = 0;
  const freeInterface = () => {
    while (taken.has(`eth${next}`)) next += 1;
    taken.add(`eth${next}`);
    return `eth${next}`;
  };
  const byName = new Map<string, NetworkAttachment>();
  for (const option of networks) {
    const network = BRIDGE_WORDS.includes(option.name) ? config.defaultNetwork : option.name;
    if (byName.has(network)) continue;
    checkAddresses(option);
    byName.set(network, {
      network,
      interfaceName: option.interfaceName ?? freeInterface(),
      staticIps: option.ips ?? [],
      ...(option.mac === undefined || option.mac === "" ? {} : { staticMac: parseMac(option.mac) }),
      aliases: [...new Set([...(option.aliases ?? []), ...(options.networkAliases ?? []), id.slice(0, 12)])],
    });
  }
  return [...byName.values()];
}

function checkAddresses(option: NetworkOption): void {
  const ip = option.ips?.find((text) => !isIpAddress(text));
  if (ip !== undefined) throw invalid(`"${ip}" is not an ip address`);
  if (option.interfaceName !== undefined && !/^[^/:\s]{1,15}$/.test(option.interfaceName))
    throw invalid(`invalid interface name "${option.interfaceName}": invalid argument`);
}

function resolveMode(input: ResolveInput): NetworkMode {
  const { options } = input;
  const networks = options.networks ?? [];
  const [first] = networks;
  if (first === undefined && sharedByPod(input, "net")) return podMode(input, "net");
  const text = first?.name ?? (input.config.netns || "bridge");
  const word = first === undefined ? networkWord(text) : networkModeOf(networks, options.networkAliases);
  if (first === undefined && word !== "bridge") refuseBridgeOptions([], options.networkAliases ?? []);
  if (word === "pod") return podMode(input, "net");
  if (word === "bridge" || word === "host" || word === "none") return { mode: word };
  const choice = parseNamespace("net", text);
  return choice.mode === "container"
    ? { mode: "container", id: donorOf(input, "net", choice.ref).id }
    : { mode: "path", path: choice.mode === "path" ? choice.path : "" };
}

/** A member in its pod's network namespace has nothing to configure (spec/pods.md 1.6). */
function refusePodOptions(input: ResolveInput): void {
  const { options } = input;
  const refuse = (detail: string) => fail("NETWORK_ON_POD_CONTAINER", { detail });
  if ((options.ports?.length ?? 0) > 0 || options.publishAll === true || (options.expose?.length ?? 0) > 0)
    throw refuse("published or exposed ports must be defined when the pod is created");
  const configured = (n: NetworkOption) =>
    n.name === "" || (n.ips?.length ?? 0) > 0 || (n.aliases?.length ?? 0) > 0 || n.mac !== undefined;
  if ((options.networkAliases?.length ?? 0) > 0 || (options.networks ?? []).some(configured))
    throw refuse("networks must be defined when the pod is created");
  if ((options.addHosts?.length ?? 0) > 0) throw refuse("extra host entries must be specified on the pod");
}

/** Options that shape resolv.conf and hosts, of a container or of a pod. */
export interface DnsOptions {
  readonly dns?: readonly string[];
  readonly dnsSearch?: readonly string[];
  readonly dnsOptions?: readonly string[];
  readonly addHosts?: readonly string[];
  readonly noHosts?: boolean;
}

/** A search domain: labels of letters, digits and inner hyphens, or `.` alone. */
function isSearchDomain(text: string): boolean {
  if (text === ".") return true;
  const labels = text.replace(/\.$/, "").split(".");
  return text.length <= 255 && labels.every((label) => /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/.test(label));
}

function checkAddHost(text: string): void {
  parseAddHost(text);
  if (/\s/.test(text)) throw invalid(`bad format for add-host: ${JSON.stringify(text)}`);
}

/**
 * Checks `--dns*`, `--add-host` and `--no-hosts`.
 *
 * @throws INVALID_ARGUMENT with podman's words
 */
export function checkDnsOptions(options: DnsOptions): void {
  const servers = options.dns ?? [];
  if (servers.includes("none") && servers.length > 1)
    throw invalid("none is not allowed to be specified with other DNS ip addresses");
  const server = servers.find((text) => text !== "none" && !isIpAddress(text));
  if (server !== undefined) throw invalid(`${server} is not an ip address`);
  const domain = options.dnsSearch?.find((text) => !isSearchDomain(text));
  if (domain !== undefined) throw invalid(`${domain} is not a valid domain`);
  const option = options.dnsOptions?.find((text) => !/^\S+$/.test(text));
  if (option !== undefined) throw invalid(`"${option}" is not a valid dns option`);
  if (options.noHosts === true && (options.addHosts?.length ?? 0) > 0)
    throw invalid("--no-hosts and --add-host cannot be set together");
  for (const text of options.addHosts ?? []) checkAddHost(text);
}

function dnsSettings(input: ResolveInput): Omit<NetworkSettings, "attachments" | "ports"> {
  const { options, config } = input;
  checkDnsOptions(options);
  const noResolvConf = options.dns?.[0] === "none";
  const exclusive = (field: string) =>
    invalid(`invalid config provided: UseImageResolvConf and ${field} are mutually exclusive options`);
  if (noResolvConf && (options.dnsSearch?.length ?? 0) > 0) throw exclusive("DNSSearch");
  if (noResolvConf && (options.dnsOptions?.length ?? 0) > 0) throw exclusive("DNSOption");
  const addHosts = options.addHosts ?? [];
  return {
    dnsServers: noResolvConf ? [] : (options.dns ?? config.dnsServers),
    dnsSearch: noResolvConf ? [] : (options.dnsSearch ?? config.dnsSearch),
    dnsOptions: noResolvConf ? [] : (options.dnsOptions ?? config.dnsOptions),
    addHosts,
    noHosts: options.noHosts ?? (addHosts.length === 0 && config.noHosts),
    noResolvConf,
  };
}

/**
 * Decides the network namespace and everything about networks.
 *
 * @returns mode, settings and warnings; ports with host port 0 still need one
 * @throws INVALID_ARGUMENT, NETWORK_ON_POD_CONTAINER, NO_SUCH_DONOR
 */
export function resolveNetwork(input: ResolveInput): {
  readonly mode: NetworkMode;
  readonly settings: NetworkSettings;
  readonly warnings: readonly string[];
} {
  const first = input.options.networks?.[0]?.name ?? "";
  const fromPod = sharedByPod(input, "net") && (first === "" || first === "pod");
  if (fromPod) refusePodOptions(input);
  const mode = fromPod ? podMode(input, "net") : resolveMode(input);
  if (mode.mode === "none" && (input.options.dns?.length ?? 0) > 0)
    throw invalid("conflicting options: dns and the network mode: none");
  const dns = dnsSettings(input);
  const ports = resolvePorts(input.options, input.image?.config.config);
  if (mode.mode === "bridge")
    return { mode, settings: { attachments: attachmentsOf(input), ports, ...dns }, warnings: [] };
  const warnings =
    ports.length === 0
      ? []
      : ["Port mappings have been discarded as one of the Host, Container, Pod, and None network modes are in use"];
  return { mode, settings: { attachments: [], ports: [], ...dns }, warnings };
}
