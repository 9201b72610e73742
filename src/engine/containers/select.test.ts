import assert from "node:assert/strict";
import { test } from "node:test";
import type { Engine } from "../api/engine.ts";
import { outcomeOf } from "../testing/assertions.ts";
import { type FakeEngine, openFakeEngine } from "../testing/fake-engine.ts";

const names = (rows: readonly { readonly config: { readonly name: string } }[]) => rows.map((r) => r.config.name);

test("look-ups prefer id, then name, then a unique prefix (spec/pods.md 1.3)", async () => {
  await using fake = openFakeEngine();
  const { containers, pods } = fake.engine;
  const first = (await containers.create(fake.program(["sleep"], { name: "x" }))).id;
  const prefix = first.slice(0, 10);
  assert.equal(await containers.resolve(first), first);
  assert.equal(await containers.resolve(prefix), first);
  const named = (await containers.create(fake.program(["sleep"], { name: prefix }))).id;
  assert.equal(await containers.resolve(prefix), named);
  assert.equal(await outcomeOf(containers.resolve("")), "EMPTY_ID");
  assert.equal(await outcomeOf(containers.resolve("nope")), "NO_SUCH_CONTAINER");
  await pods.create({ name: "p", networks: [{ name: "none" }] });
  assert.equal(await outcomeOf(containers.resolve("p")), "CONTAINER_IS_POD");
  assert.equal(await outcomeOf(pods.resolve("x")), "POD_IS_CONTAINER");
  const ids = new Set((await containers.list({ all: true })).map((row) => row.config.id[0]));
  for (let at = 0; at < 40 && ids.size < 16; at += 1) {
    const { id } = await containers.create(fake.program(["sleep"], { name: `n${at}` }));
    if (ids.has(id[0])) {
      assert.equal(await outcomeOf(containers.resolve(id.slice(0, 1))), "CONTAINER_AMBIGUOUS");
      break;
    }
    ids.add(id[0]);
  }
});

test("a name is one thing's alone, over containers and pods (conformance list 11)", async () => {
  await using fake = openFakeEngine();
  const { containers, pods } = fake.engine;
  const container = (name: string) => containers.create(fake.program(["sleep"], { name }));
  await container("x");
  await pods.create({ name: "p", networks: [{ name: "none" }] });
  assert.equal(await outcomeOf(container("x")), "CONTAINER_NAME_IN_USE");
  assert.equal(await outcomeOf(container("p")), "NAME_IN_USE");
  assert.equal(await outcomeOf(pods.create({ name: "x" })), "POD_NAME_IN_USE");
  assert.equal(await outcomeOf(pods.create({ name: "p" })), "POD_NAME_IN_USE");
  assert.equal(await outcomeOf(pods.create({ name: "q", infraName: "x" })), "CONTAINER_NAME_IN_USE");
  assert.equal(await pods.exists("q"), false);
  assert.equal(await outcomeOf(container("-bad")), "BAD_NAME");
  assert.equal(await outcomeOf(containers.rename("x", "p")), "RENAME_IN_USE");
  await containers.rename("x", "y");
  await container("x");
  assert.deepEqual(
    names(await containers.list({ all: true }))
      .toSorted()
      .slice(-2),
    ["x", "y"],
  );
});

async function population(fake: FakeEngine): Promise<Engine> {
  const { engine } = fake;
  const { containers, pods } = engine;
  const create = async (name: string, options: object, command = ["sleep"]) => {
    await fake.host.clock.sleep(1000);
    return containers.create(fake.program(command, { name, networks: [{ name: "none" }], ...options }));
  };
  await create("web", {
    labels: { tier: "front", env: "prod" },
    mounts: [{ type: "volume", name: "data", destination: "/d" }],
  });
  await create("db", { labels: { tier: "back" }, restart: { name: "always", maxRetries: 0 } });
  await create("job", {}, ["exit", "3"]);
  await fake.host.clock.sleep(1000);
  await pods.create({ name: "p", infra: false, labels: { app: "shop" }, containers: { m: fake.program(["sleep"]) } });
  await containers.start("web");
  await containers.start("job");
  await fake.settle();
  return engine;
}

const CONTAINER_FILTERS: readonly (readonly [Readonly<Record<string, readonly string[]>>, readonly string[]])[] = [
  [{ name: ["^w"] }, ["web"]],
  [{ name: ["web", "db"] }, ["web", "db"]],
  [{ label: ["tier=front"] }, ["web"]],
  [{ label: ["tier", "env=prod"] }, ["web"]],
  [{ label: ["tier"] }, ["web", "db"]],
  [{ status: ["running"] }, ["web"]],
  [{ status: ["exited"] }, ["job"]],
  [{ status: ["created"], label: ["tier"] }, ["db"]],
  [{ exited: ["3"] }, ["job"]],
  [{ exited: ["0"] }, []],
  [{ pod: ["p"] }, ["p-m"]],
  [{ volume: ["data"] }, ["web"]],
  [{ network: ["none"] }, ["web", "db", "job"]],
  [{ before: ["db"] }, ["web"]],
  [{ since: ["job"] }, ["p-m"]],
  [{ "restart-policy": ["always"] }, ["db"]],
];

