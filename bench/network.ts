/**
 * Times what joins one container to a network and takes it off again, with and without netavark, in turns. It wants a network
 * namespace of its own, where nobody else's rules are:
 *
 *     unshare --net --mount sh -c 'mount -t sysfs sysfs /sys && ip link set lo up && exec bun bench/network.ts'
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ContainerId } from "../src/base/brand.ts";
import { openHost } from "../src/host/open.ts";
import { type AttachRequest, openNetworks } from "../src/network/open.ts";
import { openStore } from "../src/store/open.ts";

const ROUNDS = 15;
const WAYS = ["rtnetlink", "netavark"] as const;

/** Title, network, number of ports, whether another container is on the network. */
const CASES = [
  ["first on its bridge, no port", "four", 0, false],
  ["first on its bridge, one port", "four", 1, false],
  ["second, no port", "four", 0, true],
  ["second, two ports", "four", 2, true],
  ["first, one port, IPv4 and IPv6", "six", 1, false],
] as const;

const directory = mkdtempSync(join(tmpdir(), "minke-bench-network-"));
const host = await openHost();
const root = join(directory, "root");
const store = openStore(host, { root, runRoot: join(directory, "run") });
const open = (networkSetup: (typeof WAYS)[number]) =>
  openNetworks({
    host,
    store,
    hostDirectory: join(directory, "host"),
    config: {
      root,
      networkRunDir: join(directory, "run/networks"),
      netavarkPaths: ["/usr/lib/podman/netavark", "/usr/libexec/podman/netavark"],
      aardvarkPaths: [],
      dnsPort: 53,
      networkSetup,
      defaultNetwork: "minke",
      defaultSubnet: "10.87.0.0/16",
      subnetPools: [{ base: "10.96.0.0/11", size: 24 }],
    },
  });
const services = new Map(WAYS.map((way) => [way, open(way)] as const));
const [first] = services.values();

function request(network: string, ports: number): AttachRequest {
  const containerId = randomBytes(32).toString("hex") as ContainerId;
  const netnsPath = join(directory, "netns", containerId);
  host.namespaces.create(netnsPath);
  return {
    containerId,
    containerName: "bench",
    netnsPath,
    attachments: [{ network, interfaceName: "eth0", staticIps: [], aliases: [] }],
    ports: Array.from({ length: ports }, (_, index) => ({
      hostIp: "",
      hostPort: 8080 + index,
      containerPort: 80,
      protocol: "tcp" as const,
      range: 1,
    })),
    dnsServers: [],
  };
}

/** Median and least of some milliseconds. */
function summary(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const text = (value: number | undefined) => (value ?? 0).toFixed(1);
  return `${text(sorted[sorted.length >> 1])} (${text(sorted[0])})`;
}

await first?.create({ name: "four", disableDns: true });
await first?.create({ name: "six", disableDns: true, ipv6: true });
console.log("| case | way | attach, ms: median (least) | detach |\n|---|---|---|---|");
for (const [title, network, ports, isSecond] of CASES) {
  const times = new Map(WAYS.map((way) => [way, { attach: [] as number[], detach: [] as number[] }] as const));
  const other = request(network, 0);
  if (isSecond) await first?.attach(other);
  for (let round = 0; round < ROUNDS; round++)
    for (const [way, networks] of services) {
      const joining = request(network, ports);
      const from = performance.now();
      await networks.attach(joining);
      const joined = performance.now();
      await networks.detach(joining);
      times.get(way)?.attach.push(joined - from);
      times.get(way)?.detach.push(performance.now() - joined);
      host.namespaces.remove(joining.netnsPath);
    }
  if (isSecond) await first?.detach(other);
  host.namespaces.remove(other.netnsPath);
  for (const [way, { attach, detach }] of times)
    console.log(`| ${title} | ${way} | ${summary(attach)} | ${summary(detach)} |`);
}
store[Symbol.dispose]();
rmSync(directory, { recursive: true, force: true });
