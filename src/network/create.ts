import { fail } from "../base/errors.ts";
import type { NetworkCreateOptions } from "../engine/api/system.ts";
import type { NetworkDefinition, Subnet } from "../model/network.ts";
import { parseGoBool } from "../model/notation/go-values.ts";
import { freeBlock, freeInterfaceName, randomBlock6, type SubnetPool } from "./free.ts";
import {
  type Address,
  type Block,
  bitsOf,
  blockHolds,
  blocksOverlap,
  formatAddress,
  formatBlock,
  lastOf,
  parseAddress,
  parseBlock,
} from "./ip.ts";

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;
/** Words that mean something else after `--network`. */
const MODES: readonly string[] = ["bridge", "container", "host", "none", "ns", "pasta", "private", "slirp4netns"];
const MAX_VLAN = 4094;

/** What a new network has to keep clear of, and where its free choices come from. */
export interface CreateContext {
  readonly usedBlocks: readonly Block[];
  readonly usedInterfaces: ReadonlySet<string>;
  readonly hostInterfaces: ReadonlySet<string>;
  readonly pools: readonly SubnetPool[];
  readonly random: (count: number) => Uint8Array;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Makes a definition from a user's options; pure but for `random`. Rules and texts are podman's (podman-network-create(1)).
 *
 * @throws INVALID_ARGUMENT, ADDRESSES_EXHAUSTED (no free subnet in the pools)
 */
export function planNetwork(options: NetworkCreateOptions, context: CreateContext): NetworkDefinition {
  const driver = driverOf(options.driver);
  const optionTexts = checkOptions(driver, options.options ?? {});
  const free = freeInterfaceName(context.usedInterfaces);
  const interfaceName = driver === "bridge" ? free : parentOf(optionTexts, context);
  const name = options.name ?? free;
  checkName(name);
  const dnsEnabled = driver === "bridge" && options.disableDns !== true;
  const wantsGateway = options.internal !== true || dnsEnabled;
  if (driver !== "bridge" && (options.subnets ?? []).length === 0)
    throw invalid(`${driver} driver needs at least one subnet specified, DHCP is not yet supported with netavark`);
  const subnets = chooseSubnets(options, context, { wantsGateway, checkUsed: driver === "bridge" });
  const { parent: _, ...kept } = optionTexts;
  return {
    name,
    id: hex(context.random(32)),
    driver,
    interfaceName,
    createdAt: context.now,
    subnets,
    ipv6: subnets.some((subnet) => subnet.subnet.includes(":")),
    internal: options.internal === true,
    dnsEnabled,
    labels: { ...options.labels },
    options: kept,
    ipamDriver: "host-local",
  };
}

/** Throws INVALID_ARGUMENT if a network may not be called so. */
export function checkName(name: string): void {
  if (!NAME.test(name))
    throw invalid(`network name ${name} invalid: names must match [a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument`);
  if (MODES.includes(name))
    throw invalid(`cannot create network with name "${name}" because it conflicts with a valid network mode`);
}

function driverOf(text = "bridge"): "bridge" | "macvlan" {
  if (text === "bridge" || text === "macvlan") return text;
  throw invalid(`unsupported driver ${text}: invalid argument`);
}

/** Checks driver options and brings them into the form that netavark reads. */
function checkOptions(driver: "bridge" | "macvlan", options: Readonly<Record<string, string>>): Record<string, string> {
  const checks: Readonly<Record<string, (value: string) => string>> =
    driver === "bridge"
      ? { mtu: positiveInteger("mtu"), metric: positiveInteger("metric"), vlan: vlanId, isolate: boolText }
      : { mtu: positiveInteger("mtu"), metric: positiveInteger("metric"), mode: macvlanMode, parent: (value) => value };
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => {
      const check = checks[key];
      if (!check) throw invalid(`unsupported ${driver} network option ${key}`);
      return [key, check(value)];
    }),
  );
}

const integer = (value: string): number => {
  if (!/^[+-]?\d{1,15}$/.test(value)) throw invalid(`strconv.Atoi: parsing ${JSON.stringify(value)}: invalid syntax`);
  return Number(value);
};

const positiveInteger = (what: string) => (value: string) => {
  if (integer(value) < 0) throw invalid(`${what} ${value} is less than zero`);
  return String(integer(value));
};

