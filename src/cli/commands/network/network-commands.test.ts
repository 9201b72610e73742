import assert from "node:assert/strict";
import { test } from "node:test";
import { fail } from "../../../base/errors.ts";
import { fakeEngine, testId } from "../../testing/fake-engine.ts";
import { runCli } from "../../testing/run-cli.ts";

const network = (name: string, extra: object = {}) => ({
  name,
  id: testId("a"),
  driver: "bridge",
  interfaceName: "minke0",
  createdAt: 1_796_017_024_031,
  subnets: [],
  ipv6: false,
  internal: false,
  dnsEnabled: true,
  labels: {},
  options: {},
  ipamDriver: "host-local",
  ...extra,
});

const SUBNET = {
  subnet: "10.77.0.0/24",
  gateway: "10.77.0.5",
  leaseRange: { start: "10.77.0.65", end: "10.77.0.127" },
};

const listing = () =>
  fakeEngine({
    "networks.list": async () => [
      network("zeta", { subnets: [SUBNET], labels: { b: "2", a: "1" }, options: { mtu: "1400" }, internal: true }),
      network("minke"),
    ],
  });

test("create joins subnets, gateways and ranges by their order", async () => {
  const fake = fakeEngine({ "networks.create": async () => network("back") });
  const args =
    "--subnet 10.1.0.0/24 --gateway 10.1.0.9 --ip-range 10.1.0.64/26 --subnet fd00::/64 --ipv6 --internal --disable-dns --label a=b -o mtu=1400 back";
  const result = await runCli(["network", "create", ...args.split(" ")], fake);
  assert.deepEqual([result.code, result.out], [0, "back\n"]);
  assert.deepEqual(result.call("networks.create"), [
    {
      name: "back",
      driver: "bridge",
      subnets: [{ subnet: "10.1.0.0/24", gateway: "10.1.0.9", ipRange: "10.1.0.64/26" }, { subnet: "fd00::/64" }],
      ipv6: true,
      internal: true,
      disableDns: true,
      labels: { a: "b" },
      options: { mtu: "1400" },
      ignoreExisting: false,
    },
  ]);
});

test("ls in its forms", async () => {
  const ls = async (...args: readonly string[]) => (await runCli(["network", "ls", ...args], listing())).out;
  assert.equal(
    await ls(),
    "NETWORK ID    NAME        DRIVER\naaaaaaaaaaaa  minke       bridge\naaaaaaaaaaaa  zeta        bridge\n",
  );
  assert.equal(await ls("-q"), "minke\nzeta\n");
  assert.match(await ls("--no-trunc", "--noheading"), /^a{64} {2}minke/);
  assert.equal(
    await ls("--format", "table {{.ID}} {{.Name}} {{.Labels}}"),
    "NETWORK ID    NAME        LABELS\naaaaaaaaaaaa  minke       \naaaaaaaaaaaa  zeta        a=1,b=2\n",
  );
  assert.equal(
    (
      await ls(
        "--format",
        "{{.NetworkInterface}} {{.IPv6Enabled}} {{.DNSEnabled}} {{.Options}} {{.IPAMOptions}} {{range .Subnets}}{{.Subnet}}{{end}}",
      )
    ).split("\n")[1],
    "minke0 false true map[mtu:1400] map[driver:host-local] 10.77.0.0/24",
  );
  assert.deepEqual(JSON.parse(await ls("--format", "json"))[1], {
    name: "zeta",
    id: testId("a"),
    driver: "bridge",
    network_interface: "minke0",
    created: "2026-11-30T05:37:04.031Z",
    subnets: [
      {
        subnet: "10.77.0.0/24",
        gateway: "10.77.0.5",
        lease_range: { start_ip: "10.77.0.65", end_ip: "10.77.0.127" },
      },
    ],
    ipv6_enabled: false,
    internal: true,
    dns_enabled: true,
    labels: { b: "2", a: "1" },
    options: { mtu: "1400" },
    ipam_options: { driver: "host-local" },
  });
});

test("inspect knows Go's names of fields", async () => {
  const fake = fakeEngine({
    "networks.inspect": async (name: string) => {
      if (name === "gone") throw fail("NO_SUCH_NETWORK", { name });
      return { name, network_interface: "minke0", subnets: [{ subnet: "10.1.0.0/24" }] };
    },
  });
  const format = "{{.Name}} {{range .Subnets}}{{.Subnet}}{{end}} {{.NetworkInterface}} {{.Labels}}";
  const result = await runCli(["network", "inspect", "back", "gone", "--format", format], fake);
  assert.equal(result.out, "back 10.1.0.0/24 minke0 map[]\n");
  assert.equal(
    result.err,
    "Error: inspecting object: network gone: unable to find network with name or ID gone: network not found\n",
  );
});

test("rm prints names and decides the exit code", async () => {
  const missing = { input: "a", ok: false, error: fail("NO_SUCH_NETWORK", { name: "a" }) };
  const used = { input: "b", ok: false, error: fail("NETWORK_IN_USE", { name: "b", containers: [] }) };
  const done = { input: "back", ok: true, id: testId("a") };
  const cases: readonly (readonly [readonly object[], number])[] = [
    [[done], 0],
    [[missing, done], 1],
    [[missing, used], 2],
  ];
  for (const [reports, code] of cases) {
    const result = await runCli(["network", "rm", "x"], fakeEngine({ "networks.remove": async () => reports }));
    assert.equal(result.code, code);
    assert.equal(result.out, reports.includes(done) ? "back\n" : "");
  }
});

test("prune asks", async () => {
  const fake = fakeEngine({ "networks.prune": async () => [{ input: "back", ok: true, id: testId("a") }] });
  const { out } = await runCli(["network", "prune"], fake, { stdin: "y\n" });
  assert.equal(
    out,
    "WARNING! This will remove all networks not used by at least one container.\nAre you sure you want to continue? [y/N] back\n",
  );
});

test("what is asked wrongly is refused in podman's words", async () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [["create", "--gateway", "10.77.0.1", "n"], "cannot set gateway or range without subnet"],
    [["create", "--ip-range", "10.77.0.0/25", "n"], "cannot set gateway or range without subnet"],
    [
      ["create", "--subnet", "10.0.0.0/8", "--gateway", "10.0.0.1,10.0.0.2", "n"],
      "cannot set more gateways than subnets",
    ],
    [["ls", "x"], "`minke network ls` takes no arguments"],
    [["ls", "--filter", "nope"], "filter input must be in the form of filter=value: nope is invalid"],
    [["inspect"], "requires at least 1 arg(s), only received 0"],
    [["rm"], "requires at least 1 arg(s), only received 0"],
  ];
  for (const [args, message] of cases) {
    const { code, err } = await runCli(["network", ...args]);
    assert.deepEqual([code, err], [125, `Error: ${message}\n`]);
  }
});
