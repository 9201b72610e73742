import assert from "node:assert/strict";
import { test } from "node:test";
import { fail, hasCode } from "../base/errors.ts";
import type { NetworkDefinition, Subnet } from "../model/network.ts";
import type { LeaseRepository } from "../store/repositories.ts";
import { formatAddress, parseAddress } from "./ip.ts";
import { leaseAddresses, nextAddress, poolOf } from "./ipam.ts";

const numberOf = (text: string) => parseAddress(text)?.value ?? -1n;

function network(...subnets: Subnet[]): NetworkDefinition {
  return {
    name: "net",
    id: "0".repeat(64),
    driver: "bridge",
    interfaceName: "minke9",
    createdAt: 0,
    subnets,
    ipv6: false,
    internal: false,
    dnsEnabled: false,
    labels: {},
    options: {},
    ipamDriver: "host-local",
  };
}

/** Leases as the store keeps them. */
function memoryLeases(): LeaseRepository {
  const held = new Map<string, string>();
  let cursor: string | undefined;
  return {
    take: (name, ip, container) => {
      const holder = held.get(ip);
      if (holder !== undefined && holder !== container) throw fail("ADDRESS_TAKEN", { address: ip, network: name });
      held.set(ip, container);
    },
    release: (container) => {
      for (const [ip, holder] of held) if (holder === container) held.delete(ip);
    },
    of: () => [...held].map(([ip, container]) => ({ ip, container })),
    ofContainer: (container) =>
      [...held].filter(([, holder]) => holder === container).map(([ip]) => ({ network: "net", ip })),
    last: () => cursor,
    setLast: (_, ip) => {
      cursor = ip;
    },
  };
}

test("the next address follows the last, skips gateway and leases, and goes round", () => {
  const pool = poolOf({ subnet: "10.1.0.0/29", gateway: "10.1.0.1" });
  const cases: [string | undefined, string[], string | undefined][] = [
    [undefined, [], "10.1.0.2"],
    ["10.1.0.2", [], "10.1.0.3"],
    ["10.1.0.2", ["10.1.0.3", "10.1.0.4"], "10.1.0.5"],
    ["10.1.0.6", [], "10.1.0.2"],
    ["10.1.0.6", ["10.1.0.2"], "10.1.0.3"],
    ["10.9.9.9", [], "10.1.0.2"],
    ["10.1.0.4", ["2", "3", "4", "5", "6"].map((n) => `10.1.0.${n}`), undefined],
  ];
  for (const [last, taken, expected] of cases) {
    const values = new Set(taken.map(numberOf));
    const found = nextAddress(pool, (value) => values.has(value), last === undefined ? undefined : numberOf(last));
    assert.equal(found === undefined ? undefined : formatAddress({ version: 4, value: found }), expected, `${last}`);
  }
});

test("pools leave out network and broadcast address and keep to the lease range", () => {
  const cases: [Subnet, string, string][] = [
    [{ subnet: "10.1.0.0/24" }, "10.1.0.1", "10.1.0.254"],
    [{ subnet: "10.1.0.0/31" }, "10.1.0.0", "10.1.0.1"],
    [{ subnet: "10.1.0.4/32" }, "10.1.0.4", "10.1.0.4"],
    [{ subnet: "fd00::/64" }, "fd00::1", "fd00::ffff:ffff:ffff:fffe"],
    [{ subnet: "10.1.0.0/24", leaseRange: { start: "10.1.0.128", end: "10.1.0.255" } }, "10.1.0.128", "10.1.0.254"],
    [{ subnet: "10.1.0.0/24", leaseRange: { end: "10.1.0.9" } }, "10.1.0.1", "10.1.0.9"],
  ];
  for (const [subnet, start, end] of cases) {
    const pool = poolOf(subnet);
    assert.deepEqual([pool.start, pool.end], [numberOf(start), numberOf(end)], subnet.subnet);
  }
});

test("each subnet gives one address, and a freed one is used again as late as possible", () => {
  const leases = memoryLeases();
  const net = network({ subnet: "10.1.0.0/29", gateway: "10.1.0.1" }, { subnet: "fd00::/64", gateway: "fd00::1" });
  const take = (containerId: string, staticIps: string[] = []) =>
    leaseAddresses(leases, net, { containerId, staticIps });
  assert.deepEqual(take("a"), ["10.1.0.2", "fd00::2"]);
  assert.deepEqual(take("b"), ["10.1.0.3", "fd00::3"]);
  leases.release("a");
  assert.deepEqual(take("c"), ["10.1.0.4", "fd00::4"]);
  assert.deepEqual(take("d", ["10.1.0.6"]), ["10.1.0.6", "fd00::5"]);
  assert.deepEqual(take("e", ["FD00::0:77"]), ["10.1.0.5", "fd00::77"]);
  assert.deepEqual(take("f"), ["10.1.0.2", "fd00::6"]);
  assert.throws(
    () => take("g"),
    (error) => hasCode(error, "ADDRESSES_EXHAUSTED"),
  );
});

test("static addresses that are taken, the gateway or elsewhere are refused", () => {
  const leases = memoryLeases();
  const net = network({ subnet: "10.1.0.0/29", gateway: "10.1.0.1" });
  const take = (containerId: string, staticIps: string[]) => () =>
    leaseAddresses(leases, net, { containerId, staticIps });
  take("a", ["10.1.0.4"])();
  assert.throws(take("b", ["10.1.0.4"]), (error) => hasCode(error, "ADDRESS_TAKEN"));
  assert.throws(take("b", ["10.1.0.1"]), (error) => hasCode(error, "ADDRESS_TAKEN"));
  assert.throws(take("b", ["10.2.0.4"]), /requested static ip 10\.2\.0\.4 not in any subnet on network net/);
  assert.throws(take("b", ["x"]), /invalid static ip "x"/);
});
