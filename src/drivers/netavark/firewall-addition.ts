import type { PortMapping } from "../../model/container.ts";
import { chainsOf, parseSaved, type Saved } from "./firewall.ts";

/**
 * Which iptables rules netavark makes for a container, and which of them are not there yet. netavark asks for and adds each
 * in a process of its own; one `iptables-restore` adds all. Rules are written as iptables-save prints them, so that those
 * that are there can be told by their text.
 */
export interface FirewallAddition {
  /** The name under which netavark knows the network. */
  readonly key: string;
  /** The network's subnet of this address family, CIDR notation. */
  readonly subnet: string;
  readonly bridge: string;
  readonly isolate: boolean;
  readonly containerId: string;
  /** The container's address in the subnet. */
  readonly address: string;
  readonly ports: readonly PortMapping[];
}

/** What is to be fed to `iptables-restore --noflush`. */
export interface AdditionPlan {
  /** Empty if all rules are there. */
  readonly text: string;
  /**
   * True if rules that several containers need are missing: who adds those must be alone, or two add them. A container's
   * own rules are nobody else's.
   */
  readonly touchesShared: boolean;
}

const FORWARD_COMMENT = `-m comment --comment "netavark firewall plugin rules"`;
const MASQUERADE_MARKED = `-m comment --comment "netavark portfw masq mark" -m mark --mark 0x2000/0x2000 -j MASQUERADE`;
const SET_MARK = "-j MARK --set-xmark 0x2000/0x2000";
const LOCAL_TO_DNAT = "-m addrtype --dst-type LOCAL -j NETAVARK-HOSTPORT-DNAT";

/** Commands for one table, and whether they concern more than one container. */
class Table {
  readonly commands: string[] = [];
  touchesShared = false;
  readonly #name: string;
  readonly #saved: Saved;
  readonly #made = new Set<string>();

  constructor(name: string, saved: Saved) {
    this.#name = name;
    this.#saved = saved;
  }

  has(chain: string, rest: string): boolean {
    const isIt = (rule: Saved["rules"][number]) =>
      rule.table === this.#name && rule.chain === chain && rule.rest === rest;
    return this.#saved.rules.some(isIt) || this.#made.has(`${chain} ${rest}`);
  }

  hasChain(chain: string): boolean {
    return this.#saved.chains.has(`${this.#name} ${chain}`) || this.#made.has(chain);
  }

  /** `-N` fails where another program was faster, unlike a chain declaration, which would empty the chain. */
  chain(chain: string): void {
    if (this.hasChain(chain)) return;
    this.#made.add(chain);
    this.#shared(`-N ${chain}`);
  }

  append(chain: string, rest: string): void {
    this.#add(chain, rest, `-A ${chain} ${rest}`);
  }

  insert(chain: string, position: number, rest: string): void {
    this.#add(chain, rest, `-I ${chain} ${position} ${rest}`);
  }

  /** Adds a rule that belongs to one container alone. */
  appendOwn(chain: string, rest: string): void {
    if (this.has(chain, rest)) return;
    this.#made.add(`${chain} ${rest}`);
    this.commands.push(`-A ${chain} ${rest}`);
  }

  /** Makes a chain hold exactly these rules, in this order. */
  fill(chain: string, rules: readonly string[]): void {
    this.chain(chain);
    if (rules.every((rest) => this.has(chain, rest))) return;
    this.#shared(`-F ${chain}`);
    for (const rest of rules) this.#shared(`-A ${chain} ${rest}`);
  }

  #add(chain: string, rest: string, command: string): void {
    if (this.has(chain, rest)) return;
    this.#made.add(`${chain} ${rest}`);
    this.#shared(command);
  }

  #shared(command: string): void {
    this.touchesShared = true;
    this.commands.push(command);
  }
}

/**
 * The input of `iptables-restore --noflush` that adds what is missing, in the order in which netavark 1.4 does.
 *
 * @param saved output of iptables-save, or ip6tables-save
 * @param additions one for each network, all of one address family
 */
export function planAddition(saved: string, additions: readonly FirewallAddition[]): AdditionPlan {
  const state = parseSaved(saved);
  const nat = new Table("nat", state);
  const filter = new Table("filter", state);
  for (const addition of additions) {
    addMasquerading(nat, addition);
    if (addition.isolate) addIsolation(filter, addition.bridge);
    addForwarding(filter, addition);
    addPorts(nat, addition);
  }
  const section = (name: string, { commands }: Table) =>
    commands.length > 0 ? `*${name}\n${commands.join("\n")}\nCOMMIT\n` : "";
  return {
    text: section("nat", nat) + section("filter", filter),
    touchesShared: nat.touchesShared || filter.touchesShared,
  };
}

