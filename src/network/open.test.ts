import assert from "node:assert/strict";
import { test } from "node:test";
import { aContainer, containerId } from "../../test/support/definitions.ts";
import { openFakeHost } from "../host/fakes/open.ts";
import type { Host } from "../host/ports.ts";
import { openStore } from "../store/open.ts";
import { type AttachRequest, type NetworkConfig, openNetworks } from "./open.ts";

const NETAVARK = "/usr/lib/podman/netavark";

type FakeHost = ReturnType<typeof openFakeHost>;

interface NetavarkCall {
  readonly verb: string;
  readonly netns: string;
  readonly input: NetavarkInput;
}

interface NetavarkInput {
  readonly networks: Record<string, { interface_name: string; static_ips: string[]; aliases: string[] }>;
  readonly network_info: Record<string, { network_interface: string; internal: boolean }>;
  readonly port_mappings?: unknown[];
}

/** netavark as far as the engine sees it: it answers, and bridges come and go. `answer` may replace the answer. */
function installNetavark(host: FakeHost, answer: (verb: string) => string | undefined = () => undefined) {
  const calls: NetavarkCall[] = [];
  host.files.makeDir("/sys/class/net/lo");
  host.programs.define(NETAVARK, (invocation) => {
    if (invocation.args[0] === "version") return invocation.stdout('{"version":"1.4.0"}');
    const [verb = "", netns = ""] = invocation.args.slice(-2);
    const runDir = invocation.args[1] ?? "";
    const input: NetavarkInput = JSON.parse(host.files.readText(`${runDir}/netavark.in`));
    calls.push({ verb, netns, input });
    const failure = answer(verb);
    const output = failure ?? (verb === "setup" ? JSON.stringify(answersOf(input)) : "");
    host.files.append(`${runDir}/netavark.out`, output);
    if (failure !== undefined) return 1;
    for (const { network_interface: bridge } of Object.values(input.network_info))
      if (verb === "setup") host.files.makeDir(`/sys/class/net/${bridge}`);
      else host.files.removeTree(`/sys/class/net/${bridge}`);
    return 0;
  });
  return calls;
}

function answersOf(input: NetavarkInput) {
  return Object.fromEntries(
    Object.entries(input.networks).map(([key, network]) => [
      key,
      {
        dns_server_ips: [],
        dns_search_domains: [],
        interfaces: {
          [network.interface_name]: {
            mac_address: "02:00:00:00:00:01",
            subnets: network.static_ips.map((ip) => ({ ipnet: `${ip}/24`, gateway: "10.0.0.1" })),
          },
        },
      },
    ]),
  );
}

function openRoot(host: Host, root = "/var/lib/minke", runRoot = `/run${root}`) {
  const config: NetworkConfig = {
    root,
    networkRunDir: `${runRoot}/networks`,
    netavarkPaths: [NETAVARK],
    aardvarkPaths: ["/usr/lib/podman/aardvark-dns"],
    dnsPort: 53,
    defaultNetwork: "minke",
    defaultSubnet: "10.87.0.0/16",
    subnetPools: [{ base: "10.96.0.0/11", size: 24 }],
  };
  const store = openStore(host, { root, runRoot });
  return { store, networks: openNetworks({ host, store, config }) };
}

function requestFor(host: Host, name: string, networks: readonly string[]): AttachRequest {
  const netnsPath = `/run/netns/${name}`;
  host.namespaces.create(netnsPath);
  return {
    containerId: containerId("c0ffee"),
    containerName: name,
    netnsPath,
    attachments: networks.map((network, index) => ({
      network,
      interfaceName: `eth${index}`,
      staticIps: [],
      aliases: [name],
    })),
    ports: [],
    dnsServers: [],
  };
}

