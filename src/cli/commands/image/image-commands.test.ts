import assert from "node:assert/strict";
import { test } from "node:test";
import { fail } from "../../../base/errors.ts";
import { fakeEngine, testId } from "../../testing/fake-engine.ts";
import { runCli } from "../../testing/run-cli.ts";

const ID = testId("a");

/** Options of a call without what every one has. */
function optionsOf(options: unknown): object {
  const { signal: _signal, progress: _progress, ...rest } = options as { signal: unknown; progress: unknown };
  return rest;
}

const pulling = () =>
  fakeEngine({
    "images.pull": async (_ref: string, options: { readonly progress?: (line: string) => void }) => {
      options.progress?.("Copying blob");
      return [ID];
    },
  });

test("pull prints ids on stdout and progress on stderr", async () => {
  const loud = await runCli(["pull", "app:1"], pulling());
  assert.deepEqual([loud.code, loud.out, loud.err], [0, `${ID}\n`, "Copying blob\n"]);
  assert.equal((await runCli(["image", "pull", "-q", "app:1"], pulling())).err, "");
});

test("registry and platform flags become options", async () => {
  const cases: readonly (readonly [readonly string[], object])[] = [
    [[], {}],
    [["--tls-verify=false", "-a"], { tlsVerify: false, allTags: true }],
    [["--creds", "u:p", "--cert-dir", "/c", "--authfile", "/a"], { credentials: "u:p", certDir: "/c", authFile: "/a" }],
    [["--arch", "arm64", "--variant", "v8"], { platform: { architecture: "arm64", variant: "v8" } }],
    [["--platform", "linux/arm/v7"], { platform: { os: "linux", architecture: "arm", variant: "v7" } }],
    [["--policy", "missing"], { policy: "missing" }],
  ];
  for (const [flags, expected] of cases) {
    const result = await runCli(["pull", ...flags, "app"], pulling());
    const [reference, options] = result.call("images.pull");
    assert.equal(reference, "app");
    assert.deepEqual(optionsOf(options), { policy: "always", allTags: false, ...expected }, flags.join(" "));
  }
  const environment = await runCli(["pull", "app"], pulling(), { env: { REGISTRY_AUTH_FILE: "/e" } });
  assert.equal((environment.call("images.pull")[1] as { authFile: string }).authFile, "/e");
});

test("push hands on where to and how", async () => {
  const result = await runCli(["push", "--format", "oci", "--digestfile", "d", "app", "dir:/x"]);
  const [reference, destination, options] = result.call("images.push");
  assert.deepEqual([reference, destination], ["app", "dir:/x"]);
  assert.deepEqual(optionsOf(options), { format: "oci", digestFile: "/work/d" });
  assert.equal((await runCli(["push", "app"])).call("images.push")[1], undefined);
});

test("load takes a file, or stdin through a temporary file that is gone afterwards", async () => {
  const files = new Map([["/work/app.tar", "archive"]]);
  const seen: (string | undefined)[] = [];
  const fake = fakeEngine({
    "images.load": async (path: string) => {
      seen.push(files.get(path));
      return ["localhost/app:1", "localhost/app:2"];
    },
  });
  const fromFile = await runCli(["load", "-i", "app.tar"], fake, { files });
  assert.equal(fromFile.out, "Loaded image: localhost/app:1\nLoaded image: localhost/app:2\n");
  assert.equal((await runCli(["load"], fake, { files, stdin: "piped" })).code, 0);
  assert.deepEqual(seen, ["archive", "piped"]);
  assert.deepEqual([...files.keys()], ["/work/app.tar"]);
});

test("save writes to a file, or to stdout through a temporary file", async () => {
  const files = new Map<string, string>();
  const fake = fakeEngine({
    "images.save": async (refs: readonly string[], path: string) => void files.set(path, `archive of ${refs.join()}`),
  });
  const result = await runCli(["save", "app", "db"], fake, { files });
  assert.deepEqual([result.out, [...files.keys()]], ["archive of app,db", []]);
  await runCli(["save", "--format", "oci-archive", "-o", "x.tar", "app"], fake, { files });
  assert.deepEqual([...files.keys()], ["/work/x.tar"]);
  assert.deepEqual(optionsOf(fake.calls.at(-1)?.args[2]), { format: "oci-archive" });
});

test("import makes an image from a tar", async () => {
  const fake = fakeEngine({ "images.import": async () => ID });
  const args = ["import", "-c", "CMD x", "-m", "hello", "fs.tar", "app:1"];
  const result = await runCli(args, fake, { files: { "/work/fs.tar": "tar" } });
  assert.equal(result.out, `sha256:${ID}\n`);
  const [path, options] = result.call("images.import");
  assert.equal(path, "/work/fs.tar");
  assert.deepEqual(optionsOf(options), { changes: ["CMD x"], reference: "app:1", message: "hello" });
  assert.equal(
    (await runCli(["import", "-"], fakeEngine({ "images.import": async () => ID }), { stdin: "x" })).code,
    0,
  );
});

