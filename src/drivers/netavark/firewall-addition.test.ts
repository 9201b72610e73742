import assert from "node:assert/strict";
import { test } from "node:test";
import { chainsOf } from "./firewall.ts";
import { type FirewallAddition, planAddition } from "./firewall-addition.ts";

const OURS = chainsOf("shop-0123");

const ADDITION: FirewallAddition = {
  key: "shop-0123",
  subnet: "10.1.0.0/24",
  bridge: "minke3",
  isolate: false,
  containerId: "aaaa",
  address: "10.1.0.2",
  ports: [{ hostIp: "127.0.0.1", hostPort: 8080, containerPort: 80, protocol: "tcp", range: 1 }],
};

/** What iptables-save prints after a plan was carried out on an empty packet filter. */
function saved(plan: string): string {
  return plan
    .split("\n")
    .map((line) =>
      line
        .replace(/^-N (\S+)$/, ":$1 - [0:0]")
        .replace(/^-I (\S+) \d+ /, "-A $1 ")
        .replace(/^-F .*$/, ""),
    )
    .join("\n");
}

const OWN_RULES = [
  `-A ${OURS.forward} -s 10.1.0.0/24 -d 127.0.0.1/32 -p tcp -m tcp --dport 8080 -j NETAVARK-HOSTPORT-SETMARK`,
  `-A ${OURS.forward} -s 127.0.0.1/32 -d 127.0.0.1/32 -p tcp -m tcp --dport 8080 -j NETAVARK-HOSTPORT-SETMARK`,
  `-A ${OURS.forward} -d 127.0.0.1/32 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.1.0.2:80`,
  `-A NETAVARK-HOSTPORT-DNAT -p tcp -m tcp --dport 8080 -m comment --comment "dnat name: shop-0123 id: aaaa" -j ${OURS.forward}`,
];

test("on an empty packet filter everything is made, and a second time nothing", () => {
  const { text, touchesShared } = planAddition("", [ADDITION]);
  assert.equal(touchesShared, true);
  for (const line of [
    `-N ${OURS.masquerade}`,
    `-A ${OURS.masquerade} ! -d 224.0.0.0/4 -j MASQUERADE`,
    `-A POSTROUTING -s 10.1.0.0/24 -j ${OURS.masquerade}`,
    "-I POSTROUTING 1 -j NETAVARK-HOSTPORT-MASQ",
    '-I FORWARD 1 -m comment --comment "netavark firewall plugin rules" -j NETAVARK_FORWARD',
    ...OWN_RULES,
  ])
    assert.ok(text.split("\n").includes(line), line);
  assert.deepEqual(planAddition(saved(text), [ADDITION]), { text: "", touchesShared: false });
});

test("where the shared rules are, only the container's own are added", () => {
  const before = saved(planAddition("", [{ ...ADDITION, ports: [] }]).text);
  const inNat = before.replace("COMMIT", `:${OURS.forward} - [0:0]\nCOMMIT`);
  assert.deepEqual(planAddition(inNat, [ADDITION]), {
    text: `*nat\n${OWN_RULES.join("\n")}\nCOMMIT\n`,
    touchesShared: false,
  });
});

test("chains that are there are never made again, and a damaged one is filled anew", () => {
  const before = `*nat\n:${OURS.masquerade} - [0:0]\n-A ${OURS.masquerade} ! -d 224.0.0.0/4 -j MASQUERADE\nCOMMIT\n`;
  const { text } = planAddition(before, [{ ...ADDITION, ports: [] }]);
  assert.ok(!text.includes(`-N ${OURS.masquerade}`));
  assert.ok(!/^:/m.test(text));
  const filled = [
    `-F ${OURS.masquerade}`,
    `-A ${OURS.masquerade} -d 10.1.0.0/24 -j ACCEPT`,
    `-A ${OURS.masquerade} ! -d 224.0.0.0/4 -j MASQUERADE`,
  ];
  assert.ok(text.includes(filled.join("\n")), text);
});

test("IPv6 has its own loopback, multicast and brackets, and ports of IPv4 addresses are not its business", () => {
  const six: FirewallAddition = {
    ...ADDITION,
    subnet: "fd00::/64",
    address: "fd00::5",
    ports: [...ADDITION.ports, { hostIp: "", hostPort: 53, containerPort: 5353, protocol: "udp", range: 3 }],
  };
  const { text } = planAddition("", [six]);
  assert.ok(text.includes("! -d ff00::/8 -j MASQUERADE"));
  assert.ok(text.includes(`-A ${OURS.forward} -s ::1/128 -p udp -m udp --dport 53:55 -j NETAVARK-HOSTPORT-SETMARK`));
  assert.ok(text.includes("-p udp -m udp --dport 53:55 -j DNAT --to-destination [fd00::5]:5353-5355/53"));
  assert.ok(!text.includes("8080"));
});

test("isolated bridges are cut off from each other", () => {
  const { text } = planAddition("", [{ ...ADDITION, isolate: true, ports: [] }]);
  const [, filter = ""] = text.split("*filter\n");
  assert.deepEqual(filter.split("\n").slice(0, 5), [
    "-N NETAVARK_ISOLATION_1",
    "-N NETAVARK_ISOLATION_2",
    "-I NETAVARK_ISOLATION_1 1 -i minke3 ! -o minke3 -j NETAVARK_ISOLATION_2",
    "-I NETAVARK_ISOLATION_2 1 -o minke3 -j DROP",
    "-I FORWARD 1 -j NETAVARK_ISOLATION_1",
  ]);
  assert.ok(filter.includes("-I FORWARD 2 -m comment"));
});
