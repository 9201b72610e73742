import assert from "node:assert/strict";
import { test } from "node:test";
import { fail } from "../../../base/errors.ts";
import type { PodPlan } from "../../../engine/api/pod-types.ts";
import { fakeEngine, testId } from "../../testing/fake-engine.ts";
import { runCli } from "../../testing/run-cli.ts";

const made = async () => ({ id: testId("b"), name: "p", warnings: ["odd"] });

test("pod clone hands on what the flags ask for and nothing else", async () => {
  const cases: readonly (readonly [readonly string[], object])[] = [
    [["web"], { destroy: false, start: false }],
    [["web", "web2"], { destroy: false, start: false, name: "web2" }],
    [["--name", "a", "web", "b"], { destroy: false, start: false, name: "b" }],
    [["--destroy", "--start", "-n", "a", "web"], { destroy: true, start: true, name: "a" }],
    [
      ["-m", "64m", "--cpu-shares", "7", "--label", "a=b", "-h", "whale", "--pid", "host", "web"],
      {
        destroy: false,
        start: false,
        resources: { memory: 67_108_864, cpuShares: 7 },
        labels: { a: "b" },
        hostname: "whale",
        pid: "host",
      },
    ],
    [
      ["-v", "data:/data", "--device", "/dev/null:r", "--sysctl", "net.core.somaxconn=9", "web"],
      {
        destroy: false,
        start: false,
        mounts: [{ type: "volume", name: "data", destination: "/data" }],
        devices: [{ source: "/dev/null", destination: "/dev/null", permissions: "r" }],
        sysctls: { "net.core.somaxconn": "9" },
      },
    ],
  ];
  for (const [args, wanted] of cases) {
    const result = await runCli(["pod", "clone", ...args], fakeEngine({ "pods.clone": made }));
    assert.deepEqual([result.code, result.out, result.err], [0, `${testId("b")}\n`, "odd\n"]);
    const [ref, options] = result.call("pods.clone") as [string, Record<string, unknown>];
    const { createCommand, labels, resources, ...rest } = options;
    assert.equal(ref, "web");
    assert.deepEqual(createCommand, ["minke", "pod", "clone", ...args]);
    const filled = (value: unknown) => Object.keys(value as object).length > 0;
    const kept = { ...rest, ...(filled(labels) ? { labels } : {}), ...(filled(resources) ? { resources } : {}) };
    assert.deepEqual(kept, wanted, args.join(" "));
  }
});

test("pod clone tells of a clone that is there but not as asked", async () => {
  const unfinished = async () => {
    throw fail("CLONE_UNFINISHED", { id: testId("c"), reason: "the source stays" });
  };
  const result = await runCli(["pod", "clone", "--destroy", "web"], fakeEngine({ "pods.clone": unfinished }));
  assert.deepEqual(
    [result.code, result.out, result.err],
    [125, `pod ${testId("c")} created but error after creation\n`, "Error: the source stays\n"],
  );
  assert.match((await runCli(["pod", "clone"])).err, /accepts between 1 and 2 arg\(s\), received 0/);
  assert.match((await runCli(["pod", "clone", "--publish", "80", "web"])).err, /unknown flag: --publish/);
});

test("pod wait prints codes and exits with the first that is not 0", async () => {
  const codes: Readonly<Record<string, number>> = { a: 0, b: 3, c: 4, d: -1 };
  const wait = (ref: string) => Promise.resolve(codes[ref] ?? 0);
  for (const [args, out, code] of [
    [["a"], "0\n", 0],
    [["a", "b", "c"], "0\n3\n4\n", 3],
    [["d"], "-1\n", 0],
  ] as const) {
    const result = await runCli(["pod", "wait", ...args], fakeEngine({ "pods.wait": wait }));
    assert.deepEqual([result.code, result.out], [code, out]);
  }
  const result = await runCli(["pod", "wait", "--condition", "ready,removed", "a"], fakeEngine({ "pods.wait": wait }));
  assert.deepEqual((result.call("pods.wait")[1] as { conditions: unknown }).conditions, ["ready", "removed"]);
  const refused = await runCli(["pod", "wait", "--condition", "up", "a"]);
  assert.equal(refused.code, 125);
  assert.match(refused.err, /unknown condition "up" of a pod: choose from created, running,/);
  assert.match((await runCli(["pod", "wait"])).err, /requires a name, id, or the "--latest" flag/);
});

