/** An IP address as a number. */
export interface Address {
  readonly version: 4 | 6;
  readonly value: bigint;
}

/** Number of bits of an address. */
export function bitsOf(version: 4 | 6): 32 | 128 {
  return version === 4 ? 32 : 128;
}

/**
 * Parses an IP address in its usual text form.
 *
 * @returns undefined if `text` is not an address; zones (`%eth0`) are refused
 */
export function parseAddress(text: string): Address | undefined {
  if (text.includes(":")) {
    const value = parseIpv6(text);
    return value === undefined ? undefined : { version: 6, value };
  }
  const value = parseIpv4(text);
  return value === undefined ? undefined : { version: 4, value };
}

function parseIpv4(text: string): bigint | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    // No leading zeros: they are octal to some parsers.
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? "", halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? "", true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n);
}

function parseGroups(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (mayEndInIpv4 && index === parts.length - 1 && part.includes(".")) {
      const v4 = parseIpv4(part);
      if (v4 === undefined) return undefined;
      groups.push(Number(v4 >> 16n), Number(v4 & 0xffffn));
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

/** The canonical text of an address (RFC 5952 for IPv6). */
export function formatAddress(address: Address): string {
  if (address.version === 4)
    return [24n, 16n, 8n, 0n].map((shift) => String((address.value >> shift) & 0xffn)).join(".");
  const groups = Array.from({ length: 8 }, (_, i) => Number((address.value >> BigInt(112 - 16 * i)) & 0xffffn));
  const { start, length } = longestZeros(groups);
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(":");
  return length < 2 ? hex(groups) : `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}

/** The four or sixteen bytes of an address, network order. */
export function bytesOf({ version, value }: Address): Uint8Array {
  const count = bitsOf(version) / 8;
  return Uint8Array.from({ length: count }, (_, index) => Number((value >> BigInt(8 * (count - 1 - index))) & 0xffn));
}

/** A block of addresses; `first` is the network address. */
export interface Block {
  readonly version: 4 | 6;
  readonly first: bigint;
  readonly prefix: number;
}

/**
 * Parses CIDR notation; host bits are cleared.
 *
 * @returns undefined if `text` is not CIDR notation
 */
export function parseBlock(text: string): Block | undefined {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text);
  const address = parseAddress(match?.[1] ?? "");
  const prefix = Number(match?.[2]);
  if (!address || prefix > bitsOf(address.version)) return undefined;
  const hostBits = BigInt(bitsOf(address.version) - prefix);
  return { version: address.version, first: (address.value >> hostBits) << hostBits, prefix };
}

/** CIDR notation of a block. */
export function formatBlock(block: Block): string {
  return `${formatAddress({ version: block.version, value: block.first })}/${block.prefix}`;
}

/** The last address of a block: the broadcast address in IPv4. */
export function lastOf(block: Block): bigint {
  return block.first + (1n << BigInt(bitsOf(block.version) - block.prefix)) - 1n;
}

/** True if the block holds the address. */
export function blockHolds(block: Block, address: Address): boolean {
  return block.version === address.version && address.value >= block.first && address.value <= lastOf(block);
}

/** True if two blocks share an address. */
export function blocksOverlap(a: Block, b: Block): boolean {
  return a.version === b.version && a.first <= lastOf(b) && b.first <= lastOf(a);
}