test("attach leases addresses, asks netavark, and detach gives all back", async () => {
  const host = openFakeHost();
  const calls = installNetavark(host);
  const { networks, store } = openRoot(host);
  await networks.create({ name: "shop", disableDns: true });
  const request = requestFor(host, "web", ["podman", "shop"]);
  const results = await networks.attach(request);
  assert.deepEqual(
    results.map((one) => [one.network, one.interfaceName, one.addresses[0]?.ip]),
    [
      ["minke", "eth0", "10.87.0.2"],
      ["shop", "eth1", "10.96.0.2"],
    ],
  );
  assert.deepEqual(
    store.read((tx) => tx.leases.ofContainer(request.containerId)),
    [
      { network: "minke", ip: "10.87.0.2" },
      { network: "shop", ip: "10.96.0.2" },
    ],
  );
  await networks.detach(request);
  assert.deepEqual(
    calls.map((call) => [call.verb, call.netns]),
    [
      ["setup", request.netnsPath],
      ["teardown", request.netnsPath],
    ],
  );
  // Names that no podman network of this host can have.
  for (const key of Object.keys(calls[0]?.input.networks ?? {})) assert.match(key, /^(minke|shop)-[0-9a-f]{8}$/);
  assert.deepEqual(
    store.read((tx) => tx.leases.ofContainer(request.containerId)),
    [],
  );
  host.namespaces.remove(request.netnsPath);
  await networks.detach(request);
  assert.equal(calls.length, 2);
});

test("a failed setup is undone, and its reason told", async () => {
  const host = openFakeHost();
  const calls = installNetavark(host, (verb) => (verb === "setup" ? '{"error":"no luck"}' : undefined));
  const { networks, store } = openRoot(host);
  const request = requestFor(host, "web", ["minke"]);
  await assert.rejects(networks.attach(request), { code: "NETWORK_FAILED", message: "netavark: no luck" });
  assert.deepEqual(
    calls.map((call) => call.verb),
    ["setup", "teardown"],
  );
  assert.deepEqual(
    store.read((tx) => tx.leases.of("minke")),
    [],
  );
});

test("without netavark the missing program is named and no address stays taken", async () => {
  const host = openFakeHost();
  const { networks, store } = openRoot(host);
  const request = requestFor(host, "web", ["minke"]);
  await assert.rejects(networks.attach(request), { code: "PROGRAM_MISSING", message: /^netavark is not installed/ });
  assert.deepEqual(
    store.read((tx) => tx.leases.of("minke")),
    [],
  );
});

test("a failed teardown is told, but addresses are free; what is gone already is no failure", async () => {
  for (const [reason, fails] of [
    ["iptables: Permission denied", true],
    ["failed to delete container veth eth0: Netlink error: No such device (os error 19)", false],
  ] as const) {
    const host = openFakeHost();
    installNetavark(host, (verb) => (verb === "teardown" ? JSON.stringify({ error: reason }) : undefined));
    const { networks, store } = openRoot(host);
    const request = requestFor(host, "web", ["minke"]);
    await networks.attach(request);
    // The bridge is gone, so that there is nothing left to sweep.
    host.files.removeTree("/sys/class/net/minke0");
    if (fails)
      await assert.rejects(networks.detach(request), { code: "NETWORK_FAILED", message: `netavark: ${reason}` });
    else await networks.detach(request);
    assert.deepEqual(
      store.read((tx) => tx.leases.of("minke")),
      [],
    );
  }
});

test("networks are made, found, listed and removed", async () => {
  const host = openFakeHost();
  const { networks } = openRoot(host);
  const shop = await networks.create({ name: "shop", labels: { a: "b" } });
  const auto = await networks.create();
  assert.equal(auto.name, auto.interfaceName);
  await assert.rejects(networks.create({ name: "shop" }), { code: "NETWORK_EXISTS" });
  assert.equal((await networks.create({ name: "shop", ignoreExisting: true })).id, shop.id);
  for (const name of ["minke", "podman"]) await assert.rejects(networks.create({ name }), { code: "NETWORK_EXISTS" });
  assert.deepEqual(
    (await networks.list()).map((one) => one.name),
    ["minke", auto.name, "shop"].sort(),
  );
  for (const name of ["shop", shop.id, shop.id.slice(0, 12)]) assert.equal(networks.resolve(name).id, shop.id);
  for (const name of ["minke", "podman"]) assert.equal(networks.resolve(name).name, "minke");
  assert.equal((await networks.inspect("shop"))["network_interface"], shop.interfaceName);
  assert.throws(() => networks.resolve("nope"), { code: "NO_SUCH_NETWORK" });
  assert.deepEqual([await networks.exists("shop"), await networks.exists("nope")], [true, false]);
  const reports = await networks.remove(["shop", "nope", "podman"]);
  assert.deepEqual(
    reports.map((one) => (one.ok ? one.id : one.error.message)),
    [
      "shop",
      "unable to find network with name or ID nope: network not found",
      "default network minke cannot be removed",
    ],
  );
});