const plan = (verb: "start" | "stop" | "remove", ok = true): PodPlan => ({
  verb,
  pod: { id: testId("a"), name: "web", status: "Created" },
  steps: [
    {
      number: 1,
      action: ok ? "start" : "refuse",
      target: { kind: "container", id: testId("c"), name: "x" },
      after: [],
      notes: [],
    },
  ],
  ok,
});

test("--dry-run prints plans and touches nothing", async () => {
  const cases = [
    [["start"], "start", {}],
    [["stop", "-t", "3"], "stop", { timeout: 3 }],
    [["rm"], "remove", { force: false }],
    [["rm", "-f", "-t", "0"], "remove", { force: true, timeout: 0 }],
  ] as const;
  for (const [args, verb, options] of cases) {
    const fake = fakeEngine({ "pods.plan": async () => plan(verb) });
    const result = await runCli(["pod", ...args, "--dry-run", "web"], fake);
    assert.equal(result.code, 0, result.err);
    assert.equal(result.out, `Plan to ${verb} pod web, which is Created:\n 1. start x\n`);
    assert.deepEqual(result.call("pods.plan"), ["web", verb, options]);
    assert.ok(fake.calls.every((call) => ["pods.plan", "pods.exists"].includes(call.name)));
  }
  const json = await runCli(
    ["pod", "start", "--dry-run", "--format", "json", "web"],
    fakeEngine({ "pods.plan": async () => plan("start") }),
  );
  assert.deepEqual(JSON.parse(json.out), [plan("start")]);
  const bad = await runCli(
    ["pod", "stop", "--dry-run", "web", "web"],
    fakeEngine({ "pods.plan": async () => plan("stop", false) }),
  );
  assert.equal(bad.code, 125);
  assert.match(bad.out, / 1\. refuse x\nThe stop would fail\.\n\nPlan to stop/);
  assert.match((await runCli(["pod", "start", "--format", "json", "web"])).err, /only be used with --dry-run/);
  assert.match((await runCli(["pod", "start", "--dry-run", "--format", "x", "web"])).err, /choose text or json/);
});

const FILE = `
name: shop
containers:
  web:
    image: busybox
    mounts: ["./www:/www"]
`;

test("pod create --file reads a file or standard input; names and id files stay on the command line", async () => {
  const files = { "/work/pods/shop.yaml": FILE };
  const create = fakeEngine({ "pods.create": made });
  const args = ["pod", "create", "--file", "pods/shop.yaml", "--replace", "--pod-id-file", "id", "other"];
  const result = await runCli(args, create, { files });
  assert.equal(result.code, 0, result.err);
  const createCommand = ["minke", ...args];
  assert.deepEqual(result.call("pods.create")[0], {
    name: "other",
    replace: true,
    podIdFile: "/work/id",
    createCommand,
    containers: {
      web: {
        image: "busybox",
        mounts: [{ type: "bind", source: "/work/pods/www", destination: "/www" }],
        createCommand,
      },
    },
  });
  const piped = await runCli(["pod", "create", "--file", "-"], fakeEngine({ "pods.create": made }), { stdin: FILE });
  const [options] = piped.call("pods.create") as [{ readonly name: string; readonly containers: object }];
  assert.equal(options.name, "shop");
  assert.match(JSON.stringify(options.containers), /"source":"\/work\/www"/);
});

test("what is wrong in a file or beside it is said", async () => {
  const bad = await runCli(["pod", "create", "--file", "-"], fakeEngine(), { stdin: "nam: x\ncontainers: 3\n" });
  assert.deepEqual(
    [bad.code, bad.err],
    [
      125,
      'Error: <stdin>:1:1: unknown key "nam" in the pod; did you mean "name"?\n' +
        "<stdin>:2:13: containers: cannot be 3; give a map, each value a map with image, rootfs, pull, tlsVerify, authFile, platform and others\n",
    ],
  );
  const missing = await runCli(["pod", "create", "--file", "none.yaml"]);
  assert.match(missing.err, /open none.yaml: no such file or directory/);
  const beside = await runCli(["pod", "create", "--file", "-", "--publish", "80"], fakeEngine(), { stdin: FILE });
  assert.match(beside.err, /--publish cannot be used with --file: write it into the file/);
});

test("pod create --schema needs neither root nor an engine", async () => {
  const result = await runCli(["pod", "create", "--schema"], fakeEngine(), { euid: 1000 });
  assert.equal(result.code, 0);
  assert.equal(result.opened, undefined);
  const schema = JSON.parse(result.out) as { readonly properties: object };
  assert.ok("containers" in schema.properties);
});
