/**
 * Joins containers to networks in the network namespace of this process, which is a fresh one, and prints as JSON what that
 * made: run by network-setup.test.ts. Nothing of it outlives the process.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ContainerId } from "../../src/base/brand.ts";
import type { NetworkCreateOptions } from "../../src/engine/api/system.ts";
import { openHost } from "../../src/host/open.ts";
import type { NetworkAttachment, PortMapping } from "../../src/model/container.ts";
import { openNetworks } from "../../src/network/open.ts";
import { openStore } from "../../src/store/open.ts";
import { findProgram } from "../support/needs.ts";

/** What to make. */
export interface Scene {
  readonly directory: string;
  readonly setup: "rtnetlink" | "netavark";
  readonly networks: readonly NetworkCreateOptions[];
  readonly containers: readonly {
    readonly attachments: readonly (Partial<NetworkAttachment> & { readonly network: string })[];
    readonly ports?: readonly PortMapping[];
  }[];
}

type Json = Readonly<Record<string, unknown>>;

const run = (argv: readonly string[]) =>
  execFileSync(findProgram(argv[0] ?? "") ?? "", argv.slice(1), { encoding: "utf8", maxBuffer: 64 << 20 });

/** The keys that two runs must have in common; times, indices and what the kernel still works on are left out. */
function pick(object: Json, keys: readonly string[]): Json {
  return Object.fromEntries(keys.filter((key) => key in object).map((key) => [key, object[key]]));
}

function links(prefix: readonly string[]): unknown {
  const all = JSON.parse(run([...prefix, "ip", "-j", "-d", "addr"])) as Json[];
  return all.map((link) => ({
    ...pick(link, ["ifname", "mtu", "txqlen", "num_tx_queues", "master", "link_type", "group"]),
    up: (link["flags"] as string[]).includes("UP"),
    // Ports take their MAC from the kernel; a chosen one has the bit of local administration and our prefix.
    mac: String(link["address"]).startsWith("02:11:") ? link["address"] : "",
    kind: (link["linkinfo"] as Json | undefined)?.["info_kind"],
    addresses: (link["addr_info"] as Json[])
      .filter((address) => !String(address["local"]).startsWith("fe80"))
      .map((address) => pick(address, ["family", "local", "prefixlen", "broadcast", "scope", "label"])),
  }));
}

/** The host's ends are named in the order of the making, which netavark leaves to chance: their bridges tell them apart. */
function portNames(): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const all = JSON.parse(run(["ip", "-j", "link"])) as Json[];
  for (const { ifname, master } of all.filter((link) => link["master"] !== undefined)) {
    const before = [...names.values()].filter((name) => name.startsWith(`port of ${master},`)).length;
    names.set(String(ifname), `port of ${master}, ${before}`);
  }
  return names;
}

function routes(prefix: readonly string[]): unknown {
  return ["-4", "-6"].flatMap((family) => {
    const all = JSON.parse(run([...prefix, "ip", "-j", "-d", family, "route", "show", "table", "all"])) as Json[];
    return all
      .filter((route) => !/^(fe80|ff00|multicast)/.test(String(route["dst"])) && route["type"] !== "anycast")
      .map((route) => pick(route, ["type", "dst", "gateway", "dev", "table", "protocol", "scope", "prefsrc", "metric"]))
      .map((route) => JSON.stringify(route))
      .filter((route, index, sorted) => sorted.indexOf(route) === index);
  });
}

/** All of net.ipv4.conf and net.ipv6.conf of interfaces that both ways name the same. */
function sysctls(): Record<string, string> {
  const found: Record<string, string> = {};
  for (const version of ["ipv4", "ipv6"])
    for (const link of readdirSync(`/proc/sys/net/${version}/conf`)) {
      const directory = `/proc/sys/net/${version}/conf/${link}`;
      for (const key of readdirSync(directory)) {
        const path = join(directory, key);
        if ((statSync(path).mode & 0o400) !== 0 && key !== "stable_secret") found[path] = readFileSync(path, "utf8");
      }
    }
  return { ...found, forward: readFileSync("/proc/sys/net/ipv4/ip_forward", "utf8") };
}

const rules = () =>
  ["iptables-save", "ip6tables-save"].map((program) =>
    run([program])
      .split("\n")
      .filter((line) => !line.startsWith("#")),
  );

const host = await openHost();
const scene = JSON.parse(process.argv[2] ?? "") as Scene;
const root = join(scene.directory, "root");
const store = openStore(host, { root, runRoot: join(scene.directory, "run") });
const networks = openNetworks({
  host,
  store,
  hostDirectory: join(scene.directory, "host"),
  config: {
    root,
    networkRunDir: join(scene.directory, "run/networks"),
    netavarkPaths: [findProgram("netavark") ?? ""],
    aardvarkPaths: [],
    dnsPort: 53,
    networkSetup: scene.setup,
    defaultNetwork: "minke",
    defaultSubnet: "10.87.0.0/16",
    subnetPools: [{ base: "10.96.0.0/11", size: 24 }],
  },
});
for (const options of scene.networks) await networks.create(options);
const requests = scene.containers.map(({ attachments, ports = [] }, index) => {
  const netnsPath = join(scene.directory, "netns", String(index));
  host.namespaces.create(netnsPath);
  return {
    containerId: String(index + 1).repeat(64) as ContainerId,
    containerName: `c${index}`,
    netnsPath,
    attachments: attachments.map((one, at) => ({ interfaceName: `eth${at}`, staticIps: [], aliases: [], ...one })),
    ports,
    dnsServers: [],
  };
});
const results = [];
for (const request of requests) results.push(await networks.attach(request));
const joined = {
  results: results.map((one) =>
    one.map((result) => ({ ...result, mac: result.mac.startsWith("02:11:") && result.mac })),
  ),
  host: { links: links([]), routes: routes([]), sysctls: sysctls() },
  containers: requests.map(({ netnsPath }) => {
    const prefix = ["nsenter", `--net=${netnsPath}`];
    return { links: links(prefix), routes: routes(prefix), sysctls: host.namespaces.inside(netnsPath, sysctls) };
  }),
  rules: rules(),
};
const ports = portNames();
const [first, ...others] = requests;
if (first) await networks.detach(first);
const afterFirst = { links: links([]), rules: rules() };
for (const request of others) await networks.detach(request);
const left = {
  links: links([]),
  rules: rules(),
  containers: requests.map(({ netnsPath }) => links(["nsenter", `--net=${netnsPath}`])),
};
store[Symbol.dispose]();
console.log(JSON.stringify({ joined, afterFirst, left }).replaceAll(/\bveth\d+\b/g, (name) => ports.get(name) ?? name));
