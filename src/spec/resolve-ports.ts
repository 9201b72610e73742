import type { PortOption } from "../engine/api/container-options.ts";
import type { PortMapping } from "../model/container.ts";
import type { ImageRunConfig } from "../model/image.ts";
import { isIpAddress } from "../model/notation/ports.ts";
import { invalid } from "./invalid.ts";

const MAX_PORT = 65_535;

function checkPort(kind: "host" | "container", port: number): void {
  if (!Number.isInteger(port) || port < 1 || port > MAX_PORT)
    throw invalid(`parsing ${kind} port: port numbers must be between 1 and 65535 (inclusive), got ${port}`);
}

function checkRange(kind: "host" | "container", port: number, range: number): void {
  if (port + range - 1 > MAX_PORT)
    throw invalid(
      `${kind} port range exceeds maximum allowable port number: ${port}-${port + range - 1}: invalid argument`,
    );
}

/** Host port 0 means that the network service chooses one. */
function resolvePort(option: PortOption): PortMapping {
  const protocol = option.protocol ?? "tcp";
  const range = option.range ?? 1;
  const hostIp = option.hostIp ?? "";
  if (!["tcp", "udp", "sctp"].includes(protocol))
    throw invalid(`unrecognized protocol "${protocol}" in port mapping: invalid argument`);
  if (!Number.isInteger(range) || range < 1)
    throw invalid(`port range must be at least 1, got ${range}: invalid argument`);
  checkPort("container", option.container);
  checkRange("container", option.container, range);
  if (option.host !== undefined && option.host !== 0) {
    checkPort("host", option.host);
    checkRange("host", option.host, range);
  }
  if (hostIp !== "" && !isIpAddress(hostIp))
    throw invalid(`invalid IP address "${hostIp}" in port mapping: invalid argument`);
  return { hostIp, hostPort: option.host ?? 0, containerPort: option.container, protocol, range };
}

function overlaps(a: PortMapping, b: PortMapping): boolean {
  const everywhere = (ip: string) => ip === "" || ip === "0.0.0.0";
  if (a.hostPort === 0 || b.hostPort === 0 || a.protocol !== b.protocol) return false;
  if (a.hostIp !== b.hostIp && !(everywhere(a.hostIp) && everywhere(b.hostIp))) return false;
  return a.hostPort < b.hostPort + b.range && b.hostPort < a.hostPort + a.range;
}

/** Mappings that say the same are one; the same host port for two container ports can never be bound. */
function addMapping(mappings: readonly PortMapping[], next: PortMapping): readonly PortMapping[] {
  const other = mappings.find((mapping) => overlaps(mapping, next));
  if (other === undefined) return [...mappings, next];
  if (other.hostPort - other.containerPort !== next.hostPort - next.containerPort) {
    const port = Math.max(other.hostPort, next.hostPort);
    throw invalid(`conflicting port mappings for host port ${port} (protocol ${next.protocol}): invalid argument`);
  }
  const hostPort = Math.min(other.hostPort, next.hostPort);
  const end = Math.max(other.hostPort + other.range, next.hostPort + next.range);
  const merged = {
    ...other,
    hostPort,
    containerPort: Math.min(other.containerPort, next.containerPort),
    range: end - hostPort,
  };
  return addMapping(
    mappings.filter((mapping) => mapping !== other),
    merged,
  );
}

/** `80`, `80-90`, `80/udp` as `--expose` and ExposedPorts have them. */
function parseExposed(text: string, where: string): PortOption {
  const [ports = "", protocol = "tcp", ...more] = text.split("/");
  const [first = "", last = first, ...rest] = ports.split("-");
  const bad = (part: string, reason: string) =>
    invalid(`invalid range format for ${where}: ${text}: strconv.ParseUint: parsing "${part}": ${reason}`);
  for (const part of [first, last]) {
    if (!/^[0-9]+$/.test(part)) throw bad(part, "invalid syntax");
    if (Number(part) > MAX_PORT) throw bad(part, "value out of range");
  }
  const start = Number(first);
  const range = Number(last) - start + 1;
  const known = protocol === "tcp" || protocol === "udp" || protocol === "sctp" ? protocol : undefined;
  if (start < 1 || range < 1 || rest.length > 0 || more.length > 0 || known === undefined)
    throw invalid(`invalid range format for ${where}: ${text}: invalid argument`);
  return { container: start, protocol: known, range };
}

/**
 * Checks `-p` mappings and adds those of `--publish-all`.
 *
 * @param options.ports mappings with structure; without a host port the result has host port 0
 * @param options.expose texts of `--expose`
 * @param options.publishAll publish every exposed port that no mapping covers
 * @param image run configuration of the image
 * @returns mappings; those with host port 0 still need one from the network service
 * @throws INVALID_ARGUMENT for ports and ranges that can't be, and for two uses of one host port
 */
export function resolvePorts(
  options: {
    readonly ports?: readonly PortOption[];
    readonly expose?: readonly string[];
    readonly publishAll?: boolean;
  },
  image?: ImageRunConfig,
): readonly PortMapping[] {
  const mappings = (options.ports ?? []).map(resolvePort).reduce<readonly PortMapping[]>(addMapping, []);
  const exposed = [
    ...(options.expose ?? []).map((text) => parseExposed(text, "--expose")),
    ...Object.keys(image?.ExposedPorts ?? {}).map((text) => parseExposed(text, "EXPOSE")),
  ];
  if (options.publishAll !== true) return mappings;
  const isMapped = (protocol: string, port: number) =>
    mappings.some((m) => m.protocol === protocol && port >= m.containerPort && port < m.containerPort + m.range);
  const open = new Map<string, PortMapping>();
  for (const { container, protocol = "tcp", range = 1 } of exposed)
    for (let port = container; port < container + range; port++)
      if (!isMapped(protocol, port))
        open.set(`${port}/${protocol}`, { hostIp: "", hostPort: 0, containerPort: port, protocol, range: 1 });
  return [...mappings, ...open.values()];
}
