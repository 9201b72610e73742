import { fail } from "../base/errors.ts";
import type { NetworkDefinition, Subnet } from "../model/network.ts";
import type { LeaseRepository } from "../store/repositories.ts";
import { type Address, type Block, bitsOf, blockHolds, formatAddress, lastOf, parseAddress, parseBlock } from "./ip.ts";

/** The addresses of a subnet that containers may get, both ends included. */
export interface Pool {
  readonly block: Block;
  readonly start: bigint;
  readonly end: bigint;
  readonly gateway: bigint | undefined;
}

/**
 * The pool of a subnet: its lease range, or all of it without the network address and the last one.
 *
 * @throws INVALID_ARGUMENT if the definition is damaged
 */
export function poolOf(subnet: Subnet): Pool {
  const block = parseBlock(subnet.subnet);
  if (!block) throw fail("INVALID_ARGUMENT", { message: `invalid CIDR address: ${subnet.subnet}` });
  const wide = bitsOf(block.version) - block.prefix >= 2;
  const lowest = wide ? block.first + 1n : block.first;
  const highest = wide ? lastOf(block) - 1n : lastOf(block);
  const numberOf = (text: string | undefined) => (text === undefined ? undefined : parseAddress(text)?.value);
  const start = numberOf(subnet.leaseRange?.start) ?? lowest;
  const end = numberOf(subnet.leaseRange?.end) ?? highest;
  return {
    block,
    start: start < lowest ? lowest : start,
    end: end > highest ? highest : end,
    gateway: numberOf(subnet.gateway),
  };
}

/**
 * The next free address: the one after the last that was given out, and round at the end of the pool
 * (spec/components.md 5.3). Addresses just given back are so used again as late as possible.
 *
 * @param pool where to look
 * @param isTaken tells a leased address
 * @param last the address that was given out last
 * @returns undefined if the search comes round
 */
export function nextAddress(
  pool: Pool,
  isTaken: (address: bigint) => boolean,
  last: bigint | undefined,
): bigint | undefined {
  const { start, end, gateway } = pool;
  if (start > end) return undefined;
  const first = last === undefined || last < start || last >= end ? start : last + 1n;
  let candidate = first;
  do {
    if (candidate !== gateway && !isTaken(candidate)) return candidate;
    candidate = candidate >= end ? start : candidate + 1n;
  } while (candidate !== first);
  return undefined;
}

/**
 * Leases one address in each subnet of a network, static ones first. Runs inside one write transaction.
 *
 * @param leases the transaction's leases
 * @param network the network to join
 * @param wanted the container and the addresses that the user fixed for it on this network
 * @returns addresses in the order of the subnets
 * @throws ADDRESS_TAKEN, ADDRESSES_EXHAUSTED, INVALID_ARGUMENT (a static address outside of every subnet)
 */
export function leaseAddresses(
  leases: LeaseRepository,
  network: NetworkDefinition,
  wanted: { readonly containerId: string; readonly staticIps: readonly string[] },
): readonly string[] {
  const statics = new Set(wanted.staticIps.map((text) => staticAddress(text, network)));
  const lasts = (leases.last(network.name) ?? "").split(",");
  const taken = new Map(leases.of(network.name).map((lease) => [lease.ip, lease.container]));
  const chosen: string[] = [];
  for (const [index, subnet] of network.subnets.entries()) {
    const pool = poolOf(subnet);
    const version = pool.block.version;
    const fixed = [...statics].find((address) => blockHolds(pool.block, address));
    if (fixed) statics.delete(fixed);
    const text = (value: bigint) => formatAddress({ version, value });
    const isTaken = (value: bigint) => taken.has(text(value));
    const value = fixed?.value ?? nextAddress(pool, isTaken, parseAddress(lasts[index] ?? "")?.value);
    if (value === undefined) throw fail("ADDRESSES_EXHAUSTED", { network: network.name });
    const address = text(value);
    if (value === pool.gateway) throw fail("ADDRESS_TAKEN", { address, network: network.name });
    leases.take(network.name, address, wanted.containerId);
    taken.set(address, wanted.containerId);
    if (!fixed) lasts[index] = address;
    chosen.push(address);
  }
  const [stray] = statics;
  if (stray)
    throw fail("INVALID_ARGUMENT", {
      message: `requested static ip ${formatAddress(stray)} not in any subnet on network ${network.name}`,
    });
  leases.setLast(network.name, network.subnets.map((_, index) => lasts[index] ?? "").join(","));
  return chosen;
}

function staticAddress(text: string, network: NetworkDefinition): Address {
  const address = parseAddress(text);
  if (!address)
    throw fail("INVALID_ARGUMENT", { message: `invalid static ip ${JSON.stringify(text)} on network ${network.name}` });
  return address;
}
