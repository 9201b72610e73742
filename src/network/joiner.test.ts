import assert from "node:assert/strict";
import { test } from "node:test";
import { containerId } from "../../test/support/definitions.ts";
import { HostError } from "../base/host-error.ts";
import { type FakeHost, openFakeHost } from "../host/fakes/open.ts";
import type { PortMapping } from "../model/container.ts";
import { openStore } from "../store/open.ts";
import { type AttachRequest, type NetworkConfig, type NetworkService, openNetworks } from "./open.ts";

const NETAVARK = "/usr/lib/podman/netavark";
const PORT: PortMapping = { hostIp: "", hostPort: 8080, containerPort: 80, protocol: "tcp", range: 1 };

/** iptables as far as our commands go: chains of rules, all of a transaction or nothing of it. */
class FakeIptables {
  chains = new Map([["filter FORWARD", [] as string[]]]);
  restores = 0;

  install(host: FakeHost): void {
    for (const chain of ["PREROUTING", "OUTPUT", "POSTROUTING"]) this.chains.set(`nat ${chain}`, []);
    host.programs.define("/usr/sbin/iptables-save", (it) => it.stdout(this.#save()));
    host.programs.define("/usr/sbin/iptables-restore", async (it) => {
      this.restores += 1;
      return this.#restore(await it.stdin()) ? 0 : 1;
    });
  }

  rules(): string[] {
    return [...this.chains].flatMap(([chain, rules]) => rules.map((rule) => `${chain} ${rule}`));
  }

  #save(): string {
    return ["nat", "filter"]
      .map((table) => {
        const own = [...this.chains].filter(([name]) => name.startsWith(`${table} `));
        const declared = own.map(([name]) => `:${name.split(" ")[1]} - [0:0]`);
        const rules = own.flatMap(([name, list]) => list.map((rule) => `-A ${name.split(" ")[1]} ${rule}`));
        return [`*${table}`, ...declared, ...rules, "COMMIT", ""].join("\n");
      })
      .join("");
  }

  #restore(input: string): boolean {
    const next = new Map([...this.chains].map(([name, rules]) => [name, [...rules]]));
    let table = "";
    for (const line of input.split("\n")) {
      if (line.startsWith("*")) table = line.slice(1);
      const [, verb, chain = "", , rest = ""] = /^-([NAIDFX]) (\S+)( (?:\d+ )?(.*))?$/.exec(line) ?? [];
      const rules = next.get(`${table} ${chain}`);
      if (verb === undefined) continue;
      if ((verb === "N") === (rules !== undefined)) return false;
      if (verb === "N" || verb === "F") next.set(`${table} ${chain}`, []);
      if (verb === "X") next.delete(`${table} ${chain}`);
      if (verb === "A") rules?.push(rest);
      if (verb === "I") rules?.unshift(rest);
      if (verb === "D") rules?.splice(rules.indexOf(rest), 1);
    }
    this.chains = next;
    return true;
  }
}

function world(config: Partial<NetworkConfig> = {}) {
  const host = openFakeHost();
  const iptables = new FakeIptables();
  iptables.install(host);
  const asked: string[] = [];
  host.programs.define(NETAVARK, (it) => {
    if (it.args[0] === "version") return it.stdout('{"version":"1.4.0"}');
    asked.push(it.args.at(-2) ?? "");
    host.files.append(`${it.args[1]}/netavark.out`, '{"error":"netavark was asked"}');
    return 1;
  });
  const root = "/var/lib/minke";
  const store = openStore(host, { root, runRoot: "/run/minke" });
  const networks = openNetworks({
    host,
    store,
    config: {
      root,
      networkRunDir: "/run/minke/networks",
      netavarkPaths: [NETAVARK],
      aardvarkPaths: [],
      dnsPort: 53,
      defaultNetwork: "minke",
      defaultSubnet: "10.87.0.0/16",
      subnetPools: [{ base: "10.96.0.0/11", size: 24 }],
      ...config,
    },
  });
  return { host, iptables, asked, networks };
}

function requestFor(host: FakeHost, name: string, ports: readonly PortMapping[] = []): AttachRequest {
  const netnsPath = `/run/netns/${name}`;
  host.namespaces.create(netnsPath);
  const attachments = [{ network: "minke", interfaceName: "eth0", staticIps: [], aliases: [] }];
  return { containerId: containerId(name), containerName: name, netnsPath, attachments, ports, dnsServers: [] };
}

const linkNames = (stack: { readonly links: ReadonlyMap<number, { readonly name: string }> }) =>
  [...stack.links.values()].map((link) => link.name);

async function attachOne(networks: NetworkService, request: AttachRequest) {
  const [result] = await networks.attach(request);
  assert.ok(result);
  return result;
}

