import assert from "node:assert/strict";
import { test } from "node:test";
import { netavarkArgs } from "./args.ts";
import { type NetavarkRequest, renderRequest } from "./request.ts";

const REQUEST: NetavarkRequest = {
  containerId: "c1",
  containerName: "web",
  ports: [{ hostIp: "", hostPort: 8080, containerPort: 80, protocol: "tcp", range: 1 }],
  dnsServers: ["192.0.2.53"],
  networks: [
    {
      key: "shop-0123",
      definition: {
        name: "shop",
        id: "ff",
        driver: "bridge",
        interfaceName: "minke3",
        createdAt: 0,
        subnets: [
          { subnet: "10.1.0.0/24", gateway: "10.1.0.1", leaseRange: { start: "10.1.0.9" } },
          { subnet: "fd00::/64" },
        ],
        ipv6: true,
        internal: false,
        dnsEnabled: true,
        labels: { a: "b" },
        options: { mtu: "1400" },
        ipamDriver: "host-local",
      },
      interfaceName: "eth0",
      staticIps: ["10.1.0.9", "fd00::2"],
      staticMac: "02:00:00:00:00:01",
      aliases: ["www"],
    },
  ],
};

test("the request has every key that netavark requires", () => {
  assert.deepEqual(JSON.parse(renderRequest(REQUEST)), {
    container_id: "c1",
    container_name: "web",
    port_mappings: [{ host_ip: "", host_port: 8080, container_port: 80, protocol: "tcp", range: 1 }],
    networks: {
      "shop-0123": {
        interface_name: "eth0",
        static_ips: ["10.1.0.9", "fd00::2"],
        aliases: ["www"],
        static_mac: "02:00:00:00:00:01",
      },
    },
    network_info: {
      "shop-0123": {
        name: "shop-0123",
        id: "ff",
        driver: "bridge",
        network_interface: "minke3",
        subnets: [
          { subnet: "10.1.0.0/24", gateway: "10.1.0.1", lease_range: { start_ip: "10.1.0.9" } },
          { subnet: "fd00::/64" },
        ],
        ipv6_enabled: true,
        internal: false,
        dns_enabled: true,
        ipam_options: { driver: "host-local" },
        options: { mtu: "1400" },
      },
    },
    dns_servers: ["192.0.2.53"],
  });
});

test("without firewall there are no ports, and networks count as internal", () => {
  const value = JSON.parse(renderRequest(REQUEST, { withoutFirewall: true }));
  assert.equal("port_mappings" in value, false);
  assert.equal(value.network_info["shop-0123"].internal, true);
});

test("empty lists are left out where netavark allows it", () => {
  const value = JSON.parse(renderRequest({ ...REQUEST, ports: [], dnsServers: [], networks: [] }));
  assert.deepEqual(value, { container_id: "c1", container_name: "web", networks: {}, network_info: {} });
});

test("flags come before the sub-command", () => {
  const globals = { configDir: "/run/n", aardvarkPath: "/usr/lib/podman/aardvark-dns", rootless: false };
  assert.deepEqual(netavarkArgs("teardown", "/run/netns/x", globals), [
    "--config",
    "/run/n",
    "--rootless=false",
    "--aardvark-binary=/usr/lib/podman/aardvark-dns",
    "teardown",
    "/run/netns/x",
  ]);
});
