import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeEngine, testId } from "../../testing/fake-engine.ts";
import { runCli } from "../../testing/run-cli.ts";

const creating = () =>
  fakeEngine({
    "pods.create": async (_options: unknown, io: { readonly progress: (line: string) => void }) => {
      io.progress("working");
      return { id: testId("b"), name: "web", warnings: ["careful"] };
    },
  });

const create = async (args: readonly string[], files: Readonly<Record<string, string>> = {}) =>
  await runCli(["pod", "create", ...args], creating(), { files });

test("without flags only what the command line always knows is handed on", async () => {
  const result = await create([]);
  assert.deepEqual([result.code, result.out, result.err], [0, `${testId("b")}\n`, "working\ncareful\n"]);
  assert.deepEqual(result.call("pods.create")[0], {
    labels: {},
    resources: {},
    exitPolicy: { policy: "continue" },
    replace: false,
    createCommand: ["minke", "pod", "create"],
  });
});

const OPTIONS: readonly (readonly [readonly string[], object])[] = [
  [["web"], { name: "web" }],
  [["-n", "web", "--replace"], { name: "web", replace: true }],
  [["--infra=false", "--infra-name", "x", "--infra-image", "y"], { infra: false }],
  [["--infra-name", "x", "--infra-image", "y"], { infraName: "x", infraImage: "y" }],
  [
    ["--infra-command", "/pause -v", "--infra-conmon-pidfile", "c.pid"],
    { infraCommand: ["/pause", "-v"], infraConmonPidFile: "/work/c.pid" },
  ],
  [["--share", "+pid", "--share-parent=false"], { share: "+pid", shareParent: false }],
  [["--exit-policy", "stop"], { exitPolicy: { policy: "stop" } }],
  [
    ["-p", "8080:80", "-p", "53/udp,127.0.0.1:90-91:90-91"],
    {
      ports: [
        { host: 8080, container: 80 },
        { container: 53, protocol: "udp" },
        { host: 90, container: 90, hostIp: "127.0.0.1", range: 2 },
      ],
    },
  ],
  [["--label", "a=b=c", "-l", "d"], { labels: { a: "b=c", d: "" } }],
  [["--label-file", "labels", "--label", "a=2"], { labels: { a: "2", z: "9" } }],
  [["--network", "host"], { networks: [{ name: "host" }] }],
  [
    ["--ip", "10.1.2.3", "--mac-address", "92:D0:C6:0A:29:33"],
    { networks: [{ name: "bridge", ips: ["10.1.2.3"], mac: "92:d0:c6:0a:29:33" }] },
  ],
  [
    ["--network", "back", "--ip6", "fd00::3", "--network-alias", "x,y"],
    { networks: [{ name: "back", ips: ["fd00::3"] }], networkAliases: ["x", "y"] },
  ],
  [
    ["--dns", "1.1.1.1", "--dns-search", "a.b", "--dns-opt", "rotate", "--add-host", "h:1.2.3.4"],
    { dns: ["1.1.1.1"], dnsSearch: ["a.b"], dnsOptions: ["rotate"], addHosts: ["h:1.2.3.4"] },
  ],
  [["--no-hosts"], { noHosts: true }],
  [
    ["--cpus", "1.5", "-c", "512", "--cpuset-cpus", "0", "--cpuset-mems", "1", "-m", "64m", "--memory-swap", "-1"],
    {
      resources: {
        cpuPeriod: 100_000,
        cpuQuota: 150_000,
        cpuShares: 512,
        cpusetCpus: "0",
        cpusetMems: "1",
        memory: 67_108_864,
        memorySwap: -1,
      },
    },
  ],
  [
    [
      "--blkio-weight",
      "300",
      "--blkio-weight-device",
      "/dev/sda:100",
      "--device-read-bps",
      "/dev/sda:1k",
      "--device-write-bps",
      "/dev/sda:1",
    ],
    {
      resources: {
        blkioWeight: 300,
        blkioWeightDevice: [{ path: "/dev/sda", weight: 100 }],
        readBps: [{ path: "/dev/sda", rate: 1024 }],
        writeBps: [{ path: "/dev/sda", rate: 1 }],
      },
    },
  ],
  [
    ["--hostname", "h", "--pid", "host", "--uts", "private", "--userns", "host", "--cgroup-parent", "/x"],
    { hostname: "h", pid: "host", uts: "private", userns: "host", cgroupParent: "/x" },
  ],
  [
    ["--uidmap", "0:1:2", "--gidmap", "0:1:2", "--security-opt", "a=b", "--volumes-from", "c"],
    { uidMap: ["0:1:2"], gidMap: ["0:1:2"], securityOpt: ["a=b"], volumesFrom: ["c"] },
  ],
  [["--sysctl", "net.a=1", "--shm-size", "1m"], { sysctls: { "net.a": "1" }, shmSize: 1_048_576 }],
  [["--device", "/dev/null:/dev/x:r"], { devices: [{ source: "/dev/null", destination: "/dev/x", permissions: "r" }] }],
  [
    ["-v", "./d:/d:ro", "-v", "vol:/v"],
    {
      mounts: [
        { type: "bind", source: "/work/d", destination: "/d", options: ["ro"] },
        { type: "volume", name: "vol", destination: "/v" },
      ],
    },
  ],
  [["--pod-id-file", "id"], { podIdFile: "/work/id" }],
];

