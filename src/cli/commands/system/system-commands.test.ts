import assert from "node:assert/strict";
import { test } from "node:test";
import type { EngineEvent } from "../../../model/events.ts";
import { fakeEngine, testId } from "../../testing/fake-engine.ts";
import { runCli } from "../../testing/run-cli.ts";

const TIME = 1_796_016_972_321_506_913n;
const BASE = { seq: 7, timeNs: TIME };
const C = testId("c");
const F = testId("f");

const EVENTS: readonly EngineEvent[] = [
  { ...BASE, type: "system", action: "refresh" },
  {
    ...BASE,
    type: "container",
    action: "died",
    id: C,
    name: "app\x1b[2J",
    image: "localhost/app:1",
    podId: F,
    exitCode: 137,
    labels: { b: "2", a: "1" },
  },
  { ...BASE, type: "pod", action: "create", id: F, name: "web", labels: { x: "y" } },
  { ...BASE, type: "image", action: "tag", id: C, name: "localhost/app:1" },
  { ...BASE, type: "volume", action: "create", name: "data" },
  { ...BASE, type: "network", action: "connect", id: F, name: "back", container: C },
  { ...BASE, type: "network", action: "create", id: F, name: "back" },
];

const happening = () =>
  fakeEngine({
    events: async function* () {
      yield* EVENTS;
    },
  });

const NOW = 5_000_000;
const events = async (...args: readonly string[]) => await runCli(["events", ...args], happening(), { now: NOW });

test("events as lines of text", async () => {
  const head = "2026-11-30 05:36:12.321506913 +0000 UTC";
  assert.deepEqual((await events()).out.split("\n"), [
    `${head} system refresh`,
    `${head} container died ${C} (image=localhost/app:1, name=app\\x1b[2J, pod_id=${F}, a=1, b=2)`,
    `${head} pod create ${F} (image=, name=web)`,
    `${head} image tag ${C} localhost/app:1`,
    `${head} volume create data`,
    `${head} network connect ${C} (container=${C}, name=back)`,
    `${head} network create ${F} (name=back)`,
    "",
  ]);
  assert.match((await events("--no-trunc=false")).out, /pod create ffffffffffff \(image=, name=web\)/);
});

test("events as JSON and through templates", async () => {
  const lines = (await events("--format", "json")).out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(lines[1], {
    ContainerExitCode: 137,
    ID: C,
    Image: "localhost/app:1",
    Name: "app\x1b[2J",
    Status: "died",
    Time: "2026-11-30T05:36:12.321506913Z",
    Type: "container",
    PodID: F,
    Attributes: { b: "2", a: "1" },
    seq: 7,
  });
  assert.deepEqual(lines[4], {
    Name: "data",
    Status: "create",
    Time: "2026-11-30T05:36:12.321506913Z",
    Type: "volume",
    Attributes: null,
    seq: 7,
  });
  const text = await events("--format", "{{.Time}} {{.Type}} {{.ID}}|{{.ContainerExitCode}}|{{.Attributes}}");
  assert.equal(text.out.split("\n")[0], "2026-11-30 05:36:12.321506913 +0000 UTC system |0|map[]");
  assert.match(text.out, /\|137\|map\[a:1 b:2\]\n/);
});

test("ranges: new events, a past range, or everything", async () => {
  const cases: readonly (readonly [readonly string[], object])[] = [
    [[], { follow: true, filters: {}, since: NOW }],
    [["--stream=false"], { follow: false, filters: {} }],
    [["--since", "10s"], { follow: true, filters: {}, since: NOW - 10_000 }],
    [["--until", "1970-01-01T00:00:01Z"], { follow: false, filters: {}, until: 1000 }],
    [["--until", "10s"], { follow: true, filters: {}, until: NOW + 10_000 }],
    [
      ["-f", "event=died", "-f", "type=pod", "-f", "event=start"],
      { follow: true, filters: { event: ["died", "start"], type: ["pod"] }, since: NOW },
    ],
  ];
  for (const [args, expected] of cases) {
    const [{ signal: _signal, ...options }] = (await events(...args)).call("events") as [{ signal: unknown }];
    assert.deepEqual(options, expected, args.join(" "));
  }
});

