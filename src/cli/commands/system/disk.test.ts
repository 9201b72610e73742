import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeEngine, testId } from "../../testing/fake-engine.ts";
import { runCli } from "../../testing/run-cli.ts";

const A = testId("a");
const B = testId("b");

const USAGE = {
  images: [
    {
      image: { id: B, names: ["localhost/app:1"], size: 2000, createdAt: 0 },
      sharedSize: 500,
      uniqueSize: 1500,
      containers: 1,
    },
    {
      image: { id: testId("c"), names: [], size: 1000, createdAt: 0 },
      sharedSize: 500,
      uniqueSize: 500,
      containers: 0,
    },
  ],
  containers: [
    {
      config: {
        id: A,
        name: "web",
        argv: ["sleep", "1"],
        createdAt: 0,
        mounts: [{ type: "volume" }],
        rootfs: { kind: "image", imageName: "localhost/app:1" },
      },
      status: "exited",
      size: 50,
    },
  ],
  volumes: [{ volume: { name: "data" }, size: 0, links: 1 }],
};

const answers = { "system.df": async () => USAGE };
const done = (id: string) => async () => [{ input: id, ok: true, id }];

test("df as a table, in detail, as JSON and through templates", async () => {
  const df = async (...args: readonly string[]) =>
    (await runCli(["system", "df", ...args], fakeEngine(answers), { now: 60_000 })).out;
  assert.deepEqual((await df()).split("\n").slice(0, 4), [
    "TYPE           TOTAL       ACTIVE      SIZE        RECLAIMABLE",
    "Images         2           1           3kB         1kB (33%)",
    "Containers     1           0           50B         50B (100%)",
    "Local Volumes  1           1           0B          0B (0%)",
  ]);
  const detailed = await df("-v");
  for (const line of [
    /^Images space usage:\n\nREPOSITORY +TAG +IMAGE ID +CREATED +SIZE +SHARED SIZE +UNIQUE SIZE +CONTAINERS\n/,
    /\n<none> +<none> +cccccccccccc +About a minute +1kB +500B +500B +0\n/,
    /\n\nContainers space usage:\n\nCONTAINER ID .*\naaaaaaaaaaaa +localhost\/app:1 +sleep 1 +1 +50B +About a minute ago +exited +web\n/,
    /\n\nLocal Volumes space usage:\n\nVOLUME NAME +LINKS +SIZE\ndata +1 +0B\n$/,
  ])
    assert.match(detailed, line);
  assert.equal(JSON.parse(await df("--format", "json"))[0].Reclaimable, "1kB (33%)");
  assert.equal(await df("--format", "{{.Type}}={{.Total}}"), "Images=2\nContainers=1\nLocal Volumes=1\n");
  const both = await runCli(["system", "df", "-v", "--format", "json"], fakeEngine(answers));
  assert.equal(both.err, "Error: cannot combine --format and --verbose flags\n");
});

test("prune asks, removes in order and tells what it freed", async () => {
  const engine = fakeEngine({
    ...answers,
    "containers.prune": done(A),
    "volumes.prune": done("data"),
    "images.prune": async () => [B],
  });
  const result = await runCli(["system", "prune", "-a", "--volumes"], engine, { stdin: "y\n" });
  assert.equal(result.code, 0);
  assert.equal(
    result.out,
    [
      "WARNING! This command removes:",
      "\t- all stopped containers",
      "\t- all networks not used by at least one container",
      "\t- all volumes not used by at least one container",
      "\t- all images without at least one container associated with them",
      "\t- all build cache",
      "",
      `Are you sure you want to continue? [y/N] Deleted Containers\n${A}`,
      "Deleted Volumes\ndata",
      `Deleted Images\n${B}`,
      "Total reclaimed space: 1.55kB\n",
    ].join("\n"),
  );
  const refused = fakeEngine(answers);
  assert.equal((await runCli(["system", "prune"], refused, { stdin: "n\n" })).code, 0);
  assert.deepEqual(refused.calls, []);
  const filtered = fakeEngine(answers);
  await runCli(["system", "prune", "-f", "--filter", "label=x"], filtered);
  const names = filtered.calls.map(({ name }) => name);
  assert.deepEqual(names, ["system.df", "containers.prune", "networks.prune", "images.prune"]);
});

test("reset asks and removes everything", async () => {
  const refused = fakeEngine();
  const asked = await runCli(["system", "reset"], refused, { stdin: "n\n" });
  assert.match(asked.out, /^WARNING! This will remove:\n {8}- all containers\n/);
  assert.deepEqual(refused.calls, []);
  const engine = fakeEngine({ "images.remove": async () => ({ results: [], reports: [] }) });
  assert.equal((await runCli(["system", "reset", "-f"], engine)).code, 0);
  const names = engine.calls.map(({ name }) => name);
  assert.deepEqual(names, ["pods.remove", "containers.remove", "images.remove", "volumes.remove", "networks.prune"]);
});