test("a container joins the default network without netavark, and leaves nothing", async () => {
  const { host, iptables, asked, networks } = world();
  const request = requestFor(host, "a1", [PORT]);
  const result = await attachOne(networks, request);
  assert.deepEqual(result.addresses, [{ ip: "10.87.0.2", prefix: 16, gateway: "10.87.0.1" }]);
  const inside = host.netlink.stackAt(request.netnsPath);
  assert.deepEqual(linkNames(inside), ["lo", "eth0"]);
  assert.deepEqual([...inside.addresses], ["2 0a570002/16"]);
  assert.deepEqual(inside.routes, ["0a570001"]);
  assert.ok([...inside.links.values()].every((link) => link.isUp));
  assert.deepEqual(linkNames(host.netlink.host), ["lo", "minke0", "veth0"]);
  assert.ok(iptables.rules().some((rule) => rule.endsWith("--dport 8080 -j DNAT --to-destination 10.87.0.2:80")));
  assert.equal(iptables.restores, 1);
  await networks.detach(request);
  assert.deepEqual([linkNames(inside), linkNames(host.netlink.host)], [["lo"], ["lo"]]);
  assert.ok(!iptables.rules().some((rule) => rule.includes("10.87.0") || rule.includes(request.containerId)));
  assert.deepEqual(asked, []);
});

test("the second container finds all it shares there, and the bridge outlives the first", async () => {
  const { host, iptables, networks } = world();
  const [first, second, third] = [
    requestFor(host, "a1", [PORT]),
    requestFor(host, "b2"),
    requestFor(host, "c3", [{ ...PORT, hostPort: 9090 }]),
  ];
  await networks.attach(first);
  const before = iptables.rules();
  await networks.attach(second);
  assert.deepEqual([iptables.restores, iptables.rules()], [1, before]);
  await networks.attach(third);
  assert.equal(iptables.rules().length, before.length + 4);
  await networks.detach(first);
  assert.ok(host.inodes.stat("/sys/class/net/minke0"));
  assert.ok(iptables.rules().some((rule) => rule.includes("dport 9090")));
  assert.ok(!iptables.rules().some((rule) => rule.includes("dport 8080")));
  for (const request of [second, third]) await networks.detach(request);
  assert.deepEqual(linkNames(host.netlink.host), ["lo"]);
});

test("rules that somebody flushed come back with the next container", async () => {
  const { host, iptables, networks } = world();
  await networks.attach(requestFor(host, "a1"));
  const before = iptables.rules().sort();
  for (const chain of iptables.chains.keys()) iptables.chains.set(chain, []);
  await networks.attach(requestFor(host, "b2"));
  assert.deepEqual(iptables.rules().sort(), before);
});

test("an interface that cannot be made undoes the whole attach", async () => {
  const { host, iptables, networks } = world();
  const request = requestFor(host, "a1", [PORT]);
  host.onEffect = (port, method) => {
    if (port === "netlink" && method === "addRoute") throw new HostError("ENETUNREACH", "netlink", "rtnetlink");
  };
  await assert.rejects(networks.attach(request), {
    code: "NETWORK_FAILED",
    message: "rtnetlink: routes of eth0: ENETUNREACH (rtnetlink)",
  });
  assert.deepEqual(linkNames(host.netlink.host), ["lo"]);
  assert.ok(!iptables.rules().some((rule) => rule.includes("10.87.0")));
});

test("netavark is asked where netlink is refused, where the user says so, and under firewalld", async () => {
  const refused = world();
  refused.host.onEffect = (port) => {
    if (port === "netlink") throw new HostError("EPERM", "netlink", "rtnetlink");
  };
  const chosen = world({ networkSetup: "netavark" });
  const firewalld = world();
  firewalld.host.files.writeAtomic("/run/firewalld.pid", "1");
  for (const { host, asked, networks } of [refused, chosen, firewalld]) {
    await assert.rejects(networks.attach(requestFor(host, "a1")), { message: /netavark was asked/ });
    assert.equal(asked[0], "setup");
  }
});

test("a bridge that lost its containers with their namespaces is removed with the network", async () => {
  const { host, networks } = world();
  const network = await networks.create({ name: "lost", disableDns: true });
  const request = { ...requestFor(host, "a1", [PORT]) };
  const attachments = [{ network: "lost", interfaceName: "eth0", staticIps: [], aliases: [] }];
  await networks.attach({ ...request, attachments });
  host.namespaces.remove(request.netnsPath);
  assert.ok(host.inodes.stat(`/sys/class/net/${network.interfaceName}`));
  await networks.remove(["lost"]);
  assert.deepEqual(linkNames(host.netlink.host), ["lo"]);
});
