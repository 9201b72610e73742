import { fail } from "../../base/errors.ts";
import { isHostError } from "../../base/host-error.ts";
import type { Files, Netlink, NetlinkSocket, NetworkNamespaces } from "../../host/ports.ts";
import {
  deleteGroup,
  deleteLink,
  getLink,
  getPorts,
  type InterfaceAddress,
  type Link,
  newAddress,
  newBridge,
  newDefaultRoute,
  newVeth,
  parseLink,
  setGroup,
  setUp,
} from "./messages.ts";

/** The loopback interface is the first of every namespace. */
const LOOPBACK = 1;
/** Where no administrator's group is: their numbers are small. */
const GROUP_BASE = 0x6d000000;

export interface BridgeDeps {
  readonly files: Files;
  readonly namespaces: NetworkNamespaces;
  readonly netlink: Netlink;
}

/** A network on the host, and a container's interface there. */
export interface BridgeMember {
  readonly bridge: string;
  readonly interfaceName: string;
  /** The bridge's own addresses. */
  readonly gateways: readonly InterfaceAddress[];
  readonly addresses: readonly InterfaceAddress[];
  /** Six bytes; absent lets the kernel choose. */
  readonly mac?: Uint8Array;
  /** Bytes; absent leaves it to the kernel. */
  readonly mtu?: number;
  /** Metric of the default routes over the gateways. */
  readonly metric: number;
  readonly ipv6: boolean;
  /** No default route, and nothing is forwarded. */
  readonly internal: boolean;
  /** Ports are forwarded from 127.0.0.1, too. */
  readonly routeLocalnet: boolean;
}

/**
 * Joins a container's namespace to its networks: what netavark's bridge driver makes, link for link and sysctl for sysctl.
 * A bridge that a killed engine left unfinished is finished. The calls block for a few milliseconds in all.
 *
 * @returns the MAC address of each interface, colon notation, in order
 * @throws HostError EPERM before anything is changed if links may not be made here; NETWORK_FAILED
 */
export function joinBridges(deps: BridgeDeps, netnsPath: string, members: readonly BridgeMember[]): readonly string[] {
  using home = deps.netlink.open();
  using inside = step("namespace", () => deps.namespaces.inside(netnsPath, () => deps.netlink.open()));
  using namespace = step("namespace", () => deps.namespaces.open(netnsPath));
  const bridges = members.map((member) => step(`bridge ${member.bridge}`, () => readyBridge(deps, home, member)));
  step("loopback", () => inside.request(setUp(LOOPBACK)));
  const macs = members.map((member, index) =>
    step(`${member.interfaceName} on ${member.bridge}`, () =>
      joinOne({ ...deps, netnsPath, home, inside }, member, { master: bridges[index] ?? 0, namespace: namespace.fd }),
    ),
  );
  // IPv4 puts the latest default route first: the first network's shall win.
  for (const member of members.toReversed()) step(`routes of ${member.interfaceName}`, () => addRoutes(inside, member));
  for (const member of members) step(`bridge ${member.bridge}`, () => settle(deps, member));
  return macs;
}

function step<T>(what: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (!isHostError(error) || error.errno === "EPERM") throw error;
    throw fail(
      "NETWORK_FAILED",
      { by: "rtnetlink", message: `${what}: ${error.errno} (${error.path})` },
      { cause: error },
    );
  }
}

/** The bridge's index; makes what is missing of it. */
function readyBridge(deps: BridgeDeps, home: NetlinkSocket, member: BridgeMember): number {
  const found = findLink(home, member.bridge);
  // Permissions are asked for before anything is written.
  if (found === undefined)
    ignoring(["EEXIST"], () =>
      home.request(newBridge({ name: member.bridge, ...(member.mtu === undefined ? {} : { mtu: member.mtu }) })),
    );
  const link = found ?? findLink(home, member.bridge);
  if (link?.kind !== "bridge")
    throw fail("NETWORK_FAILED", { by: "rtnetlink", message: `interface ${member.bridge} is not a bridge` });
  sysctl(deps.files, "ipv4/ip_forward", "1");
  if (member.ipv6) {
    sysctl(deps.files, "ipv6/conf/all/forwarding", "1");
    for (const key of ["accept_dad", "accept_ra"]) sysctl(deps.files, `ipv6/conf/${member.bridge}/${key}`, "0");
  }
  for (const address of member.gateways) ignoring(["EEXIST"], () => home.request(newAddress(link.index, address)));
  if (!link.up) home.request(setUp(link.index));
  return link.index;
}

interface Joining extends BridgeDeps {
  readonly netnsPath: string;
  readonly home: NetlinkSocket;
  readonly inside: NetlinkSocket;
}

