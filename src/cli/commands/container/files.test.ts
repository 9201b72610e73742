import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeEngine, testId } from "../../testing/fake-engine.ts";
import { runCli } from "../../testing/run-cli.ts";

const CHANGES = [
  { kind: "changed", path: "/etc" },
  { kind: "added", path: "/etc/new" },
  { kind: "deleted", path: "/bin/\u001b[2J" },
];

const stream = (text: string) =>
  async function* () {
    yield new TextEncoder().encode(text);
  };

test("cp tells containers from paths of the host", async () => {
  const cases: readonly (readonly [readonly string[], readonly object[]])[] = [
    [
      ["f", "web:/tmp/"],
      [{ path: "/work/f" }, { container: "web", path: "/tmp/" }],
    ],
    [
      ["web:rel/.", "./a:b"],
      [{ container: "web", path: "/rel/." }, { path: "/work/./a:b" }],
    ],
    [
      ["/a:b/.", "web:/x"],
      [{ path: "/a:b/." }, { container: "web", path: "/x" }],
    ],
    [
      ["one:/x", "two:/y"],
      [
        { container: "one", path: "/x" },
        { container: "two", path: "/y" },
      ],
    ],
  ];
  for (const [args, ends] of cases) {
    const engine = fakeEngine();
    const [from, to, options] = (await runCli(["cp", "--archive=false", "--overwrite", ...args], engine)).call(
      "containers.copy",
    );
    assert.deepEqual([from, to], ends);
    const { keepOwner, overwrite } = options as { keepOwner: boolean; overwrite: boolean };
    assert.deepEqual([keepOwner, overwrite], [true, true]);
  }
});

test("cp carries tars for -", async () => {
  const out = await runCli(["cp", "web:/d", "-"], fakeEngine({ "containers.copyOut": stream("tar") }));
  assert.deepEqual([out.out, ...out.call("containers.copyOut").slice(0, 2)], ["tar", "web", "/d"]);
  const into = await runCli(["cp", "-", "web:/d"], fakeEngine(), { stdin: "tar" });
  assert.deepEqual(into.call("containers.copyIn").slice(0, 2), ["web", "/d"]);
});

test("what cp, diff, export and commit refuse", async () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [["cp", "a"], "accepts 2 arg(s), received 1"],
    [["cp", "a", "b"], "name or ID cannot be empty"],
    [["cp", "web:", "x"], 'invalid arguments "web:", "x": you must specify paths'],
    [["cp", "gone:/a", "x"], 'container "gone" does not exist'],
    [["diff"], '"minke diff" requires a name, id, or the "--latest" flag'],
    [["diff", "--format", "x", "web"], "only supported value for '--format' is 'json'"],
    [["export"], "accepts 1 arg(s), received 0"],
    [["commit"], "accepts between 1 and 2 arg(s), received 0"],
  ];
  const answers = { "containers.exists": async (ref: string) => ref !== "gone" };
  for (const [args, message] of cases) {
    const { code, err } = await runCli(args, fakeEngine(answers));
    assert.deepEqual([code, err], [125, `Error: ${message}\n`], args.join(" "));
  }
});

test("diff as lines and as JSON", async () => {
  const diff = async (...args: readonly string[]) =>
    (await runCli(["diff", ...args], fakeEngine({ "containers.diff": async () => CHANGES }))).out;
  assert.equal(await diff("web"), "C /etc\nA /etc/new\nD /bin/\\x1b[2J\n");
  const json = await diff("--format", "json", "web");
  assert.match(json, /^\{\n {5}"changed": \[\n {10}"\/etc"/);
  assert.deepEqual(Object.keys(JSON.parse(json)), ["changed", "added", "deleted"]);
});

test("export writes to stdout or a file, never to a terminal", async () => {
  const engine = () => fakeEngine({ "containers.export": stream("tar") });
  assert.equal((await runCli(["export", "web"], engine())).out, "tar");
  const files = new Map<string, string>();
  assert.equal((await runCli(["export", "-o", "web.tar", "web"], engine(), { files })).out, "");
  assert.equal(files.get("/work/web.tar"), "tar");
  const refused = await runCli(["export", "web"], engine(), { terminals: ["stdout"] });
  assert.equal(refused.err, "Error: refusing to export to terminal. Use -o flag or redirect\n");
});

test("commit hands everything on and prints the id", async () => {
  const engine = fakeEngine({ "containers.commit": async () => testId("b") });
  const files = new Map<string, string>();
  const args = ["commit", "-q", "-a", "me", "-m", "why", "-c", "CMD x", "-p", "--iidfile", "id", "web", "new:1"];
  const result = await runCli(args, engine, { files });
  const [ref, { signal: _signal, ...options }] = result.call("containers.commit") as [string, { signal: unknown }];
  assert.deepEqual([result.out, files.get("/work/id"), ref], [`${testId("b")}\n`, testId("b"), "web"]);
  assert.deepEqual(options, {
    reference: "new:1",
    author: "me",
    message: "why",
    changes: ["CMD x"],
    pause: true,
    includeVolumes: false,
  });
});
