/**
 * How netlink messages are put together (netlink(7)): a header, a fixed part, and attributes that are padded to four bytes.
 * Numbers are in the byte order of the machine, which is little-endian wherever we run; addresses are in network order.
 */

const HEADER_BYTES = 16;
const ATTRIBUTE_BYTES = 4;

const aligned = (bytes: number) => (bytes + 3) & ~3;

/** Joins byte arrays. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.byteLength;
  }
  return all;
}

/** A 32-bit number. */
export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

/** A string with its final NUL. */
export function text(value: string): Uint8Array {
  return new TextEncoder().encode(`${value}\0`);
}

/** One attribute; a nested one has attributes as its payload. */
export function attribute(type: number, ...payload: readonly Uint8Array[]): Uint8Array {
  const body = concat(payload);
  const bytes = new Uint8Array(aligned(ATTRIBUTE_BYTES + body.byteLength));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, ATTRIBUTE_BYTES + body.byteLength, true);
  view.setUint16(2, type, true);
  bytes.set(body, ATTRIBUTE_BYTES);
  return bytes;
}

/** A whole message. Whoever sends it sets the sequence number. */
export function message(type: number, flags: number, parts: readonly Uint8Array[]): Uint8Array {
  const body = concat(parts);
  const header = new Uint8Array(HEADER_BYTES);
  const view = new DataView(header.buffer);
  view.setUint32(0, HEADER_BYTES + body.byteLength, true);
  view.setUint16(4, type, true);
  view.setUint16(6, flags, true);
  return concat([header, body]);
}

/** A message taken apart. */
export interface Received {
  readonly type: number;
  /** The fixed part. */
  readonly fixed: DataView;
  /** Attributes by type; the last one counts. */
  readonly attributes: ReadonlyMap<number, Uint8Array>;
}

/**
 * Takes a message apart; what is cut off is left out.
 *
 * @param fixedBytes length of the fixed part behind the header
 */
export function received(bytes: Uint8Array, fixedBytes: number): Received {
  const view = viewOf(bytes);
  const start = HEADER_BYTES + aligned(fixedBytes);
  return {
    type: bytes.byteLength >= HEADER_BYTES ? view.getUint16(4, true) : 0,
    fixed: viewOf(concat([bytes.subarray(HEADER_BYTES, HEADER_BYTES + fixedBytes), new Uint8Array(fixedBytes)])),
    attributes: attributesOf(bytes.subarray(start)),
  };
}

/** The attributes in a payload. The two highest bits of a type are flags. */
export function attributesOf(bytes: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const view = viewOf(bytes);
  const found = new Map<number, Uint8Array>();
  for (let offset = 0; offset + ATTRIBUTE_BYTES <= bytes.byteLength; ) {
    const length = view.getUint16(offset, true);
    if (length < ATTRIBUTE_BYTES || offset + length > bytes.byteLength) break;
    found.set(view.getUint16(offset + 2, true) & 0x3fff, bytes.subarray(offset + ATTRIBUTE_BYTES, offset + length));
    offset += aligned(length);
  }
  return found;
}

/** The 32-bit number in a payload; undefined if there is none. */
export function numberIn(bytes: Uint8Array | undefined): number | undefined {
  return bytes !== undefined && bytes.byteLength >= 4 ? viewOf(bytes).getUint32(0, true) : undefined;
}

/** The string in a payload, without its NUL. */
export function textIn(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes).replace(/\0.*$/s, "");
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
