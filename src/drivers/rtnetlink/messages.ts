import { attribute, attributesOf, message, numberIn, received, text, textIn, u32 } from "./encoding.ts";

/** Message types and flags of rtnetlink(7). */
const RTM_NEWLINK = 16;
const RTM_DELLINK = 17;
const RTM_GETLINK = 18;
const RTM_SETLINK = 19;
const RTM_NEWADDR = 20;
const RTM_GETADDR = 22;
const RTM_NEWROUTE = 24;
const NLM_F_REQUEST = 0x1;
const NLM_F_ACK = 0x4;
const NLM_F_DUMP = 0x300;
const NLM_F_EXCL = 0x200;
const NLM_F_CREATE = 0x400;
const CREATE = NLM_F_REQUEST | NLM_F_ACK | NLM_F_EXCL | NLM_F_CREATE;

const IFLA_ADDRESS = 1;
const IFLA_IFNAME = 3;
const IFLA_MTU = 4;
const IFLA_LINK = 5;
const IFLA_MASTER = 10;
const IFLA_LINKINFO = 18;
const IFLA_GROUP = 27;
const IFLA_NET_NS_FD = 28;
const IFLA_INFO_KIND = 1;
const IFLA_INFO_DATA = 2;
const VETH_INFO_PEER = 1;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_BROADCAST = 4;
const RTA_DST = 1;
const RTA_GATEWAY = 5;
const RTA_PRIORITY = 6;

const IFF_UP = 1;
const RT_TABLE_MAIN = 254;
const RTPROT_STATIC = 4;
const RTN_UNICAST = 1;

const RT_SCOPE_UNIVERSE = 0;

const IFINFOMSG_BYTES = 16;
const IFADDRMSG_BYTES = 8;

/** An address of an interface. */
export interface InterfaceAddress {
  readonly version: 4 | 6;
  /** Four or sixteen bytes, network order. */
  readonly bytes: Uint8Array;
  readonly prefix: number;
}

/** What the kernel tells of a link. */
export interface Link {
  readonly index: number;
  readonly name: string;
  /** Colon notation; empty if the link has none. */
  readonly mac: string;
  readonly up: boolean;
  /** `bridge`, `veth`, ...; empty for hardware. */
  readonly kind: string;
  /** Index of the other end, in that end's namespace; 0 if there is none. */
  readonly peer: number;
  /** Index of the bridge that it is a port of, or 0. */
  readonly master: number;
}

const family = (version: 4 | 6) => (version === 4 ? 2 : 10);

/** `struct ifinfomsg`. */
function linkPart({ index = 0, flags = 0, change = 0 }): Uint8Array {
  const bytes = new Uint8Array(IFINFOMSG_BYTES);
  const view = new DataView(bytes.buffer);
  view.setInt32(4, index, true);
  view.setUint32(8, flags, true);
  view.setUint32(12, change, true);
  return bytes;
}

/** Asks for one link, by name or index. Answered with ENODEV if there is none. */
export function getLink(which: string | number): Uint8Array {
  const parts = typeof which === "number" ? [linkPart({ index: which })] : [linkPart({}), named(which)];
  return message(RTM_GETLINK, NLM_F_REQUEST | NLM_F_ACK, parts);
}

/** Asks for all links that are ports of a bridge; an older kernel tells all links. */
export function getPorts(master: number): Uint8Array {
  return message(RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, [linkPart({}), attribute(IFLA_MASTER, u32(master))]);
}

/** Makes a bridge. Without `mtu` (bytes) it has the kernel's. */
export function newBridge(bridge: { readonly name: string; readonly mtu?: number }): Uint8Array {
  return message(RTM_NEWLINK, CREATE, [
    linkPart({}),
    attribute(IFLA_LINKINFO, attribute(IFLA_INFO_KIND, text("bridge"))),
    named(bridge.name),
    ...mtuOf(bridge),
  ]);
}

export interface VethPair {
  /** Index of the bridge that our end joins. */
  readonly master: number;
  /** Name of the end in the namespace. */
  readonly peerName: string;
  /** Six bytes; absent lets the kernel choose. */
  readonly peerMac?: Uint8Array;
  /** Descriptor of the namespace that the other end goes to. */
  readonly namespace: number;
  /** Bytes. */
  readonly mtu?: number;
}

/** Makes a pair of virtual interfaces: one is a port of a bridge here, the other one is in a namespace. */
export function newVeth(pair: VethPair): Uint8Array {
  const kind = attribute(IFLA_INFO_KIND, text("veth"));
  const peer = attribute(
    VETH_INFO_PEER,
    linkPart({}),
    attribute(IFLA_LINKINFO, kind),
    named(pair.peerName),
    ...mtuOf(pair),
    ...(pair.peerMac === undefined ? [] : [attribute(IFLA_ADDRESS, pair.peerMac)]),
    attribute(IFLA_NET_NS_FD, u32(pair.namespace)),
  );
  return message(RTM_NEWLINK, CREATE, [
    linkPart({}),
    attribute(IFLA_LINKINFO, kind, attribute(IFLA_INFO_DATA, peer)),
    ...mtuOf(pair),
    attribute(IFLA_MASTER, u32(pair.master)),
  ]);
}