test("every flag becomes an option", async () => {
  for (const [args, expected] of OPTIONS) {
    const result = await create(args, { "/work/labels": "# comment\na=1\nz=9\n" });
    assert.equal(result.code, 0, result.err);
    const options = result.call("pods.create")[0] as Readonly<Record<string, unknown>>;
    for (const [key, value] of Object.entries(expected))
      assert.deepEqual(options[key], value, `${args.join(" ")}: ${key}`);
    const always = ["labels", "resources", "exitPolicy", "replace", "createCommand"];
    const more = Object.keys(options).filter((key) => !Object.hasOwn(expected, key) && !always.includes(key));
    assert.deepEqual(more, [], args.join(" "));
  }
});

const REFUSED: readonly (readonly [readonly string[], string])[] = [
  [["--name", "a", "b"], "cannot specify --name and NAME at the same time"],
  [["a", "b"], "accepts at most 1 arg(s), received 2"],
  [["--replace"], "cannot replace pod without --name being set"],
  [["--infra=false", "--share", "ipc"], "cannot set share(ipc) namespaces without an infra container"],
  [["--infra=false", "-p", "80:80"], "you must have an infra container to publish port bindings to the host"],
  [["--infra=false", "--no-hosts"], "cannot specify --no-hosts without an infra container"],
  [["--no-hosts", "--add-host", "a:1.2.3.4"], "--no-hosts and --add-host cannot be set together"],
  [["--exit-policy", "foo"], 'running pod create option: invalid pod exit policy: "foo"'],
  [["--label", "=x"], 'unable to process labels: invalid label format: "=x"'],
  [["--label-file", "/nosuch"], "unable to process labels: open /nosuch: no such file or directory"],
  [["--memory", "foo"], "invalid value for memory: invalid size: 'foo'"],
  [["--memory-swap", "foo"], "invalid value for memory-swap: invalid size: 'foo'"],
  [["--shm-size", "foo"], "unable to translate --shm-size: invalid size: 'foo'"],
  [["-p", "foo"], 'parsing container port: invalid port number: strconv.Atoi: parsing "foo": invalid syntax'],
  [["--ip", "nope"], '"nope" is not an ip address'],
  [
    ["--network", "a", "--network", "b", "--ip", "1.2.3.4"],
    "--ip can only be set for a single network: invalid argument",
  ],
  [["--network", "host", "--ip", "1.2.3.4"], "--ip can only be set when the network mode is bridge: invalid argument"],
  [["--dns", "foo"], "foo is not an ip address"],
  [["--add-host", "nope"], 'bad format for add-host: "nope"'],
  [["--sysctl", "foo"], "foo is invalid, sysctl values must be in the form of KEY=VALUE"],
  [["--mac-address", "foo"], "address foo: invalid MAC address"],
  [["--device-read-bps", "foo"], "bad format: foo"],
  [["--blkio-weight", "1"], 'invalid value for blkio-weight: "1" is not a number from 10 to 1000'],
  [["--cpus", "-1"], "invalid value for cpus: -1 is negative"],
  [["--subuidname", "x"], "--subuidname is not supported, use --uidmap and --gidmap"],
  [["--cpus", "foo"], 'invalid argument "foo" for "--cpus" flag: strconv.ParseFloat: parsing "foo": invalid syntax'],
];

test("what cannot be right is refused before anything is made", async () => {
  for (const [args, message] of REFUSED) {
    const fake = creating();
    const { code, err } = await runCli(["pod", "create", ...args], fake);
    assert.equal(err.split("\n")[0], `Error: ${message}`);
    assert.equal(code, 125);
    assert.deepEqual(fake.calls, []);
  }
});
