import assert from "node:assert/strict";
import { test } from "node:test";
import { fail } from "../../../base/errors.ts";
import { fakeEngine } from "../../testing/fake-engine.ts";
import { runCli } from "../../testing/run-cli.ts";

const volume = (name: string, extra: object = {}) => ({
  name,
  driver: "local",
  labels: {},
  options: {},
  anonymous: false,
  createdAt: 1_796_017_022_162,
  mountpoint: `/v/${name}/_data`,
  uid: 0,
  gid: 0,
  needsCopyUp: true,
  ...extra,
});

const listing = () =>
  fakeEngine({
    "volumes.list": async () => [volume("zeta", { labels: { q: "1" }, anonymous: true, uid: 5 }), volume("alpha")],
  });

test("create prints the name", async () => {
  const fake = fakeEngine({ "volumes.create": async () => volume("data") });
  const result = await runCli(["volume", "create", "--label", "a=b,c=d", "-o", "type=tmpfs", "--ignore", "data"], fake);
  assert.deepEqual([result.code, result.out], [0, "data\n"]);
  assert.deepEqual(result.call("volumes.create"), [
    { name: "data", driver: "local", labels: { a: "b", c: "d" }, options: { type: "tmpfs" }, ignoreExisting: true },
  ]);
});

test("ls in its forms", async () => {
  const ls = async (...args: readonly string[]) => (await runCli(["volume", "ls", ...args], listing())).out;
  assert.equal(await ls(), "DRIVER      VOLUME NAME\nlocal       alpha\nlocal       zeta\n");
  assert.equal(await ls("--noheading"), "local       alpha\nlocal       zeta\n");
  assert.equal(await ls("-q"), "alpha\nzeta\n");
  assert.equal(
    await ls("--format", "table {{.Name}} {{.Driver}}"),
    "VOLUME NAME  DRIVER\nalpha        local\nzeta         local\n",
  );
  assert.equal(
    await ls("--format", "{{.Name}}\\t{{.Labels}} {{.Anonymous}} {{.UID}} {{.CreatedAt}}"),
    "alpha\tmap[] false 0 2026-11-30 05:37:02.162 +0000 UTC\nzeta\tmap[q:1] true 5 2026-11-30 05:37:02.162 +0000 UTC\n",
  );
  assert.deepEqual(JSON.parse(await ls("--format", "json"))[1], {
    Name: "zeta",
    Driver: "local",
    Mountpoint: "/v/zeta/_data",
    CreatedAt: "2026-11-30T05:37:02.162Z",
    Labels: { q: "1" },
    Scope: "local",
    Options: {},
    UID: 5,
    Anonymous: true,
    MountCount: 0,
    NeedsCopyUp: true,
  });
});

test("inspect by name and all", async () => {
  const fake = fakeEngine({
    "volumes.list": async () => [volume("alpha")],
    "volumes.inspect": async (name: string) => {
      if (name === "gone") throw fail("NO_SUCH_VOLUME", { name });
      return { Name: name, Labels: {} };
    },
  });
  const result = await runCli(["volume", "inspect", "data", "gone"], fake);
  assert.deepEqual(JSON.parse(result.out), [{ Name: "data", Labels: {} }]);
  assert.deepEqual([result.code, result.err], [125, "Error: inspecting object: no such volume gone\n"]);
  assert.equal((await runCli(["volume", "inspect", "-a", "-f", "{{.Name}} {{.Labels}}"], fake)).out, "alpha map[]\n");
});

test("rm decides the exit code", async () => {
  const missing = { input: "a", ok: false, error: fail("NO_SUCH_VOLUME", { name: "a" }) };
  const used = { input: "b", ok: false, error: fail("VOLUME_IN_USE", { name: "b", containers: ["c"] }) };
  const other = { input: "c", ok: false, error: fail("INTERNAL", { message: "no" }) };
  const done = { input: "d", ok: true, id: "data" };
  const cases: readonly (readonly [readonly object[], number])[] = [
    [[done], 0],
    [[missing, done], 1],
    [[missing, used], 2],
    [[other], 125],
  ];
  for (const [reports, code] of cases)
    assert.equal(
      (await runCli(["volume", "rm", "a"], fakeEngine({ "volumes.remove": async () => reports }))).code,
      code,
    );
  const all = await runCli(["volume", "rm", "-a", "-f"], fakeEngine({ "volumes.remove": async () => [done] }));
  assert.equal(all.out, "data\n");
  assert.deepEqual(all.call("volumes.remove"), [[], { all: true, force: true }]);
});

test("prune lists what would go", async () => {
  const fake = fakeEngine({
    "volumes.list": async () => [volume("old")],
    "volumes.prune": async () => [{ input: "old", ok: true, id: "old" }],
  });
  const result = await runCli(["volume", "prune", "--filter", "label=x"], fake, { stdin: "yes\n" });
  assert.equal(
    result.out,
    "WARNING! This will remove all volumes not used by at least one container. The following volumes will be removed:\nold\nAre you sure you want to continue? [y/N] old\n",
  );
  assert.deepEqual(result.call("volumes.list"), [{ filters: { label: ["x"], dangling: ["true"] } }]);
  assert.deepEqual(result.call("volumes.prune"), [{ filters: { label: ["x"] } }]);
  assert.equal((await runCli(["volume", "prune"])).out, "No dangling volumes found\n");
});

test("what is asked wrongly is refused in podman's words", async () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [["create", "a", "b"], "accepts at most 1 arg(s), received 2"],
    [
      ["create", "--driver", "nope", "v9"],
      "volume v9 uses volume plugin nope but it could not be retrieved: no volume plugin with name nope available: required plugin missing",
    ],
    [["ls", "--filter", "nope"], "filter input must be in the form of filter=value: nope is invalid"],
    [["ls", "-q", "--format", "x"], "quiet and format flags cannot be used together"],
    [["inspect"], "provide one or more volume names or use --all"],
    [["inspect", "-a", "v"], "provide one or more volume names or use --all"],
    [["rm"], "choose either one or more volumes or all"],
    [["rm", "-a", "v"], "choose either one or more volumes or all"],
  ];
  for (const [args, message] of cases) {
    const { code, err } = await runCli(["volume", ...args]);
    assert.deepEqual([code, err], [125, `Error: ${message}\n`]);
  }
});
