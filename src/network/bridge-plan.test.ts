import assert from "node:assert/strict";
import { test } from "node:test";
import type { NetavarkRequest, NetworkRequest } from "../drivers/netavark/request.ts";
import type { NetworkDefinition } from "../model/network.ts";
import { planBridges } from "./bridge-plan.ts";

const DEFINITION: NetworkDefinition = {
  name: "shop",
  id: "ff",
  driver: "bridge",
  interfaceName: "minke3",
  createdAt: 0,
  subnets: [{ subnet: "10.1.0.0/24", gateway: "10.1.0.1" }, { subnet: "fd00::/64" }],
  ipv6: true,
  internal: false,
  dnsEnabled: false,
  labels: {},
  options: {},
  ipamDriver: "host-local",
};

function request(
  definition: Partial<NetworkDefinition> = {},
  join: Partial<NetworkRequest> = {},
  rest: Partial<NetavarkRequest> = {},
): NetavarkRequest {
  const network = {
    key: "shop-0123",
    definition: { ...DEFINITION, ...definition },
    interfaceName: "eth0",
    staticIps: ["10.1.0.9", "fd00::0:2"],
    aliases: [],
    ...join,
  };
  return { containerId: "c1", containerName: "web", ports: [], dnsServers: [], networks: [network], ...rest };
}

test("a plain bridge is planned with netavark's defaults, and answered as netavark does", () => {
  const plan = planBridges(request());
  const [member] = plan?.members ?? [];
  assert.ok(plan && member);
  assert.deepEqual([member.metric, member.mtu, member.routeLocalnet, member.ipv6], [100, undefined, false, true]);
  assert.deepEqual(
    member.gateways.map(({ bytes }) => [...bytes]),
    [[10, 1, 0, 1]],
  );
  assert.deepEqual(
    plan.additions.map(({ subnet, address }) => [subnet, address]),
    [
      ["10.1.0.0/24", "10.1.0.9"],
      ["fd00::/64", "fd00::2"],
    ],
  );
  assert.deepEqual(plan.replies(["02:00:00:00:00:07"]).get("shop-0123"), {
    interfaces: [
      {
        name: "eth0",
        mac: "02:00:00:00:00:07",
        addresses: [
          { ip: "10.1.0.9", prefix: 24, gateway: "10.1.0.1" },
          { ip: "fd00::2", prefix: 64, gateway: "" },
        ],
      },
    ],
    dnsServers: [],
    dnsSearch: [],
  });
});

test("options, a MAC address and host addresses are taken over", () => {
  const port = { hostIp: "0:0::1", hostPort: 8080, containerPort: 80, protocol: "tcp" as const, range: 1 };
  const plan = planBridges(
    request(
      { options: { mtu: "1400", metric: "7", isolate: "true" } },
      { staticMac: "02:11:22:33:44:aB" },
      { ports: [port] },
    ),
  );
  const [member] = plan?.members ?? [];
  assert.deepEqual([member?.mtu, member?.metric, member?.routeLocalnet], [1400, 7, true]);
  assert.deepEqual([...(member?.mac ?? [])], [2, 0x11, 0x22, 0x33, 0x44, 0xab]);
  assert.deepEqual([plan?.additions[0]?.isolate, plan?.additions[0]?.ports[0]?.hostIp], [true, "::1"]);
});

test("an internal network needs no rules", () => {
  const plan = planBridges(request({ internal: true }));
  assert.deepEqual([plan?.additions, plan?.members[0]?.internal, plan?.needsIp6tables], [[], true, false]);
});

test("everything else is left to netavark", () => {
  const strangePort = { hostIp: "localhost", hostPort: 1, containerPort: 1, protocol: "tcp" as const, range: 1 };
  const cases: Readonly<Record<string, NetavarkRequest>> = {
    macvlan: request({ driver: "macvlan" }),
    "a name server": request({ dnsEnabled: true }),
    dhcp: request({ ipamDriver: "dhcp" }),
    "an option that we do not know": request({ options: { vlan: "7" } }),
    "a bad metric": request({ options: { metric: "-1" } }),
    "a metric of zero": request({ options: { metric: "0" } }),
    "a bad MAC": request({}, { staticMac: "2:11" }),
    "two subnets of one family": request({ subnets: [{ subnet: "10.1.0.0/24" }, { subnet: "10.2.0.0/24" }] }),
    "too few addresses": request({}, { staticIps: ["10.1.0.9"] }),
    "no subnet": request({ subnets: [] }, { staticIps: [] }),
    "a host name": request({}, {}, { ports: [strangePort] }),
  };
  for (const [title, strange] of Object.entries(cases)) assert.equal(planBridges(strange), undefined, title);
});