function vlanId(value: string): string {
  const id = integer(value);
  if (id < 0 || id > MAX_VLAN) throw invalid(`vlan ID ${value} must be between 0 and ${MAX_VLAN}`);
  return String(id);
}

const boolText = (value: string) => String(parseGoBool(value));

function macvlanMode(value: string): string {
  if (["bridge", "private", "vepa", "passthru"].includes(value)) return value;
  throw invalid(`unknown macvlan mode ${JSON.stringify(value)}`);
}

function parentOf(options: Readonly<Record<string, string>>, context: CreateContext): string {
  const parent = options["parent"] ?? "";
  if (parent !== "" && !context.hostInterfaces.has(parent)) throw invalid(`parent interface ${parent} does not exist`);
  return parent;
}

interface SubnetRules {
  readonly wantsGateway: boolean;
  readonly checkUsed: boolean;
}

function chooseSubnets(options: NetworkCreateOptions, context: CreateContext, rules: SubnetRules): Subnet[] {
  const used = [...context.usedBlocks];
  const subnets: Subnet[] = [];
  const add = (block: Block, extra: { gateway?: string; ipRange?: string }) => {
    used.push(block);
    subnets.push(subnetOf(block, extra, rules.wantsGateway));
  };
  for (const { subnet, gateway, ipRange } of options.subnets ?? []) {
    const block = parseBlock(subnet);
    if (!block) throw invalid(`invalid CIDR address: ${subnet}`);
    if (rules.checkUsed && used.some((other) => blocksOverlap(block, other)))
      throw invalid(`subnet ${formatBlock(block)} is already used on the host or by another config`);
    add(block, { ...(gateway === undefined ? {} : { gateway }), ...(ipRange === undefined ? {} : { ipRange }) });
  }
  const has = (version: 4 | 6) => subnets.some((subnet) => subnet.subnet.includes(":") === (version === 6));
  if (subnets.length === 0 || (options.ipv6 === true && !has(4))) add(freeBlock(context.pools, used), {});
  if (options.ipv6 === true && !has(6)) add(randomBlock6(context.random, used), {});
  return subnets;
}

function subnetOf(block: Block, extra: { gateway?: string; ipRange?: string }, wantsGateway: boolean): Subnet {
  const text = formatBlock(block);
  const gateway = extra.gateway === undefined ? undefined : gatewayIn(block, extra.gateway);
  const narrow = block.prefix === bitsOf(block.version);
  const first = formatAddress({ version: block.version, value: narrow ? block.first : block.first + 1n });
  const chosen = gateway ?? (wantsGateway ? first : undefined);
  return {
    subnet: text,
    ...(chosen === undefined ? {} : { gateway: chosen }),
    ...(extra.ipRange === undefined ? {} : { leaseRange: rangeIn(block, extra.ipRange) }),
  };
}

function gatewayIn(block: Block, text: string): string {
  const address = parseAddress(text);
  if (!address) throw invalid(`invalid gateway address ${JSON.stringify(text)}`);
  if (!blockHolds(block, address))
    throw invalid(`gateway ${formatAddress(address)} not in subnet ${formatBlock(block)}`);
  return formatAddress(address);
}

/** A lease range is CIDR notation, or (as podman has it since 4.4) `first-last`. */
function rangeIn(block: Block, text: string): { start: string; end: string } {
  const range = parseBlock(text);
  const [from = "", to = ""] = text.split("-");
  const start = range ? { version: range.version, value: range.first + 1n } : parseAddress(from);
  const end = range ? { version: range.version, value: lastOf(range) } : parseAddress(to);
  if (!start || !end) throw invalid(`invalid CIDR address: ${text}`);
  const inside = (what: string, address: Address) => {
    if (!blockHolds(block, address))
      throw invalid(`lease range ${what} ip ${formatAddress(address)} not in subnet ${formatBlock(block)}`);
    return formatAddress(address);
  };
  const result = { start: inside("start", start), end: inside("end", end) };
  if (start.value > end.value) throw invalid(`lease range ${text} is empty`);
  return result;
}

const invalid = (message: string) => fail("INVALID_ARGUMENT", { message });
const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
