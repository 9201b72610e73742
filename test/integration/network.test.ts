import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { PortMapping } from "../../src/model/container.ts";
import { openNetworks } from "../../src/network/open.ts";
import { ask, freePort, until } from "../support/wait.ts";
import { inNamespace, NEEDS, openRig, type Rig, SETUPS, savedRules } from "./network-fixture.ts";

const tcp = (hostPort: number, containerPort = 80): PortMapping => ({
  hostIp: "",
  hostPort,
  containerPort,
  protocol: "tcp",
  range: 1,
});

const listener = (text: string) => ["busybox", "nc", "-ll", "-p", "80", "-e", "echo", text];
const greeting = (port: number) => ask({ port }, "", (answer) => answer.endsWith("\n"));

for (const setup of SETUPS)
  test(`a published port reaches the container, and nothing is left after detach (${setup})`, NEEDS, async () => {
    await using rig = await openRig({ setup });
    const port = await freePort();
    const request = rig.request("web", { ports: [tcp(port)] });
    const [result] = await rig.networks.attach(request);
    assert.ok(result);
    const network = rig.networks.defaultNetwork();
    assert.equal(result.network, "minke");
    assert.match(result.mac, /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
    assert.deepEqual(
      result.addresses.map((one) => [one.prefix, one.gateway]),
      [[24, network.subnets[0]?.gateway]],
    );
    assert.deepEqual(
      rig.store.read((tx) => tx.leases.ofContainer(request.containerId)),
      [{ network: "minke", ip: result.addresses[0]?.ip }],
    );
    rig.background(request, listener("hello"));
    assert.equal(await until("an answer over the published port", () => greeting(port)), "hello\n");
    await rig.networks.detach(request);
    rig.assertClean(["minke"]);
    assert.ok(!inNamespace(request, ["cat", "/proc/net/dev"])?.includes("eth0"));
    assert.ok(!savedRules().some((line) => line.includes(request.containerId)));
    await rig.networks.detach(request);
  });

for (const setup of SETUPS)
  test(`containers share a network; the last takes the bridge with it (${setup})`, NEEDS, async () => {
    await using rig = await openRig({ setup });
    const ports = [await freePort(), await freePort()];
    const requests = ports.map((port, index) => rig.request(`c${index}`, { ports: [tcp(port)] }));
    const results = await Promise.all(requests.map((request) => rig.networks.attach(request)));
    assert.equal(new Set(results.flatMap((one) => one[0]?.addresses[0]?.ip ?? [])).size, 2);
    const [first, second] = requests;
    assert.ok(first && second);
    rig.background(second, listener("second"));
    await until("an answer", () => greeting(ports[1] ?? 0));
    await rig.networks.detach(first);
    assert.ok(!savedRules().some((line) => line.includes(first.containerId) || line.includes(`dport ${ports[0]} `)));
    assert.equal(await greeting(ports[1] ?? 0), "second\n");
    await rig.networks.detach(second);
    rig.assertClean(["minke"]);
  });

test("containers that come and go at the same time leave a neighbour's port alone", NEEDS, async () => {
  await using rig = await openRig();
  await using other = await openRig();
  const port = await freePort();
  const neighbour = rig.request("neighbour", { ports: [tcp(port)] });
  await rig.networks.attach(neighbour);
  rig.background(neighbour, listener("still here"));
  await until("an answer", () => greeting(port));
  const comeAndGo = async (where: Rig, name: string) => {
    for (let round = 0; round < 3; round++) {
      const request = where.request(`${name}${round}`, { ports: [tcp(await freePort())] });
      await where.networks.attach(request);
      await where.networks.detach(request);
      assert.ok(!savedRules().some((line) => line.includes(request.containerId)));
    }
  };
  const names = ["a", "b", "c"];
  await Promise.all([rig, other].flatMap((where) => names.map((name) => comeAndGo(where, name))));
  assert.equal(await greeting(port), "still here\n");
  await rig.networks.detach(neighbour);
  for (const one of [rig, other]) one.assertClean(["minke"]);
});

test("two engine roots have networks of the same name side by side", NEEDS, async () => {
  await using one = await openRig({ setup: "rtnetlink" });
  await using two = await openRig({ setup: "netavark" });
  const rigs = [one, two];
  const networks = await Promise.all(rigs.map((rig) => rig.networks.create({ name: "shop", disableDns: true })));
  assert.notEqual(networks[0]?.interfaceName, networks[1]?.interfaceName);
  assert.notDeepEqual(networks[0]?.subnets, networks[1]?.subnets);
  const ports = [await freePort(), await freePort()];
  const requests = rigs.map((rig, index) =>
    rig.request(`side${index}`, {
      networks: [{ network: "shop" }, { network: "podman" }],
      ports: [tcp(ports[index] ?? 0)],
    }),
  );
  const [first, second] = requests;
  assert.ok(first && second);
  await Promise.all([one.networks.attach(first), two.networks.attach(second)]);
  two.background(second, listener("two"));
  await until("an answer of the second", () => greeting(ports[1] ?? 0));
  await one.networks.detach(first);
  one.assertClean(["shop", "minke"]);
  assert.equal(await greeting(ports[1] ?? 0), "two\n");
  await two.networks.detach(second);
  two.assertClean(["shop", "minke"]);
  for (const rig of rigs)
    assert.deepEqual(await rig.networks.remove(["shop"]), [{ input: "shop", ok: true, id: "shop" }]);
});

test("names and aliases resolve on a network with DNS", NEEDS, async () => {
  await using rig = await openRig();
  const network = await rig.networks.create({ name: "names", ipv6: true });
  const wishes = (alias: string) => ({ networks: [{ network: "names", aliases: [alias] }] });
  const [web, client] = [rig.request("web", wishes("www")), rig.request("client", wishes("cli"))];
  const [result] = await rig.networks.attach(web);
  await rig.networks.attach(client);
  assert.ok(result);
  const ip = result.addresses[0]?.ip ?? "";
  assert.deepEqual(
    result.dnsServers,
    network.subnets.map((subnet) => subnet.gateway),
  );
  assert.deepEqual(result.dnsSearch, ["dns.podman"]);
  for (const name of ["web", "www", "web.dns.podman"]) {
    const lookUp = () => inNamespace(client, ["busybox", "nslookup", "-type=a", name, result.dnsServers[0] ?? ""]);
    assert.match(await until(`the address of ${name}`, lookUp), new RegExp(`Address: ${ip.replaceAll(".", "\\.")}`));
  }
  for (const request of [web, client]) await rig.networks.detach(request);
  rig.assertClean(["names"]);
});

for (const setup of SETUPS)
  test(`static addresses and MAC are used, and a taken one undoes the whole attach (${setup})`, NEEDS, async () => {
    await using rig = await openRig({ setup });
    const { subnets } = await rig.networks.create({ name: "fixed" });
    const staticIps = [subnets[0]?.subnet.replace("0/24", "77") ?? ""];
    const mac = "02:11:22:33:44:55";
    const first = rig.request("first", { networks: [{ network: "fixed", staticIps, staticMac: mac }] });
    const [result] = await rig.networks.attach(first);
    assert.deepEqual([result?.addresses[0]?.ip, result?.mac], [staticIps[0], mac]);
    const second = rig.request("second", { networks: [{ network: "minke" }, { network: "fixed", staticIps }] });
    await assert.rejects(rig.networks.attach(second), { code: "ADDRESS_TAKEN" });
    assert.deepEqual(
      rig.store.read((tx) => tx.leases.ofContainer(second.containerId)),
      [],
    );
    assert.ok(!inNamespace(second, ["cat", "/proc/net/dev"])?.includes("eth0"));
    await rig.networks.detach(first);
    rig.assertClean(["fixed", "minke"]);
  });

test("a port that something holds is named", NEEDS, async () => {
  await using rig = await openRig();
  const ports = rig.networks.assignHostPorts([{ container: 80 }, { container: 81, protocol: "udp" }]);
  const held = rig.networks.checkPorts(ports);
  const text = `:${ports[0]?.hostPort}`;
  assert.throws(() => rig.networks.checkPorts(ports), {
    code: "PORT_IN_USE",
    message: `cannot listen on the TCP port: listen tcp4 ${text}: bind: address already in use`,
  });
  for (const port of held) port[Symbol.dispose]();
  for (const port of rig.networks.checkPorts(ports)) port[Symbol.dispose]();
});

test("a netavark killed after its work is undone", NEEDS, async () => {
  await using rig = await openRig({
    netavark: 'case "$*" in *" setup "*) $REAL "$@"; kill -9 $$;; *) exec $REAL "$@";; esac',
  });
  await rig.networks.create({ name: "killed" });
  const request = rig.request("web", { networks: [{ network: "killed" }], ports: [tcp(await freePort())] });
  await assert.rejects(rig.networks.attach(request), { code: "NETWORK_FAILED", message: /SIGKILL/ });
  rig.assertClean(["killed"]);
});

test("a netavark whose iptables fails half-way is undone", NEEDS, async () => {
  // The script's own directory shadows iptables for netavark alone: the sixth call and all later ones fail.
  await using rig = await openRig({
    netavark: [
      'case "$*" in *" teardown "*) exec $REAL "$@";; esac',
      'bin="${0%/*}/bin"; mkdir -p "$bin"; real=$(command -v iptables)',
      'printf \'#!/bin/sh\\necho x >> %s/calls\\n[ $(wc -l < %s/calls) -gt 5 ] && exit 3\\nexec %s "$@"\\n\' "$bin" "$bin" "$real" > "$bin/iptables"',
      'chmod 755 "$bin/iptables"; PATH="$bin:$PATH" exec $REAL "$@"',
    ].join("\n"),
  });
  const request = rig.request("web", { ports: [tcp(await freePort())] });
  await assert.rejects(rig.networks.attach(request), { code: "NETWORK_FAILED" });
  assert.ok(readFileSync(join(rig.directory, "bin/calls"), "utf8").length > 10);
  rig.assertClean(["minke"]);
});

for (const setup of SETUPS)
  test(`what a killed engine left is removed, also when the namespace is gone (${setup})`, NEEDS, async () => {
    await using rig = await openRig({ setup });
    await rig.networks.create({ name: "lost" });
    const request = rig.request("web", { networks: [{ network: "lost" }], ports: [tcp(await freePort())] });
    await rig.networks.attach(request);
    rig.host.namespaces.remove(request.netnsPath);
    // As a new process would: nothing is known but what is stored.
    const later = openNetworks({ host: rig.host, store: rig.store, config: rig.config });
    await later.detach(request);
    rig.assertClean(["lost"]);
  });

for (const setup of SETUPS)
  test(`removing a network removes a bridge that was left behind (${setup})`, NEEDS, async () => {
    await using rig = await openRig({ setup });
    const network = await rig.networks.create({ name: "left" });
    const request = rig.request("web", { networks: [{ network: "left" }], ports: [tcp(await freePort())] });
    await rig.networks.attach(request);
    await rig.store.write((tx) => tx.leases.release(request.containerId));
    rig.host.namespaces.remove(request.netnsPath);
    assert.ok(existsSync(`/sys/class/net/${network.interfaceName}`));
    assert.deepEqual(await rig.networks.remove(["left"]), [{ input: "left", ok: true, id: "left" }]);
    assert.ok(!existsSync(`/sys/class/net/${network.interfaceName}`));
    assert.ok(!savedRules().some((line) => line.includes(network.subnets[0]?.subnet ?? "?")));
    assert.equal(await rig.networks.exists("left"), false);
  });

test("an aborted attach leaves nothing", NEEDS, async () => {
  await using rig = await openRig({ netavark: 'echo > "${0%/*}/started"; sleep 0.2; exec $REAL "$@"' });
  const request = rig.request("web", { ports: [tcp(await freePort())] });
  const controller = new AbortController();
  const attached = rig.networks.attach(request, { signal: controller.signal });
  await Promise.all([
    assert.rejects(attached, { message: "enough" }),
    until("netavark's start", () => existsSync(join(rig.directory, "started"))).then(() =>
      controller.abort(new Error("enough")),
    ),
  ]);
  rig.assertClean(["minke"]);
});
