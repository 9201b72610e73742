import assert from "node:assert/strict";
import { test } from "node:test";
import type { NetworkCreateOptions } from "../engine/api/system.ts";
import { type CreateContext, planNetwork } from "./create.ts";
import { netavarkKey, planDefaultNetwork } from "./default-network.ts";
import { freeBlock, freeInterfaceName } from "./free.ts";
import { inspectNetwork } from "./inspect.ts";
import { formatBlock, parseBlock } from "./ip.ts";

const blocks = (...texts: string[]) => texts.flatMap((text) => parseBlock(text) ?? []);

const CONTEXT: CreateContext = {
  usedBlocks: blocks("10.88.0.0/16", "10.96.0.0/24"),
  usedInterfaces: new Set(["minke1"]),
  hostInterfaces: new Set(["eth0"]),
  pools: [{ base: "10.96.0.0/11", size: 24 }],
  random: (count) => new Uint8Array(count).fill(0xab),
  now: 1_700_000_000_123,
};

const plan = (options: NetworkCreateOptions) => planNetwork(options, CONTEXT);

test("a network without options gets the first free bridge and subnet", () => {
  const network = plan({});
  assert.equal(network.name, "minke2");
  assert.equal(network.interfaceName, "minke2");
  assert.equal(network.id, "ab".repeat(32));
  assert.deepEqual(network.subnets, [{ subnet: "10.96.1.0/24", gateway: "10.96.1.1" }]);
  assert.deepEqual([network.dnsEnabled, network.internal, network.ipv6], [true, false, false]);
});

test("subnets, gateways and ranges", () => {
  const cases: [NetworkCreateOptions, unknown][] = [
    [{ subnets: [{ subnet: "10.199.0.77/24" }] }, [{ subnet: "10.199.0.0/24", gateway: "10.199.0.1" }]],
    [
      { subnets: [{ subnet: "10.199.0.0/24", gateway: "10.199.0.9", ipRange: "10.199.0.128/25" }] },
      [
        {
          subnet: "10.199.0.0/24",
          gateway: "10.199.0.9",
          leaseRange: { start: "10.199.0.129", end: "10.199.0.255" },
        },
      ],
    ],
    [
      { subnets: [{ subnet: "10.199.0.0/24", ipRange: "10.199.0.5-10.199.0.7" }] },
      [{ subnet: "10.199.0.0/24", gateway: "10.199.0.1", leaseRange: { start: "10.199.0.5", end: "10.199.0.7" } }],
    ],
    [{ internal: true, disableDns: true }, [{ subnet: "10.96.1.0/24" }]],
    [{ internal: true }, [{ subnet: "10.96.1.0/24", gateway: "10.96.1.1" }]],
    [
      { ipv6: true },
      [
        { subnet: "10.96.1.0/24", gateway: "10.96.1.1" },
        { subnet: "fdab:abab:abab:abab::/64", gateway: "fdab:abab:abab:abab::1" },
      ],
    ],
    [{ subnets: [{ subnet: "fd13::/64" }] }, [{ subnet: "fd13::/64", gateway: "fd13::1" }]],
    [
      { ipv6: true, subnets: [{ subnet: "fd13::/64" }] },
      [
        { subnet: "fd13::/64", gateway: "fd13::1" },
        { subnet: "10.96.1.0/24", gateway: "10.96.1.1" },
      ],
    ],
    [{ subnets: [{ subnet: "10.199.0.4/32" }] }, [{ subnet: "10.199.0.4/32", gateway: "10.199.0.4" }]],
  ];
  for (const [options, expected] of cases) assert.deepEqual(plan(options).subnets, expected, JSON.stringify(options));
});