/** Switches a link on. */
export function setUp(index: number): Uint8Array {
  return message(RTM_SETLINK, NLM_F_REQUEST | NLM_F_ACK, [linkPart({ index, flags: IFF_UP, change: IFF_UP })]);
}

export function deleteLink(index: number): Uint8Array {
  return message(RTM_DELLINK, NLM_F_REQUEST | NLM_F_ACK, [linkPart({ index })]);
}

/** Puts a link into a group. */
export function setGroup(index: number, group: number): Uint8Array {
  return message(RTM_SETLINK, NLM_F_REQUEST | NLM_F_ACK, [linkPart({ index }), attribute(IFLA_GROUP, u32(group))]);
}

/** Deletes all links of a group in one step, which takes the kernel no longer than one of them. */
export function deleteGroup(group: number): Uint8Array {
  return message(RTM_DELLINK, NLM_F_REQUEST | NLM_F_ACK, [linkPart({}), attribute(IFLA_GROUP, u32(group))]);
}

/** Gives a link an address, in IPv4 with the subnet's last address as broadcast address. */
export function newAddress(index: number, { version, bytes, prefix }: InterfaceAddress): Uint8Array {
  const fixed = new Uint8Array(IFADDRMSG_BYTES);
  fixed[0] = family(version);
  fixed[1] = prefix;
  new DataView(fixed.buffer).setUint32(4, index, true);
  const broadcast = bytes.map((byte, at) => byte | (0xff >> Math.min(8, Math.max(0, prefix - 8 * at))));
  return message(RTM_NEWADDR, CREATE, [
    fixed,
    ...(version === 4 ? [attribute(IFA_BROADCAST, broadcast)] : []),
    attribute(IFA_LOCAL, bytes),
  ]);
}

/** Asks for the addresses of all links, in the order of the links, IPv4 first. */
export function getAddresses(): Uint8Array {
  return message(RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, [new Uint8Array(IFADDRMSG_BYTES)]);
}

/** Reads an RTM_NEWADDR message; undefined for any other, and for addresses of less than global scope. */
export function parseGlobalAddress(bytes: Uint8Array): InterfaceAddress | undefined {
  const { type, fixed, attributes } = received(bytes, IFADDRMSG_BYTES);
  const address = attributes.get(IFA_LOCAL) ?? attributes.get(IFA_ADDRESS);
  if (type !== RTM_NEWADDR || fixed.getUint8(3) !== RT_SCOPE_UNIVERSE || address === undefined) return undefined;
  return { version: fixed.getUint8(0) === family(4) ? 4 : 6, bytes: address, prefix: fixed.getUint8(1) };
}

/** A static default route. */
export function newDefaultRoute(route: {
  readonly version: 4 | 6;
  readonly gateway: Uint8Array;
  readonly metric: number;
}): Uint8Array {
  const { gateway } = route;
  const fixed = Uint8Array.of(family(route.version), 0, 0, 0, RT_TABLE_MAIN, RTPROT_STATIC, 0, RTN_UNICAST, 0, 0, 0, 0);
  return message(RTM_NEWROUTE, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE, [
    fixed,
    attribute(RTA_DST, new Uint8Array(gateway.byteLength)),
    attribute(RTA_GATEWAY, gateway),
    attribute(RTA_PRIORITY, u32(route.metric)),
  ]);
}

/** Reads an RTM_NEWLINK message; undefined for any other. */
export function parseLink(bytes: Uint8Array): Link | undefined {
  const { type, fixed, attributes } = received(bytes, IFINFOMSG_BYTES);
  if (type !== RTM_NEWLINK) return undefined;
  const mac = attributes.get(IFLA_ADDRESS) ?? new Uint8Array();
  return {
    index: fixed.getInt32(4, true),
    name: textIn(attributes.get(IFLA_IFNAME)),
    mac: Array.from(mac, (byte) => byte.toString(16).padStart(2, "0")).join(":"),
    up: (fixed.getUint32(8, true) & IFF_UP) !== 0,
    kind: textIn(attributesOf(attributes.get(IFLA_LINKINFO) ?? new Uint8Array()).get(IFLA_INFO_KIND)),
    peer: numberIn(attributes.get(IFLA_LINK)) ?? 0,
    master: numberIn(attributes.get(IFLA_MASTER)) ?? 0,
  };
}

function named(name: string): Uint8Array {
  return attribute(IFLA_IFNAME, text(name));
}

function mtuOf({ mtu }: { readonly mtu?: number }): Uint8Array[] {
  return mtu === undefined ? [] : [attribute(IFLA_MTU, u32(mtu))];
}