const isSix = (text: string) => text.includes(":");

function addMasquerading(nat: Table, { key, subnet }: FirewallAddition): void {
  const { masquerade } = chainsOf(key);
  const multicast = isSix(subnet) ? "ff00::/8" : "224.0.0.0/4";
  nat.fill(masquerade, [`-d ${subnet} -j ACCEPT`, `! -d ${multicast} -j MASQUERADE`]);
  nat.append("POSTROUTING", `-s ${subnet} -j ${masquerade}`);
}

function addIsolation(filter: Table, bridge: string): void {
  filter.chain("NETAVARK_ISOLATION_1");
  filter.chain("NETAVARK_ISOLATION_2");
  filter.insert("NETAVARK_ISOLATION_1", 1, `-i ${bridge} ! -o ${bridge} -j NETAVARK_ISOLATION_2`);
  filter.insert("NETAVARK_ISOLATION_2", 1, `-o ${bridge} -j DROP`);
  filter.insert("FORWARD", 1, "-j NETAVARK_ISOLATION_1");
}

function addForwarding(filter: Table, { subnet, isolate }: FirewallAddition): void {
  filter.chain("NETAVARK_FORWARD");
  filter.insert("FORWARD", isolate ? 2 : 1, `${FORWARD_COMMENT} -j NETAVARK_FORWARD`);
  filter.append("NETAVARK_FORWARD", `-d ${subnet} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`);
  filter.append("NETAVARK_FORWARD", `-s ${subnet} -j ACCEPT`);
}

function addPorts(nat: Table, addition: FirewallAddition): void {
  const { key, subnet, address, containerId } = addition;
  const { forward } = chainsOf(key);
  const six = isSix(subnet);
  const ports = addition.ports.filter(({ hostIp }) => hostIp === "" || isSix(hostIp) === six);
  for (const chain of ["NETAVARK-HOSTPORT-SETMARK", "NETAVARK-HOSTPORT-MASQ", "NETAVARK-HOSTPORT-DNAT"])
    nat.chain(chain);
  if (addition.ports.length > 0) nat.chain(forward);
  nat.append("NETAVARK-HOSTPORT-SETMARK", SET_MARK);
  nat.append("NETAVARK-HOSTPORT-MASQ", MASQUERADE_MARKED);
  nat.insert("POSTROUTING", 1, "-j NETAVARK-HOSTPORT-MASQ");
  for (const port of ports) {
    const match = matchOf(port);
    for (const source of [subnet, six ? "::1/128" : "127.0.0.1/32"])
      nat.appendOwn(forward, `-s ${source} ${match} -j NETAVARK-HOSTPORT-SETMARK`);
    nat.appendOwn(forward, `${match} -j DNAT --to-destination ${destinationOf(port, address)}`);
  }
  const comment = `-m comment --comment "dnat name: ${key} id: ${containerId}"`;
  // netavark looks at the host's address in the network's own chain only.
  for (const port of ports)
    nat.appendOwn("NETAVARK-HOSTPORT-DNAT", `${matchOf({ ...port, hostIp: "" })} ${comment} -j ${forward}`);
  for (const chain of ["PREROUTING", "OUTPUT"]) nat.append(chain, LOCAL_TO_DNAT);
}

const rangeOf = (first: number, count: number, separator: string) =>
  count > 1 ? `${first}${separator}${first + count - 1}` : String(first);

function matchOf({ hostIp, hostPort, protocol, range }: PortMapping): string {
  const destination = hostIp === "" ? "" : `-d ${hostIp}/${isSix(hostIp) ? 128 : 32} `;
  return `${destination}-p ${protocol} -m ${protocol} --dport ${rangeOf(hostPort, range, ":")}`;
}

/** Of a range, each host port leads to the container port at the same place. */
function destinationOf({ hostPort, containerPort, range }: PortMapping, address: string): string {
  const host = isSix(address) ? `[${address}]` : address;
  const ports = rangeOf(containerPort, range, "-");
  return `${host}:${ports}${range > 1 ? `/${hostPort}` : ""}`;
}