function joinOne(
  { files, namespaces, netnsPath, home, inside }: Joining,
  member: BridgeMember,
  ends: { readonly master: number; readonly namespace: number },
): string {
  home.request(
    newVeth({
      ...ends,
      peerName: member.interfaceName,
      ...(member.mac === undefined ? {} : { peerMac: member.mac }),
      ...(member.mtu === undefined ? {} : { mtu: member.mtu }),
    }),
  );
  const own = findLink(inside, member.interfaceName);
  const port = own && findLink(home, own.peer);
  if (!own || !port)
    throw fail("NETWORK_FAILED", { by: "rtnetlink", message: `interface ${member.interfaceName} is gone` });
  namespaces.inside(netnsPath, () => {
    sysctl(files, `ipv6/conf/${own.name}/autoconf`, "0");
    if (member.ipv6) sysctl(files, `ipv6/conf/${own.name}/accept_dad`, "0");
  });
  if (member.ipv6) sysctl(files, `ipv6/conf/${port.name}/accept_dad`, "0");
  home.request(setUp(port.index));
  for (const address of member.addresses) inside.request(newAddress(own.index, address));
  inside.request(setUp(own.index));
  return own.mac;
}

function addRoutes(inside: NetlinkSocket, { internal, gateways, metric }: BridgeMember): void {
  if (internal) return;
  for (const { version, bytes } of gateways) inside.request(newDefaultRoute({ version, gateway: bytes, metric }));
}

function settle({ files }: BridgeDeps, { bridge, internal, ipv6, routeLocalnet }: BridgeMember): void {
  if (internal) sysctl(files, `ipv4/conf/${bridge}/forwarding`, "0");
  if (internal && ipv6) sysctl(files, `ipv6/conf/${bridge}/forwarding`, "0");
  if (!internal && routeLocalnet) sysctl(files, `ipv4/conf/${bridge}/route_localnet`, "1");
}

/**
 * Takes a container off its networks, also where only a part is there, and removes bridges that have no other port.
 *
 * @param netnsPath the container's namespace; undefined if it is gone
 * @throws HostError EPERM; NETWORK_FAILED
 */
export function leaveBridges(
  deps: BridgeDeps,
  netnsPath: string | undefined,
  members: readonly Pick<BridgeMember, "bridge" | "interfaceName">[],
): void {
  using home = deps.netlink.open();
  using inside =
    netnsPath === undefined
      ? undefined
      : step("namespace", () => deps.namespaces.inside(netnsPath, () => deps.netlink.open()));
  for (const { bridge, interfaceName } of members)
    step(`removing ${interfaceName} from ${bridge}`, () => {
      const own = inside && findLink(inside, interfaceName);
      const port = own?.kind === "veth" ? own : undefined;
      if (removeBridge(home, bridge, port?.peer)) return;
      if (inside && port) ignoring(["ENODEV"], () => inside.request(deleteLink(port.index)));
    });
}

/**
 * Removes a bridge together with the only port it has, if it has no other. The two are a group, which costs one wait for
 * the kernel instead of two; the bridge's index keeps the group apart from others.
 *
 * @returns false if there is no such bridge, or it has other ports
 */
function removeBridge(home: NetlinkSocket, name: string, port: number | undefined): boolean {
  const bridge = findLink(home, name);
  if (bridge?.kind !== "bridge") return false;
  const ports = portsOf(home, bridge).map(({ index }) => index);
  if (ports.some((index) => index !== port)) return false;
  const [only] = ports;
  if (only === undefined) {
    ignoring(["ENODEV"], () => home.request(deleteLink(bridge.index)));
    return port === undefined;
  }
  const group = GROUP_BASE + bridge.index;
  for (const index of [only, bridge.index]) home.request(setGroup(index, group));
  ignoring(["ENODEV"], () => home.request(deleteGroup(group)));
  return true;
}

function portsOf(socket: NetlinkSocket, bridge: Link): readonly Link[] {
  return socket.request(getPorts(bridge.index)).flatMap((bytes) => {
    const link = parseLink(bytes);
    return link?.master === bridge.index ? [link] : [];
  });
}

function findLink(socket: NetlinkSocket, which: string | number): Link | undefined {
  const [answer] = ignoring(["ENODEV"], () => socket.request(getLink(which))) ?? [];
  return answer && parseLink(answer);
}

function ignoring<T>(errnos: readonly string[], body: () => T): T | undefined {
  try {
    return body();
  } catch (error) {
    if (isHostError(error, ...errnos)) return undefined;
    throw error;
  }
}

/** Sets what is not so already; a kernel without IPv6 lacks its files. */
function sysctl(files: Files, key: string, value: string): void {
  const path = `/proc/sys/net/${key}`;
  const present = files.readTextIfExists(path);
  if (present !== undefined && present.trim() !== value) files.writeInPlace(path, value);
}
