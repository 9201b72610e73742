import { fail } from "../../base/errors.ts";
import { isIpAddress } from "./ports.ts";

/** A network to join as the engine takes it. */
export interface ParsedNetwork {
  readonly name: string;
  readonly ips?: readonly string[];
  readonly mac?: string;
  readonly aliases?: readonly string[];
  readonly interfaceName?: string;
}

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });

/** Network modes that are no network and take no options. */
const MODES = ["host", "none", "private", "pod"];

/** True for `host`, `none`, `container:X`, `ns:PATH` and other ways of having a network namespace without a network. */
export function isNetworkMode(name: string): boolean {
  return MODES.includes(name) || name.startsWith("container:") || name.startsWith("ns:");
}

/** Checks an IP address of a flag such as `--ip`. Throws INVALID_ARGUMENT with podman's text. */
export function parseIpFlag(text: string): string {
  if (!isIpAddress(text)) throw refuse(`"${text}" is not an ip address`);
  return text;
}

/** A MAC address of six bytes, lower case with colons. Throws INVALID_ARGUMENT with podman's text. */
export function parseMac(text: string): string {
  if (!/^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i.test(text)) throw refuse(`address ${text}: invalid MAC address`);
  return text.toLowerCase().replaceAll("-", ":");
}

interface Draft {
  readonly ips: string[];
  readonly aliases: string[];
  mac?: string;
  interfaceName?: string;
}

function readOption(draft: Draft, option: string): void {
  const at = option.indexOf("=");
  const name = at < 0 ? option : option.slice(0, at);
  const value = at < 0 ? "" : option.slice(at + 1);
  if (name === "ip" || name === "ip6") {
    if (!isIpAddress(value)) throw refuse(`invalid ip address "${value}"`);
    draft.ips.push(value);
  } else if (name === "mac") draft.mac = parseMac(value);
  else if (name === "alias") {
    if (value === "") throw refuse("alias cannot be empty");
    draft.aliases.push(value);
  } else if (name === "interface_name") {
    if (value === "") throw refuse("interface_name cannot be empty");
    draft.interfaceName = value;
  } else throw refuse(`unknown bridge network option: ${name}`);
}

function networkOf(name: string, optionText: string): ParsedNetwork {
  const draft: Draft = { ips: [], aliases: [] };
  for (const option of optionText.split(",")) if (option !== "") readOption(draft, option);
  return {
    name,
    ...(draft.ips.length > 0 ? { ips: draft.ips } : {}),
    ...(draft.mac === undefined ? {} : { mac: draft.mac }),
    ...(draft.aliases.length > 0 ? { aliases: draft.aliases } : {}),
    ...(draft.interfaceName === undefined ? {} : { interfaceName: draft.interfaceName }),
  };
}

function parseOne(text: string): readonly ParsedNetwork[] {
  if (text === "" || isNetworkMode(text)) {
    if (text === "container:") throw refuse("invalid config provided: namespace mode container requires a value");
    if (text === "ns:") throw refuse("invalid config provided: namespace mode path requires a value");
    return text === "" ? [] : [{ name: text }];
  }
  const at = text.indexOf(":");
  const name = at < 0 ? text : text.slice(0, at);
  if (name === "slirp4netns" || name === "pasta")
    throw refuse(`network mode ${name} is for rootless containers, which are not supported yet`);
  if (at < 0)
    return text
      .split(",")
      .filter((part) => part !== "")
      .map((part) => ({ name: part }));
  try {
    return [networkOf(name, text.slice(at + 1))];
  } catch (error) {
    if (name === "bridge") throw error;
    throw refuse(`invalid option for network ${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * All values of `--network`: a mode (`host`, `none`, `container:X`, `ns:PATH`), `bridge`, or network names, each as
 * `name[:ip=…,mac=…,alias=…,interface_name=…]`. Throws INVALID_ARGUMENT with podman's text.
 */
export function parseNetworks(texts: readonly string[]): readonly ParsedNetwork[] {
  const networks = texts.flatMap(parseOne);
  const mode = networks.find((network) => isNetworkMode(network.name));
  if (mode && networks.length > 1)
    throw refuse(
      `cannot set multiple networks without bridge network mode, selected mode ${mode.name}: invalid argument`,
    );
  return networks;
}

/** Checks one value of `--add-host`: `host:ip` or `host:host-gateway`. Throws INVALID_ARGUMENT with podman's text. */
export function parseAddHost(text: string): string {
  const at = text.indexOf(":");
  if (at <= 0) throw refuse(`bad format for add-host: ${JSON.stringify(text)}`);
  const address = text.slice(at + 1);
  if (address !== "host-gateway" && !isIpAddress(address))
    throw refuse(`invalid IP address in add-host: ${JSON.stringify(address)}`);
  return text;
}