test("filters of ps: values of a key are alternatives, keys must all match", async () => {
  await using fake = openFakeEngine();
  const { containers } = await population(fake);
  for (const [filters, expected] of CONTAINER_FILTERS)
    assert.deepEqual(names(await containers.list({ all: true, filters })), expected, JSON.stringify(filters));
  assert.deepEqual(names(await containers.list()), ["web"]);
  assert.deepEqual(names(await containers.list({ last: 2 })), ["job", "p-m"]);
  for (const filters of [{ nope: ["x"] }, { status: ["nope"] }, { exited: ["x"] }])
    assert.equal(await outcomeOf(containers.list({ all: true, filters })), "INVALID_ARGUMENT", JSON.stringify(filters));
  assert.equal(await outcomeOf(containers.list({ filters: { before: ["nope"] } })), "NO_SUCH_CONTAINER");
});

const POD_FILTERS: readonly (readonly [Readonly<Record<string, readonly string[]>>, readonly string[]])[] = [
  [{ name: ["p", "q"] }, ["p", "q"]],
  [{ status: ["running"] }, ["q"]],
  [{ status: ["created"] }, ["p"]],
  [{ label: ["app=shop"] }, ["p"]],
  [{ "label!": ["app"] }, ["q"]],
  [{ "ctr-names": ["q-n"] }, ["q"]],
  [{ "ctr-number": ["1"] }, ["p", "q"]],
  [{ "ctr-status": ["running"] }, ["q"]],
  [{ "ctr-status": ["running"], name: ["p"] }, []],
];

test("filters of pod ps", async () => {
  await using fake = openFakeEngine();
  const { pods } = await population(fake);
  const member = { ...fake.program(["sleep"]), networks: [{ name: "none" }] };
  await pods.create({ name: "q", infra: false, containers: { n: member } });
  await pods.start({ refs: ["q"] });
  for (const [filters, expected] of POD_FILTERS)
    assert.deepEqual(names(await pods.list({ filters })), expected, JSON.stringify(filters));
  assert.deepEqual(names(await pods.list({ latest: true })), ["q"]);
  for (const filters of [{ nope: ["x"] }, { status: ["nope"] }, { "ctr-status": ["nope"] }])
    assert.equal(await outcomeOf(pods.list({ filters })), "INVALID_ARGUMENT", JSON.stringify(filters));
});

test("verbs on several containers report each, and touch none when a name is wrong", async () => {
  await using fake = openFakeEngine();
  const { containers } = await population(fake);
  const outcomes = async (refs: readonly string[]) =>
    (await containers.pause({ refs })).map((report) => [report.input, report.ok ? "ok" : report.error.code]);
  assert.deepEqual(await outcomes(["web", "nope"]), [["nope", "NO_SUCH_CONTAINER"]]);
  assert.deepEqual(await outcomes(["web", "db", "web"]), [
    ["web", "ok"],
    ["db", "CONTAINER_STATE"],
  ]);
  assert.deepEqual(await containers.pause({ refs: ["nope"], ignoreMissing: true }), []);
});

test("rm: dependants first, and refused while they are there (spec/pods.md 5.6)", async () => {
  await using fake = openFakeEngine();
  const { containers, volumes } = fake.engine;
  const mounts = [{ type: "volume", destination: "/data" } as const];
  await containers.create(fake.program(["sleep"], { name: "x", mounts }));
  await containers.create(fake.program(["sleep"], { name: "y", networks: [{ name: "container:x" }] }));
  assert.equal(await outcomeOf(containers.remove({ refs: ["x"] })), "CONTAINER_HAS_DEPENDENTS");
  assert.equal((await volumes.list()).length, 1);
  const reports = await containers.remove({ refs: ["x"] }, { depend: true, volumes: true });
  assert.ok(reports.every((report) => report.ok));
  assert.deepEqual([await containers.list({ all: true }), await volumes.list()], [[], []]);
  assert.deepEqual(await fake.leaks(), []);
});

test("the directory of a volume that an engine was killed over is no start for a new one, and prune takes it", async () => {
  await using fake = openFakeEngine();
  const { engine, host } = fake;
  const directory = "/var/lib/minke/volumes/left";
  host.files.makeDir(`${directory}/_data`);
  host.files.writeAtomic(`${directory}/_data/old`, "x");
  const volume = await engine.volumes.create({ name: "left" });
  assert.deepEqual(host.files.list(volume.mountpoint), []);
  host.files.makeDir("/var/lib/minke/volumes/orphan/_data");
  await engine.volumes.prune();
  assert.deepEqual(host.files.list("/var/lib/minke/volumes"), []);
});