test("bad options are refused in podman's words", () => {
  const cases: [NetworkCreateOptions, string][] = [
    [
      { name: "bad/name" },
      "network name bad/name invalid: names must match [a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument",
    ],
    [{ name: "host" }, 'cannot create network with name "host" because it conflicts with a valid network mode'],
    [{ driver: "foo" }, "unsupported driver foo: invalid argument"],
    [{ subnets: [{ subnet: "10.300.0.0/24" }] }, "invalid CIDR address: 10.300.0.0/24"],
    [
      { subnets: [{ subnet: "10.211.0.0/24", gateway: "10.212.0.1" }] },
      "gateway 10.212.0.1 not in subnet 10.211.0.0/24",
    ],
    [
      { subnets: [{ subnet: "10.211.0.0/24", ipRange: "10.213.0.0/28" }] },
      "lease range start ip 10.213.0.1 not in subnet 10.211.0.0/24",
    ],
    [{ subnets: [{ subnet: "10.211.0.0/24", ipRange: "foo" }] }, "invalid CIDR address: foo"],
    [{ subnets: [{ subnet: "10.88.4.0/24" }] }, "subnet 10.88.4.0/24 is already used on the host or by another config"],
    [
      { subnets: [{ subnet: "10.200.1.0/24" }, { subnet: "10.200.1.0/25" }] },
      "subnet 10.200.1.0/25 is already used on the host or by another config",
    ],
    [{ options: { mtu: "x" } }, 'strconv.Atoi: parsing "x": invalid syntax'],
    [{ options: { mtu: "-5" } }, "mtu -5 is less than zero"],
    [{ options: { vlan: "5000" } }, "vlan ID 5000 must be between 0 and 4094"],
    [{ options: { isolate: "x" } }, 'strconv.ParseBool: parsing "x": invalid syntax'],
    [{ options: { foo: "x" } }, "unsupported bridge network option foo"],
    [
      { driver: "macvlan" },
      "macvlan driver needs at least one subnet specified, DHCP is not yet supported with netavark",
    ],
    [{ driver: "macvlan", options: { parent: "eth9" } }, "parent interface eth9 does not exist"],
  ];
  for (const [options, message] of cases)
    assert.throws(() => plan(options), { code: "INVALID_ARGUMENT", message }, JSON.stringify(options));
});

test("driver options take the form that netavark reads", () => {
  assert.deepEqual(plan({ options: { isolate: "1", mtu: "+1400" } }).options, { isolate: "true", mtu: "1400" });
  const macvlan = plan({
    name: "m",
    driver: "macvlan",
    options: { parent: "eth0", mode: "bridge" },
    subnets: [{ subnet: "10.199.0.0/24" }],
  });
  assert.equal(macvlan.interfaceName, "eth0");
  assert.deepEqual(macvlan.options, { mode: "bridge" });
  assert.equal(macvlan.dnsEnabled, false);
});

test("inspect has podman's fields", () => {
  const network = plan({ name: "n", labels: { a: "b" }, subnets: [{ subnet: "10.9.0.0/24", ipRange: "10.9.0.8/29" }] });
  assert.deepEqual(inspectNetwork(network), {
    name: "n",
    id: "ab".repeat(32),
    driver: "bridge",
    network_interface: "minke2",
    created: "2023-11-14T22:13:20.123Z",
    subnets: [
      {
        subnet: "10.9.0.0/24",
        gateway: "10.9.0.1",
        lease_range: { start_ip: "10.9.0.9", end_ip: "10.9.0.15" },
      },
    ],
    ipv6_enabled: false,
    internal: false,
    dns_enabled: true,
    labels: { a: "b" },
    ipam_options: { driver: "host-local" },
  });
});

test("free subnets pass small and large obstacles", () => {
  const pools = [
    { base: "10.96.0.0/23", size: 24 },
    { base: "10.97.0.0/16", size: 24 },
  ];
  const cases: [string[], string][] = [
    [[], "10.96.0.0/24"],
    [["10.96.0.77/32"], "10.96.1.0/24"],
    [["10.96.0.0/16"], "10.97.0.0/24"],
    [["10.96.0.0/16", "10.97.0.0/17"], "10.97.128.0/24"],
    [["10.96.0.0/16", "10.97.0.0/25", "10.97.1.128/25"], "10.97.2.0/24"],
  ];
  for (const [used, expected] of cases)
    assert.equal(formatBlock(freeBlock(pools, blocks(...used))), expected, used.join());
  assert.throws(() => freeBlock(pools, blocks("10.0.0.0/8")), /could not find free subnet/);
  assert.equal(freeInterfaceName(new Set(["minke1", "minke2"])), "minke3");
});

test("the default network of the default root is well known, others' are out of its way", () => {
  const base = { name: "minke", subnet: "10.87.0.0/16", usedInterfaces: new Set<string>(), now: 1 };
  const main = planDefaultNetwork({ ...base, root: "/var/lib/minke", usedBlocks: [] });
  assert.deepEqual(main.subnets, [{ subnet: "10.87.0.0/16", gateway: "10.87.0.1" }]);
  assert.deepEqual([main.interfaceName, main.dnsEnabled], ["minke0", false]);
  const crowded = planDefaultNetwork({ ...base, root: "/var/lib/minke", usedBlocks: blocks("10.87.9.0/24") });
  assert.deepEqual(crowded.subnets, [{ subnet: "10.94.0.0/24", gateway: "10.94.0.1" }]);
  const other = planDefaultNetwork({ ...base, root: "/srv/x", usedBlocks: blocks("10.94.0.0/24") });
  assert.deepEqual(other.subnets, [{ subnet: "10.94.1.0/24", gateway: "10.94.1.1" }]);
  assert.equal(other.interfaceName, "minke1");
  assert.notEqual(other.id, main.id);
  assert.notEqual(netavarkKey("/srv/x", "minke"), netavarkKey("/var/lib/minke", "minke"));
});