test("tag and untag", async () => {
  assert.deepEqual((await runCli(["tag", "app", "a:1", "b:2"])).call("images.tag"), ["app", ["a:1", "b:2"]]);
  assert.deepEqual((await runCli(["untag", "app"])).call("images.untag"), ["app", []]);
});

const failure = (input: string, error: ReturnType<typeof fail>) => ({ input, ok: false, error });

test("rmi prints what went and decides the exit code", async () => {
  const missing = failure("b", fail("NO_SUCH_IMAGE", { ref: "b" }));
  const used = failure("c", fail("IMAGE_IN_USE", { id: ID, containers: ["x"] }));
  const other = failure("d", fail("INTERNAL", { message: "no" }));
  const results = [{ untagged: ["localhost/app:1"], deleted: [ID] }];
  const cases: readonly (readonly [readonly object[], number])[] = [
    [[], 0],
    [[missing], 1],
    [[missing, used], 2],
    [[missing, other], 125],
  ];
  for (const [reports, code] of cases) {
    const result = await runCli(["rmi", "app"], fakeEngine({ "images.remove": async () => ({ results, reports }) }));
    assert.equal(result.code, code);
    assert.equal(result.out, `Untagged: localhost/app:1\nDeleted: ${ID}\n`);
    assert.equal(result.err.split("\n").length - 1, reports.length);
  }
  const fake = fakeEngine({ "images.remove": async () => ({ results: [], reports: [] }) });
  const forced = await runCli(["image", "rm", "-f", "-i", "app"], fake);
  assert.deepEqual(optionsOf(forced.call("images.remove")[1]), { all: false, force: true, ignoreMissing: true });
});

test("prune warns of what it is about to remove", async () => {
  const fake = () => fakeEngine({ "images.prune": async () => [ID] });
  const some = await runCli(["image", "prune"], fake(), { stdin: "y\n" });
  assert.match(some.out, /^WARNING! This command removes all dangling images\.\n.*\[y\/N\] a{64}\n$/);
  const all = await runCli(["image", "prune", "-a", "--filter", "label=x"], fake(), { stdin: "Y\n" });
  assert.match(all.out, /^WARNING! This command removes all images without at least one container/);
  assert.deepEqual(optionsOf(all.call("images.prune")[0]), { all: true, filters: { label: ["x"] } });
  assert.equal((await runCli(["image", "prune", "-f"], fakeEngine())).out, "");
});

test("inspect goes on past what is missing", async () => {
  const fake = fakeEngine({
    "images.inspect": async (ref: string) => {
      if (ref === "gone") throw fail("NO_SUCH_IMAGE", { ref });
      return { Id: ID, RepoTags: ["localhost/app:1"], Config: { Cmd: ["sh"] } };
    },
  });
  const result = await runCli(["image", "inspect", "gone", "app", "--format", "{{.Id}} {{.Config.Cmd}}"], fake);
  assert.deepEqual(
    [result.code, result.out, result.err],
    [125, `${ID} [sh]\n`, "Error: inspecting object: gone: image not known\n"],
  );
});

test("an error that is not about the name stops inspect", async () => {
  const fake = fakeEngine({
    "images.inspect": async () => {
      throw fail("IMAGE_AMBIGUOUS", { ref: "a" });
    },
  });
  const { code, out, err } = await runCli(["image", "inspect", "a"], fake);
  assert.deepEqual([code, out], [125, ""]);
  assert.equal(err, 'Error: image name "a" is ambiguous: more than one image matches\n');
});

test("what is asked wrongly is refused in podman's words", async () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [["pull"], "requires at least 1 arg(s), only received 0"],
    [["pull", "--platform", "a/b", "--arch", "c", "x"], "--platform option can not be specified with --arch or --os"],
    [["tag", "bb"], "requires at least 2 arg(s), only received 1"],
    [["rmi"], "image name or ID must be specified"],
    [["rmi", "-a", "x"], "when using the --all switch, you may not pass any images names or IDs"],
    [
      ["save", "--format", "nope", "-o", "x", "bb"],
      "format value must be one of oci-dir oci-archive docker-dir docker-archive",
    ],
    [["save", "-o", "there.tar", "bb"], "docker-archive doesn't support modifying existing images"],
    [["save", "bb"], "refusing to save to terminal. Use -o flag or redirect"],
    [["save", "--format", "oci-dir", "bb"], "--output is needed for oci-dir: a directory cannot go to stdout"],
    [["load", "-i", "/nosuch"], "stat /nosuch: no such file or directory"],
    [["load"], "cannot read from terminal, use command-line redirection or the --input flag"],
    [["import", "/nosuch"], "open /nosuch: no such file or directory"],
    [["import", "https://x/y.tar"], "https://x/y.tar: fetch it first, only files and stdin can be imported"],
    [
      ["images", "--sort", "nope"],
      '"nope" is not a valid field for sorting. Choose from: created, id, repository, size, tag',
    ],
  ];
  for (const [args, message] of cases) {
    const { code, err } = await runCli(args, fakeEngine(), {
      files: { "/work/there.tar": "" },
      terminals: ["stdin", "stdout"],
    });
    assert.deepEqual([code, err], [125, `Error: ${message}\n`], args.join(" "));
  }
});
