import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeEngine, testId } from "../../testing/fake-engine.ts";
import { runCli } from "../../testing/run-cli.ts";
import { splitName } from "./list.ts";

const NOW = Date.UTC(2026, 10, 30, 12);

const image = (seed: string, names: readonly string[], extra: object = {}) => ({
  id: testId(seed),
  manifestDigest: `sha256:${testId("d")}`,
  names,
  repoDigests: [],
  layers: [],
  config: { architecture: "amd64", os: "linux", config: { Labels: { a: "b" } } },
  createdAt: NOW - 60_000 * Number.parseInt(seed, 16),
  pulledAt: NOW,
  size: 1_997_895,
  ...extra,
});

const IMAGES = [
  image("2", ["localhost/zeta:v1", "localhost:5000/app:latest"]),
  image("1", []),
  image("3", [], { pinned: [`docker.io/library/x@sha256:${testId("e")}`], size: 12 }),
];

const listing = () =>
  fakeEngine({
    "images.list": async () => IMAGES,
    "containers.list": async () => [
      { config: { rootfs: { kind: "image", imageId: testId("2") } } },
      { config: { rootfs: { kind: "pause" } } },
    ],
  });

const images = async (...args: readonly string[]) => await runCli(["images", ...args], listing(), { now: NOW });

test("one line for each name", async () => {
  assert.equal(
    (await images()).out,
    [
      "REPOSITORY           TAG         IMAGE ID      CREATED             SIZE",
      "<none>               <none>      111111111111  About a minute ago  2 MB",
      "localhost/zeta       v1          222222222222  2 minutes ago       2 MB",
      "localhost:5000/app   latest      222222222222  2 minutes ago       2 MB",
      "docker.io/library/x  <none>      333333333333  3 minutes ago       12 B",
      "",
    ].join("\n"),
  );
});

test("orders", async () => {
  const first = async (sort: string) =>
    (await images("--sort", sort, "--format", "{{.Repository}}")).out.split("\n", 1)[0];
  assert.equal(await first("id"), "<none>");
  assert.equal(await first("repository"), "<none>");
  assert.equal(await first("size"), "docker.io/library/x");
  assert.equal(await first("tag"), "<none>");
});

test("ids once each, digests, whole ids", async () => {
  assert.equal((await images("-q")).out, "111111111111\n222222222222\n333333333333\n");
  assert.match((await images("--digests", "--no-trunc", "-n")).out, /^<none> +<none> +sha256:d{64} {2}sha256:1{64}/);
});

test("JSON has one object for each image, with its containers counted", async () => {
  const result = await images("--format", "json");
  const [nameless, named, pinned] = JSON.parse(result.out);
  assert.match(result.out, /^\[\n {4}\{\n {8}"Id"/);
  assert.deepEqual([nameless.RepoTags, nameless.Dangling, nameless.Containers], [null, true, 0]);
  assert.deepEqual(named, {
    Id: testId("2"),
    ParentId: "",
    RepoTags: ["localhost/zeta:v1", "localhost:5000/app:latest"],
    RepoDigests: [],
    Size: 1_997_895,
    SharedSize: 0,
    VirtualSize: 1_997_895,
    Labels: { a: "b" },
    Containers: 1,
    Names: ["localhost/zeta:v1", "localhost:5000/app:latest"],
    Digest: `sha256:${testId("d")}`,
    History: ["localhost/zeta:v1", "localhost:5000/app:latest"],
    Created: (NOW - 120_000) / 1000,
    CreatedAt: "2026-11-30T11:58:00Z",
  });
  assert.equal(pinned.Dangling, undefined);
});

test("containers are only counted where they are shown", async () => {
  const fake = listing();
  await runCli(["images", "--format", "{{.ID}}"], fake, { now: NOW });
  assert.deepEqual(
    fake.calls.map((call) => call.name),
    ["images.list"],
  );
});

test("an argument is a filter by reference", async () => {
  assert.deepEqual((await images("-a", "-f", "dangling=true", "app")).call("images.list"), [
    { filters: { dangling: ["true"], reference: ["app"] }, all: true },
  ]);
});

test("names split at the tag, not at a port", () => {
  assert.deepEqual(splitName("localhost:5000/a/b:v1"), { repository: "localhost:5000/a/b", tag: "v1" });
  assert.deepEqual(splitName("localhost:5000/a"), { repository: "localhost:5000/a", tag: "<none>" });
  assert.deepEqual(splitName("a@sha256:00"), { repository: "a", tag: "<none>" });
});

const STEPS = [
  {
    id: testId("7"),
    createdAt: NOW - 5_000.5,
    createdBy: "/bin/sh -c #(nop) ADD file:684e5cce98c471684887a49d435e31963934fc3f in /",
    size: 1_996_800,
    comment: "hello\tthere",
    tags: [],
  },
  { id: "<missing>", createdAt: NOW - 7_200_000, createdBy: "", size: 0, comment: "", tags: [] },
];

const history = async (...args: readonly string[]) =>
  await runCli(["history", ...args, "app"], fakeEngine({ "images.history": async () => STEPS }), { now: NOW });

test("history in its forms", async () => {
  assert.equal(
    (await history()).out,
    [
      "ID            CREATED        CREATED BY                                     SIZE        COMMENT",
      "777777777777  5 seconds ago  /bin/sh -c #(nop) ADD file:684e5cce98c4716...  2 MB        hello there",
      "<missing>     2 hours ago                                                   0 B         ",
      "",
    ].join("\n"),
  );
  assert.equal((await history("-q")).out, "777777777777\n<missing>\n");
  assert.match(
    (await history("--no-trunc", "--human=false")).out,
    /7{64} {2}2026-11-30T11:59:54Z {2}.*4fc3f in \/ {2}/,
  );
  assert.match(
    (await history("--format", "json")).out,
    /^\[\{"id":"7{64}","created":"2026-11-30T11:59:54\.9995Z","CreatedBy":.*"Created":"2026-11-30T11:59:54Z"\},/,
  );
  assert.equal(
    (await history("--format", "{{.CreatedAt}}|{{.Tags}}")).out.split("\n", 1)[0],
    "2026-11-30 11:59:54 +0000 UTC|[]",
  );
});
