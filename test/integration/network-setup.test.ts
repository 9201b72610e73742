import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { PortMapping } from "../../src/model/container.ts";
import { needs, unless } from "../support/needs.ts";
import { SETUPS } from "./network-fixture.ts";
import type { Scene } from "./network-snapshot.ts";

const NEEDS = unless(
  needs.root,
  ...["netavark", "iptables", "ip6tables", "ip", "nsenter", "unshare"].map(needs.program),
);

const port = (hostPort: number, containerPort: number, more: Partial<PortMapping> = {}): PortMapping => ({
  hostIp: "",
  hostPort,
  containerPort,
  protocol: "tcp",
  range: 1,
  ...more,
});

const four = { name: "four", disableDns: true, subnets: [{ subnet: "10.99.4.0/24" }] };
const six = { name: "six", disableDns: true, subnets: [{ subnet: "10.99.6.0/25" }, { subnet: "fd99::/64" }] };
const PORTS = [
  port(8080, 80),
  port(9000, 90, { protocol: "udp", range: 3 }),
  port(9100, 91, { hostIp: "127.0.0.1" }),
  port(9200, 92, { hostIp: "::1" }),
  port(9300, 93, { hostIp: "0.0.0.0", protocol: "sctp" }),
];

/** The case, and whether netavark itself makes it in no certain order. */
const SCENES: Readonly<Record<string, Pick<Scene, "networks" | "containers"> & { readonly unordered?: true }>> = {
  "no ports": { networks: [four], containers: [{ attachments: [{ network: "four" }] }] },
  "ports of all kinds": { networks: [four], containers: [{ attachments: [{ network: "four" }], ports: PORTS }] },
  "IPv6 beside IPv4": { networks: [six], containers: [{ attachments: [{ network: "six" }], ports: PORTS }] },
  "a port of the other address family": {
    networks: [six],
    containers: [{ attachments: [{ network: "six" }], ports: [port(9100, 91, { hostIp: "127.0.0.1" })] }],
  },
  "IPv6 alone": {
    networks: [{ name: "only", disableDns: true, subnets: [{ subnet: "fd98::/64", gateway: "fd98::ff" }] }],
    containers: [{ attachments: [{ network: "only" }], ports: [port(8080, 80)] }],
  },
  "an internal network": {
    networks: [{ ...six, internal: true }],
    containers: [{ attachments: [{ network: "six" }], ports: PORTS }],
  },
  "MTU, metric and isolation": {
    networks: [{ ...six, options: { mtu: "1400", metric: "200", isolate: "true" } }],
    containers: [{ attachments: [{ network: "six" }], ports: PORTS }],
  },
  "a static address and MAC": {
    networks: [four],
    containers: [{ attachments: [{ network: "four", staticIps: ["10.99.4.77"], staticMac: "02:11:22:33:44:55" }] }],
  },
  "two containers, and the first one leaves": {
    networks: [six],
    containers: [
      { attachments: [{ network: "six" }], ports: [port(8080, 80)] },
      { attachments: [{ network: "six" }], ports: [port(8081, 80), port(8082, 81, { protocol: "udp" })] },
    ],
  },
  "two networks": {
    networks: [four, six],
    containers: [{ attachments: [{ network: "four" }, { network: "six" }], ports: PORTS }],
    unordered: true,
  },
};

/** Runs the scene in a network namespace of its own, where nothing else is. */
function snapshot(scene: Scene): Record<string, unknown> {
  const child = join(import.meta.dirname, "network-snapshot.ts");
  const script = 'mount -t sysfs sysfs /sys && ip link set lo up && exec "$@"';
  const argv = ["--net", "--mount", "sh", "-c", script, "sh", process.execPath, child, JSON.stringify(scene)];
  return JSON.parse(execFileSync("unshare", argv, { encoding: "utf8", maxBuffer: 64 << 20 }));
}

/** Sorts every list, where the order is netavark's whim. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, sorted(item)]));
}

for (const [title, { unordered, ...what }] of Object.entries(SCENES))
  test(`the same comes about with and without netavark: ${title}`, NEEDS, () => {
    const directory = mkdtempSync(join(tmpdir(), "minke-network-setup-"));
    try {
      const [own, netavark] = SETUPS.map((setup) => {
        rmSync(directory, { recursive: true });
        return snapshot({ ...what, directory, setup });
      });
      const view = unordered ? sorted : (value: unknown) => value;
      assert.deepEqual(view(own), view(netavark));
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
