import { fail } from "../../base/errors.ts";

/** A published port as the engine takes it. */
export interface ParsedPort {
  /** Absent takes a free one. */
  readonly host?: number;
  readonly container: number;
  readonly hostIp?: string;
  readonly protocol?: "tcp" | "udp" | "sctp";
  /** Number of consecutive ports; absent is 1. */
  readonly range?: number;
}

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });

/** Text of an IP address? Kept structural: no name is looked up. */
export function isIpAddress(text: string): boolean {
  return isIpv4(text) || isIpv6(text);
}

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

function isIpv6(text: string): boolean {
  const [address = "", zone] = text.split("%");
  if (zone === "" || !/^[0-9a-fA-F:.]+$/.test(address)) return false;
  const halves = address.split("::");
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  const last = groups.at(-1) ?? "";
  const dotted = last.includes(".");
  if (dotted && !isIpv4(last)) return false;
  const hex = dotted ? groups.slice(0, -1) : groups;
  const count = hex.length + (dotted ? 2 : 0);
  return hex.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group)) && (halves.length === 2 ? count < 8 : count === 8);
}

function parseNumber(text: string): number {
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
  if (value === undefined)
    throw refuse(`invalid port number: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  if (value < 0) throw refuse("port numbers cannot be negative");
  if (value < 1 || value > 65_535) throw refuse(`port numbers must be between 1 and 65535 (inclusive), got ${value}`);
  return value;
}

/** `80` or `80-90`: first port and number of ports. */
function parseRange(text: string): { readonly start: number; readonly count: number } {
  if (text.startsWith("-")) throw refuse("port numbers cannot be negative");
  const [first = "", last, ...more] = text.split("-");
  if (more.length > 0) throw refuse("invalid port format - port ranges are formatted as startPort-stopPort");
  if (last === undefined) return { start: parseNumber(first), count: 1 };
  if (first === "") throw refuse("must provide starting number for port range");
  if (last === "") throw refuse("must provide ending number for port range");
  const start = parseNumber(first);
  const end = parseNumber(last);
  if (end <= start)
    throw refuse(`the end port of a range must be higher than the start port - ${end} is not higher than ${start}`);
  return { start, count: end - start + 1 };
}

function within<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw refuse(`parsing ${what} port: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Splits `[[ip:]host:]container`; undefined parts are absent. */
function splitPort(text: string): { readonly ip?: string; readonly host?: string; readonly container: string } {
  if (text.startsWith("[")) {
    const end = text.indexOf("]");
    if (end < 0) throw refuse("invalid port format - format is [[hostIP:]hostPort:]containerPort");
    if (text[end + 1] !== ":") throw refuse("invalid port format - IPv6 address must be followed by a colon (':')");
    const [host = "", container, ...more] = text.slice(end + 2).split(":");
    if (container === undefined || more.length > 0)
      throw refuse("invalid port format - must provide host and destination port if specifying an IP");
    return { ip: text.slice(1, end), host, container };
  }
  const parts = text.split(":");
  const [first = "", second, third, ...more] = parts;
  if (more.length > 0) throw refuse("invalid port format - format is [[hostIP:]hostPort:]containerPort");
  if (second === undefined) return { container: first };
  if (third === undefined) return { host: first, container: second };
  return { ip: first, host: second, container: third };
}

/** `tcp`, `udp` or `sctp` in any case. Throws INVALID_ARGUMENT. */
function parseProtocol(text: string): "tcp" | "udp" | "sctp" {
  const protocol = text.toLowerCase();
  if (protocol === "") throw refuse("must provide a non-empty protocol to publish");
  if (protocol === "tcp" || protocol === "udp" || protocol === "sctp") return protocol;
  throw refuse(`unrecognized protocol "${text}" in port mapping`);
}

/**
 * One value of `--publish`: `[[ip:]hostPort[-end]:]containerPort[-end][/protocol]`. Throws INVALID_ARGUMENT with podman's
 * text.
 */
export function parsePort(text: string): ParsedPort {
  const [body = "", protocolText, ...more] = text.split("/");
  if (more.length > 0) throw refuse("invalid port format - protocol can only be specified once");
  const protocol = protocolText === undefined ? undefined : parseProtocol(protocolText);
  const { ip, host, container } = splitPort(body);
  if (ip === "") throw refuse("must provide a non-empty container host IP to publish");
  if (ip !== undefined && !isIpAddress(ip)) throw refuse(`cannot parse "${ip}" as an IP address`);
  const target = within("container", () => parseRange(container));
  const source = host === undefined || host === "" ? undefined : within("host", () => parseRange(host));
  if (source && source.count !== target.count)
    throw refuse(`host and container port ranges have different lengths: ${source.count} vs ${target.count}`);
  return {
    ...(source ? { host: source.start } : {}),
    container: target.start,
    ...(ip === undefined || ip === "0.0.0.0" ? {} : { hostIp: ip }),
    ...(protocol ? { protocol } : {}),
    ...(target.count > 1 ? { range: target.count } : {}),
  };
}

/** All values of `--publish`; empty ones are skipped as podman does. */
export function parsePorts(texts: readonly string[]): readonly ParsedPort[] {
  return texts.filter((text) => text !== "").map(parsePort);
}

/** One port as podman's tables show it: `0.0.0.0:8080->80/tcp`, ranges as `8080-8081->80-81`. */
export function formatPort(port: {
  readonly hostIp: string;
  readonly hostPort: number;
  readonly containerPort: number;
  readonly protocol: string;
  readonly range: number;
}): string {
  const span = (start: number) => (port.range > 1 ? `${start}-${start + port.range - 1}` : String(start));
  const address = port.hostIp === "" ? "0.0.0.0" : port.hostIp;
  return `${address.includes(":") ? `[${address}]` : address}:${span(port.hostPort)}->${span(port.containerPort)}/${port.protocol}`;
}
