import { createHash } from "node:crypto";

/**
 * What netavark's iptables rules look like, and which of them a teardown takes away. netavark itself removes them one
 * process at a time, some twenty for the last container of a network (components.md 5.5); one `iptables-restore` does the
 * same in a single step, and also works when the network namespace is gone, where netavark refuses.
 *
 * Chains shared by all networks, podman's too (NETAVARK_FORWARD, NETAVARK-HOSTPORT-*, NETAVARK_ISOLATION_*), stay; only
 * rules in them that are certainly ours go.
 */
export interface FirewallTarget {
  /** The name under which netavark knows the network. */
  readonly key: string;
  /** Subnets of the network of this address family, CIDR notation. */
  readonly subnets: readonly string[];
  readonly bridge: string;
  readonly containerId: string;
  /** Addresses of the container on this network. */
  readonly addresses: readonly string[];
  /** No container is left on the network: its own chains go as well. */
  readonly last: boolean;
}

/** The chains that netavark makes for one network: upper-case hexadecimal beginning of a hash of its name. */
export function chainsOf(key: string): { readonly masquerade: string; readonly forward: string } {
  const hash = createHash("sha512").update(key).digest("hex").slice(0, 13).toUpperCase();
  return { masquerade: `NETAVARK-${hash}`, forward: `NETAVARK-DN-${hash}` };
}

export interface Rule {
  readonly table: string;
  readonly chain: string;
  /** Everything behind the chain's name. */
  readonly rest: string;
}

export interface Saved {
  readonly rules: readonly Rule[];
  /** `table chain`. */
  readonly chains: ReadonlySet<string>;
}

/** Reads the output of iptables-save. */
export function parseSaved(text: string): Saved {
  const rules: Rule[] = [];
  const chains = new Set<string>();
  let table = "";
  for (const line of text.split("\n")) {
    if (line.startsWith("*")) table = line.slice(1).trim();
    else if (line.startsWith(":")) chains.add(`${table} ${line.slice(1).split(" ")[0]}`);
    const match = /^-A (\S+) (.*)$/.exec(line);
    if (match) rules.push({ table, chain: match[1] ?? "", rest: match[2] ?? "" });
  }
  return { rules, chains };
}

/**
 * The input of `iptables-restore --noflush` that removes a container's rules, and the network's own when it is the last.
 *
 * @param saved output of iptables-save (or ip6tables-save)
 * @returns empty if nothing of it is there
 */
export function planRemoval(saved: string, targets: readonly FirewallTarget[]): string {
  const state = parseSaved(saved);
  const lines = new Map<string, string[]>([
    ["nat", []],
    ["filter", []],
  ]);
  for (const target of targets) {
    const { nat, filter } = target.last ? removeNetwork(state, target) : removeContainer(state, target);
    lines.get("nat")?.push(...nat);
    lines.get("filter")?.push(...filter);
  }
  return [...lines]
    .filter(([, commands]) => commands.length > 0)
    .map(([table, commands]) => `*${table}\n${commands.join("\n")}\nCOMMIT\n`)
    .join("");
}

const deletion = (rule: Rule) => `-D ${rule.chain} ${rule.rest}`;

function removeContainer(state: Saved, target: FirewallTarget): { nat: string[]; filter: string[] } {
  const { forward } = chainsOf(target.key);
  const jumps = state.rules.filter(
    (rule) => rule.chain === "NETAVARK-HOSTPORT-DNAT" && jumpsTo(rule, forward) && namesContainer(rule, target),
  );
  const inChain = state.rules.filter((rule) => rule.table === "nat" && rule.chain === forward);
  const translations = inChain.filter((rule) => leadsTo(rule, target.addresses));
  // A mark rule names no container; it belongs to the translation that follows with the same match.
  const marks = [...inChain.filter((rule) => jumpsTo(rule, "NETAVARK-HOSTPORT-SETMARK"))];
  const ownMarks = translations.flatMap((translation) => {
    const match = translation.rest.replace(/ ?-j DNAT .*$/, "");
    return marks.filter((mark) => mark.rest.replace(/^-s \S+ /, "").startsWith(`${match} -j `));
  });
  return { nat: [...jumps, ...ownMarks, ...translations].map(deletion), filter: [] };
}

function removeNetwork(state: Saved, target: FirewallTarget): { nat: string[]; filter: string[] } {
  const { masquerade, forward } = chainsOf(target.key);
  const ownChains = [masquerade, forward].filter((chain) => state.chains.has(`nat ${chain}`));
  const jumps = state.rules.filter((rule) => rule.table === "nat" && ownChains.some((chain) => jumpsTo(rule, chain)));
  const filter = state.rules.filter((rule) => rule.table === "filter" && isForwarding(rule, target));
  return {
    nat: [
      ...jumps.map(deletion),
      ...ownChains.map((chain) => `-F ${chain}`),
      ...ownChains.map((chain) => `-X ${chain}`),
    ],
    filter: filter.map(deletion),
  };
}

function isForwarding(rule: Rule, target: FirewallTarget): boolean {
  if (rule.chain === "NETAVARK_FORWARD")
    return target.subnets.some(
      (subnet) => rule.rest.startsWith(`-d ${subnet} `) || rule.rest.startsWith(`-s ${subnet} `),
    );
  const words = rule.rest.split(" ");
  return rule.chain.startsWith("NETAVARK_ISOLATION_") && words.includes(target.bridge);
}

function jumpsTo(rule: Rule, chain: string): boolean {
  return ` ${rule.rest} `.includes(` -j ${chain} `);
}

function namesContainer(rule: Rule, target: FirewallTarget): boolean {
  return rule.rest.includes(` id: ${target.containerId}"`);
}

function leadsTo(rule: Rule, addresses: readonly string[]): boolean {
  const destination = /--to-destination (\S+)/.exec(rule.rest)?.[1];
  if (destination === undefined) return false;
  return addresses.some((ip) => destination.startsWith(ip.includes(":") ? `[${ip}]:` : `${ip}:`));
}
