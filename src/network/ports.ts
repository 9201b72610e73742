import { fail, hasCode } from "../base/errors.ts";
import { isHostError } from "../base/host-error.ts";
import type { PortOption } from "../engine/api/container-options.ts";
import type { Random, ReservedPort, Sockets } from "../host/ports.ts";
import type { PortMapping } from "../model/container.ts";

/** Free host ports come from the range that the kernel gives to clients by default: services avoid it. */
const FIRST_FREE = 32768;
const LAST_FREE = 60999;
const HIGHEST = 65535;
/** Random tries before the range is searched in order. */
const RANDOM_TRIES = 64;

type Deps = { readonly sockets: Sockets; readonly random: Random };

/** The other words for a failed bind(2). */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EADDRNOTAVAIL: "cannot assign requested address",
};

/**
 * Binds every host port of the mappings. netavark only redirects packets: this is what finds a port that something else
 * has, and what keeps it until the descriptors are closed.
 *
 * @returns one descriptor for each port; SCTP ports are not bound, as in podman
 * @throws PORT_IN_USE, PORT_UNAVAILABLE; nothing stays bound then
 */
export function reservePorts(deps: Pick<Deps, "sockets">, ports: readonly PortMapping[]): readonly ReservedPort[] {
  using undo = new DisposableStack();
  const reserved: ReservedPort[] = [];
  for (const mapping of ports) {
    if (mapping.protocol === "sctp") continue;
    for (let port = mapping.hostPort; port < mapping.hostPort + mapping.range; port++)
      reserved.push(undo.use(reserveOne(deps, { ...mapping, hostPort: port })));
  }
  undo.move();
  return reserved;
}

function reserveOne({ sockets }: Pick<Deps, "sockets">, mapping: PortMapping): ReservedPort {
  const { protocol, hostIp, hostPort } = mapping;
  try {
    return sockets.reservePort(protocol, hostIp, hostPort);
  } catch (error) {
    if (!isHostError(error)) throw error;
    const address = `${hostIp.includes(":") ? `[${hostIp}]` : hostIp}:${hostPort}`;
    if (error.errno === "EADDRINUSE") throw fail("PORT_IN_USE", { address, protocol }, { cause: error });
    const reason = REASONS[error.errno] ?? error.errno;
    throw fail("PORT_UNAVAILABLE", { address, protocol, reason }, { cause: error });
  }
}

/**
 * Gives every port option a host port: its own, or free ones side by side.
 *
 * @param deps the host
 * @param options what the user asked for; checked for duplicates
 * @returns mappings in the order of the options
 * @throws INVALID_ARGUMENT (out of range, or twice the same host port), PORT_IN_USE (no free port left)
 */
export function assignPorts(deps: Deps, options: readonly PortOption[]): PortMapping[] {
  const fixed = options.map((option) => (option.host === undefined ? undefined : mappingOf(option, option.host)));
  const taken: PortMapping[] = [];
  for (const mapping of fixed.filter((item) => item !== undefined)) {
    const other = taken.find((earlier) => collide(earlier, mapping));
    if (other) throw duplicate(mapping, other);
    taken.push(mapping);
  }
  return options.map((option, index) => {
    const given = fixed[index];
    if (given) return given;
    const found = findFree(deps, option, taken);
    taken.push(found);
    return found;
  });
}

function mappingOf(option: PortOption, hostPort: number): PortMapping {
  const range = option.range ?? 1;
  for (const [what, port] of [
    ["host", hostPort],
    ["container", option.container],
  ] as const)
    if (port < 1 || range < 1 || port + range - 1 > HIGHEST)
      throw fail("INVALID_ARGUMENT", {
        message: `${what} port numbers must be between 1 and 65535 (inclusive), got ${port}`,
      });
  return {
    hostIp: option.hostIp ?? "",
    hostPort,
    containerPort: option.container,
    protocol: option.protocol ?? "tcp",
    range,
  };
}

/** Two mappings that want the same port; an address of its own does not collide with every address. */
function collide(a: PortMapping, b: PortMapping): boolean {
  const sameAddress = a.hostIp === b.hostIp || a.hostIp === "" || b.hostIp === "";
  const overlap = a.hostPort < b.hostPort + b.range && b.hostPort < a.hostPort + a.range;
  return a.protocol === b.protocol && sameAddress && overlap;
}

function duplicate(a: PortMapping, b: PortMapping) {
  const port = Math.max(a.hostPort, b.hostPort);
  return fail("INVALID_ARGUMENT", {
    message: `conflicting port mappings for host port ${port} (protocol ${a.protocol}): only one container port can have it`,
  });
}

function findFree(deps: Deps, option: PortOption, taken: readonly PortMapping[]): PortMapping {
  for (const hostPort of candidates(deps.random, option.range ?? 1)) {
    const mapping = mappingOf(option, hostPort);
    if (taken.some((other) => collide(other, mapping))) continue;
    try {
      for (const port of reservePorts(deps, [mapping])) port[Symbol.dispose]();
      return mapping;
    } catch (error) {
      if (!hasCode(error, "PORT_IN_USE")) throw error;
    }
  }
  throw fail("PORT_IN_USE", { address: `${option.hostIp ?? ""}:0`, protocol: option.protocol ?? "tcp" });
}

function* candidates(random: Random, range: number): Iterable<number> {
  const span = LAST_FREE - FIRST_FREE - range + 2;
  for (let attempt = 0; attempt < RANDOM_TRIES; attempt++) {
    const [a = 0, b = 0, c = 0] = random.bytes(3);
    yield FIRST_FREE + (((a << 16) | (b << 8) | c) % span);
  }
  for (let port = FIRST_FREE; port + range - 1 <= LAST_FREE; port++) yield port;
}