test("a bad template or time is refused before any event", async () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [["--format", "{{nope}}"], 'template: events:1: function "nope" not defined'],
    [
      ["--format", "{{.Nope}}"],
      'template: events:1:2: executing "events" at <.Nope>: can\'t evaluate field Nope in type *events.Event',
    ],
    [["--since", "nope"], 'parsing --since "nope": unable to interpret time value'],
    [["--filter", "nope"], "filter input must be in the form of filter=value: nope is invalid"],
    [["x"], "`minke events` takes no arguments"],
  ];
  for (const [args, message] of cases) {
    const { code, err } = await events(...args);
    assert.deepEqual([code, err], [125, `Error: ${message}\n`]);
  }
});

const INFO = { host: { arch: "amd64", ociRuntime: { name: "crun" } }, registries: {}, store: { graphRoot: "/r" } };

test("info as YAML, JSON and through templates with Go's names", async () => {
  const info = async (...args: readonly string[]) =>
    (await runCli(["info", ...args], fakeEngine({ "system.info": async () => INFO }))).out;
  assert.equal(
    await info(),
    "host:\n  arch: amd64\n  ociRuntime:\n    name: crun\nregistries: {}\nstore:\n  graphRoot: /r\n",
  );
  assert.deepEqual(JSON.parse(await info("--format", "json")), INFO);
  assert.equal(await info("-f", "{{.Host.OCIRuntime.Name}} {{.Store.GraphRoot}}"), "crun /r\n");
  assert.equal(await info("-f", "{{json .Host.OCIRuntime}}"), '{"name":"crun"}\n');
});

test("version needs neither root nor the engine", async () => {
  const version = async (...args: readonly string[]) =>
    await runCli(["version", ...args], fakeEngine(), { euid: 1000 });
  const plain = await version();
  assert.match(
    plain.out,
    /^Client: {7}Minke Engine\nVersion: {6}\d+\.\d+\.\d+\nAPI Version: {2}4\.3\.1\nRuntime: .*\nOS\/Arch: {6}linux\/amd64\n$/,
  );
  assert.equal(plain.opened, undefined);
  assert.equal((await version("--format", "{{.Client.APIVersion}} {{.Server}}")).out, "4.3.1 <nil>\n");
  assert.equal(JSON.parse((await version("--format", "json")).out).Client.Os, "linux");
  assert.match((await version("--format", "{{.Nope}}")).err, /can't evaluate field Nope in type \*define\.Version/);
});

const FINDINGS = [
  { subject: "kernel", level: "ok", detail: "Linux 6.18" },
  { subject: "crun", level: "error", detail: "not installed", remedy: "apt-get install crun" },
];

test("doctor shows findings, what to do, and fails if containers cannot run", async () => {
  const doctor = async (findings: readonly object[], ...args: readonly string[]) =>
    await runCli(["doctor", ...args], fakeEngine({ "system.doctor": async () => findings }));
  const bad = await doctor(FINDINGS);
  assert.equal(bad.code, 1);
  assert.equal(
    bad.out,
    "LEVEL       SUBJECT     FOUND\nok          kernel      Linux 6.18\nerror       crun        not installed\n\nWhat to do:\n  crun: apt-get install crun\n",
  );
  assert.equal((await doctor(FINDINGS.slice(0, 1))).code, 0);
  const json = JSON.parse((await doctor(FINDINGS, "--format", "json")).out);
  assert.deepEqual(json[1], {
    Subject: "crun",
    Level: "error",
    Detail: "not installed",
    Remedy: "apt-get install crun",
  });
  assert.equal((await doctor(FINDINGS, "--format", "{{.Level}} {{.Subject}}")).out, "ok kernel\nerror crun\n");
});
