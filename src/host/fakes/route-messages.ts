/** Just so much of rtnetlink's encoding (rtnetlink(7)) as the fake kernel needs to understand and answer. */

export const LINK_PART = 16;
const HEADER = 16;
const ADDRESS_PART = 8;
const ROUTE_PART = 12;

export const IFLA = {
  address: 1,
  name: 3,
  mtu: 4,
  link: 5,
  master: 10,
  linkInfo: 18,
  group: 27,
  namespace: 28,
} as const;

export interface Request {
  readonly type: number;
  readonly flags: number;
  /** Index in `struct ifinfomsg` and `struct ifaddrmsg`, which have it at the same place. */
  readonly index: number;
  readonly isUp: boolean;
  readonly body: Buffer;
  readonly attributes: ReadonlyMap<number, Buffer>;
}

/** Attributes by type. */
export function attributesOf(bytes: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let offset = 0; offset + 4 <= bytes.byteLength; ) {
    const length = bytes.readUInt16LE(offset);
    if (length < 4) break;
    found.set(bytes.readUInt16LE(offset + 2), bytes.subarray(offset + 4, offset + length));
    offset += (length + 3) & ~3;
  }
  return found;
}

/** Takes a message apart. */
export function parseRequest(message: Uint8Array): Request {
  const bytes = Buffer.from(message);
  const type = bytes.readUInt16LE(4);
  const fixed = type >= 24 ? ROUTE_PART : type >= 20 ? ADDRESS_PART : LINK_PART;
  const body = bytes.subarray(HEADER);
  return {
    type,
    flags: bytes.readUInt16LE(6),
    index: body.readInt32LE(4),
    isUp: fixed === LINK_PART && (body.readUInt32LE(8) & 1) !== 0,
    body,
    attributes: attributesOf(body.subarray(fixed)),
  };
}

/** The string in an attribute. */
export function textOf(bytes: Buffer | undefined): string | undefined {
  return bytes?.toString("utf8").replace(/\0.*$/s, "");
}

function attribute(type: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.alloc((4 + payload.byteLength + 3) & ~3);
  bytes.writeUInt16LE(4 + payload.byteLength, 0);
  bytes.writeUInt16LE(type, 2);
  bytes.set(payload, 4);
  return bytes;
}

const number = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

export interface LinkFacts {
  readonly index: number;
  readonly name: string;
  readonly kind: string;
  readonly mac: Uint8Array;
  readonly isUp: boolean;
  readonly mtu: number;
  readonly peer: number;
  readonly master: number;
}

/** An RTM_NEWLINK message about a link. */
export function linkMessage(link: LinkFacts): Uint8Array {
  const part = Buffer.alloc(LINK_PART);
  part.writeInt32LE(link.index, 4);
  part.writeUInt32LE(link.isUp ? 1 : 0, 8);
  const body = Buffer.concat([
    part,
    attribute(IFLA.name, Buffer.from(`${link.name}\0`)),
    attribute(IFLA.address, link.mac),
    attribute(IFLA.mtu, number(link.mtu)),
    ...(link.peer === 0 ? [] : [attribute(IFLA.link, number(link.peer))]),
    ...(link.master === 0 ? [] : [attribute(IFLA.master, number(link.master))]),
    ...(link.kind === "" ? [] : [attribute(IFLA.linkInfo, attribute(1, Buffer.from(`${link.kind}\0`)))]),
  ]);
  return withHeader(16, body);
}

/** An RTM_NEWADDR message. */
export function addressMessage(address: Buffer, { index, prefix }: { index: number; prefix: number }): Uint8Array {
  const part = Buffer.from([address.byteLength === 4 ? 2 : 10, prefix, 0, 0, 0, 0, 0, 0]);
  part.writeUInt32LE(index, 4);
  return withHeader(20, Buffer.concat([part, attribute(1, address)]));
}

function withHeader(type: number, body: Buffer): Uint8Array {
  const header = Buffer.alloc(HEADER);
  header.writeUInt32LE(HEADER + body.byteLength, 0);
  header.writeUInt16LE(type, 4);
  return Buffer.concat([header, body]);
}
