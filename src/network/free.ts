import { fail } from "../base/errors.ts";
import { type Block, bitsOf, blocksOverlap, lastOf, parseBlock } from "./ip.ts";

/** A range out of which subnets of `size` prefix bits are cut. */
export interface SubnetPool {
  /** CIDR notation. */
  readonly base: string;
  readonly size: number;
}

/**
 * The first subnet of the pools that is not in use.
 *
 * @throws INVALID_ARGUMENT if there is none
 */
export function freeBlock(pools: readonly SubnetPool[], used: readonly Block[]): Block {
  for (const pool of pools) {
    const base = parseBlock(pool.base);
    if (!base || pool.size < base.prefix || pool.size > bitsOf(base.version)) continue;
    const block = firstFree(base, pool.size, used);
    if (block) return block;
  }
  throw fail("INVALID_ARGUMENT", { message: "could not find free subnet from subnet pools" });
}

function firstFree(base: Block, size: number, used: readonly Block[]): Block | undefined {
  const step = 1n << BigInt(bitsOf(base.version) - size);
  const end = lastOf(base);
  for (let first = base.first; first <= end; first += step) {
    const block = { version: base.version, first, prefix: size };
    const obstacle = used.find((other) => blocksOverlap(block, other));
    if (!obstacle) return block;
    // A large obstacle is passed in one leap.
    const behind = lastOf(obstacle);
    if (behind >= first + step) first = behind - ((behind - base.first) % step);
  }
  return undefined;
}

/** A unique local IPv6 subnet (RFC 4193): `fd` and 56 random bits, /64. */
export function randomBlock6(random: (count: number) => Uint8Array, used: readonly Block[]): Block {
  for (;;) {
    const prefix = [0xfd, ...random(7)].reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
    const block = { version: 6 as const, first: prefix << 64n, prefix: 64 };
    if (!used.some((other) => blocksOverlap(block, other))) return block;
  }
}

/**
 * The first free bridge name.
 *
 * @param used names of interfaces that exist or are spoken for
 * @param from number to begin with; minke0 is the default network of the default engine root
 */
export function freeInterfaceName(used: ReadonlySet<string>, from = 1): string {
  for (let number = from; ; number++) if (!used.has(`minke${number}`)) return `minke${number}`;
}