test("a network with containers is in use, others are pruned", async () => {
  const host = openFakeHost();
  const { networks, store } = openRoot(host);
  for (const name of ["used", "idle", "kept"]) await networks.create({ name, labels: { [name]: "" } });
  const attachments = [{ network: "used", interfaceName: "eth0", staticIps: [], aliases: [] }];
  const container = aContainer({ network: { ...aContainer().network, attachments } });
  await store.write((tx) => tx.containers.insert(container));
  assert.deepEqual(networks.users("used"), [container.id]);
  const [report] = await networks.remove(["used"]);
  assert.ok(report?.ok === false && report.error.code === "NETWORK_IN_USE");
  assert.deepEqual(
    (await networks.list({ filters: { dangling: ["true"] } })).map((one) => one.name),
    ["idle", "kept"],
  );
  const pruned = await networks.prune({ filters: { "label!": ["kept"] } });
  assert.deepEqual(
    pruned.map((one) => one.input),
    ["idle"],
  );
  assert.deepEqual(
    (await networks.list()).map((one) => one.name),
    ["kept", "minke", "used"],
  );
});

test("roots of one host get bridges and subnets of their own, and those of a vanished root come free", async () => {
  const host = openFakeHost();
  const [main, other] = [openRoot(host), openRoot(host, "/srv/other")];
  const first = await main.networks.create({ name: "shop" });
  const second = await other.networks.create({ name: "shop" });
  assert.notEqual(first.interfaceName, second.interfaceName);
  assert.notEqual(first.subnets[0]?.subnet, second.subnets[0]?.subnet);
  assert.equal(main.networks.defaultNetwork().subnets[0]?.subnet, "10.87.0.0/16");
  assert.equal(other.networks.defaultNetwork().subnets[0]?.subnet, "10.94.0.0/24");
  const wish = { subnets: [{ subnet: second.subnets[0]?.subnet ?? "" }] };
  await assert.rejects(main.networks.create({ name: "late", ...wish }), /already used on the host/);
  other.store[Symbol.dispose]();
  host.files.removeTree("/srv/other");
  assert.equal((await main.networks.create({ name: "late", ...wish })).subnets[0]?.subnet, second.subnets[0]?.subnet);
});

test("a subnet that another root took after a reboot is told, not shared", async () => {
  const host = openFakeHost();
  installNetavark(host);
  const [main, other] = [openRoot(host), openRoot(host, "/srv/other")];
  await main.networks.create({ name: "shop", subnets: [{ subnet: "10.99.0.0/24" }] });
  // The register is on tmpfs.
  host.files.removeTree("/run/minke-host");
  await other.networks.create({ name: "fast", subnets: [{ subnet: "10.99.0.0/16" }] });
  await assert.rejects(main.networks.attach(requestFor(host, "web", ["shop"])), {
    code: "NETWORK_CONFLICT",
    message: /network shop cannot be used: .* belongs to network fast of \/srv\/other/,
  });
  await main.networks.create({ name: "fine" });
});

test("a share that a killed engine took for a network it did not store comes free", async () => {
  const host = openFakeHost();
  const { networks } = openRoot(host);
  const claim = { root: "/var/lib/minke", network: "ghost", bridge: "minke1", subnets: ["10.96.0.0/24"] };
  host.files.makeDir("/run/minke-host");
  host.files.writeAtomic("/run/minke-host/networks.json", JSON.stringify([claim, "junk", { root: 3 }]));
  const network = await networks.create({ name: "next" });
  assert.deepEqual([network.interfaceName, network.subnets[0]?.subnet], ["minke1", "10.96.0.0/24"]);
});
