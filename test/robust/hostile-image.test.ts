import assert from "node:assert/strict";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runCommand } from "../support/command.ts";
import type { EngineCli } from "../support/engine-cli.ts";
import { imageTar } from "../support/images.ts";
import { openSandbox } from "../support/minke.ts";
import { needs, unless } from "../support/needs.ts";
import { concat, type TestEntry, tar } from "../support/tar.ts";

const EVIL = "\x1b[31mred\x1b]0;title\x07\r\u009b2J\u202e";
/** What a terminal obeys, or shows in another order; tabs and newlines are no danger. */
const OBEYED = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

/** Imports busybox with further entries in front, whose parents the base does not replace. */
async function importWith(
  engine: EngineCli,
  name: string,
  entries: readonly TestEntry[],
  changes: readonly string[] = [],
): Promise<void> {
  const path = join(engine.directory, "files", `${name}.tar`);
  // The base's own /etc files would replace the hostile ones: they come last.
  const base = readFileSync(imageTar("busybox"));
  const end = base.findLastIndex((byte) => byte !== 0);
  writeFileSync(path, concat([base.subarray(0, Math.ceil((end + 1) / 512) * 512), tar(entries)]));
  await engine.ok(
    "import",
    ...["CMD sh", "ENV PATH=/bin", ...changes].flatMap((change) => ["--change", change]),
    path,
    name,
  );
}

/** On a terminal as off it. */
async function bothWays(engine: EngineCli, args: readonly string[]): Promise<readonly string[]> {
  const quoted = [...engine.command, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  const [plain, typed] = await Promise.all([
    engine.run(args),
    runCommand(["script", "-qec", quoted, "/dev/null"], { env: engine.env }),
  ]);
  // The terminal itself ends lines with a carriage return.
  return [plain.stdout, plain.stderr, typed.stdout.replaceAll("\r\n", "\n")];
}

test(
  "control characters in names, labels and commands are shown, not obeyed",
  unless(needs.root, needs.program("script")),
  async () => {
    await using minke = await openSandbox();
    await importWith(
      minke,
      "evil",
      [],
      [`LABEL bad=${EVIL}`, `ENV X=${EVIL}`, `CMD ["sh", "-c", "sleep 100", ${JSON.stringify(EVIL)}]`],
    );
    const label = `key${EVIL}=${EVIL}`;
    await minke.ok("pod", "create", "--name", "p", "--label", label);
    await minke.ok("run", "-d", "--pod", "p", "--name", "c", "--label", label, "evil");
    await minke.ok("volume", "create", "--label", label, "v");
    const all = "{{.Names}} {{.Labels}} {{.Command}}";
    const shown: readonly (readonly string[])[] = [
      ...[
        ["ps"],
        ["ps", "--no-trunc", "--format", all],
        ["ps", "--format", `table ${all}`],
        ["ps", "--format", "json"],
      ],
      ...[
        ["pod", "ps"],
        ["pod", "ps", "--format", "{{.Name}} {{.Labels}}"],
        ["pod", "ps", "--format", "json"],
      ],
      ...[
        ["events", "--stream=false", "--since", "0"],
        ["events", "--stream=false", "--since", "0", "--format", "{{.Name}} {{.Attributes}}"],
      ],
      ...[
        ["events", "--stream=false", "--since", "0", "--format", "json"],
        ["inspect", "c"],
        ["pod", "inspect", "p"],
      ],
      ...[
        ["image", "inspect", "evil"],
        ["history", "--no-trunc", "evil"],
        ["images"],
        ["volume", "ls"],
        ["volume", "inspect", "v"],
      ],
      ...[
        ["top", "c"],
        ["pod", "top", "p"],
        ["inspect", `no${EVIL}`],
        ["rm", `no${EVIL}`],
        ["pod", "rm", `no${EVIL}`],
      ],
      ...[
        ["run", "--rm", `no${EVIL}`],
        ["run", `--no${EVIL}`],
        ["volume", "rm", `no${EVIL}`],
        ["network", "rm", `no${EVIL}`],
      ],
    ];
    for (const args of shown)
      for (const text of await bothWays(minke, args)) assert.doesNotMatch(text, OBEYED, JSON.stringify({ args, text }));
    // A program gets what is there: from JSON, and from a template where nobody looks at it.
    assert.equal(
      (await minke.json<{ Config: { Labels: Record<string, string> } }[]>("inspect", "c"))[0]?.Config.Labels[
        `key${EVIL}`
      ],
      EVIL,
    );
    assert.equal((await minke.run(["inspect", "--format", '{{index .Config.Labels "bad"}}', "c"])).stdout, `${EVIL}\n`);
    const onTerminal = (await bothWays(minke, ["inspect", "--format", "{{.Config.Labels}}", "c"]))[2] ?? "";
    assert.doesNotMatch(onTerminal, OBEYED);
  },
);

test("control characters in an archive are shown, not obeyed", unless(needs.root), async () => {
  await using minke = await openSandbox({ images: [] });
  const path = join(minke.directory, "files", "bad.tar");
  writeFileSync(path, tar([{ path: `${EVIL}/../x`, body: "x" }]));
  const error = await minke.fails(125, "import", path);
  assert.match(error, /^Error: .*path contains/);
  assert.doesNotMatch(error, OBEYED);
});

test("links in an image lead nowhere but into the container", unless(needs.root), async () => {
  await using minke = await openSandbox();
  const secret = minke.file("secret", "host secret\n");
  const outside = join(minke.directory, "files/outside");
  mkdirSync(outside);
  writeFileSync(join(outside, "mine"), "host");
  const passwd = "root:x:0:0::/root:/bin/sh\nhostuser:x:4242:4242::/:/bin/sh\n";
  writeFileSync(join(outside, "passwd"), passwd);
  await importWith(minke, "links", [
    { path: "data", type: "2", linkPath: outside },
    { path: "up", type: "2", linkPath: "../../../../../../../../../../../../../../../../../../.." },
    { path: "inner", type: "2", linkPath: "/etc" },
    { path: "work", type: "2", linkPath: `${outside}/made` },
    { path: "leak", type: "2", linkPath: secret },
  ]);
  const before = readdirSync(outside).sort();

  // Volumes over links: filled from inside the image, or not at all; the host's directory is neither read nor written.
  for (const [name, destination, expected] of [
    ["a", "/data", []],
    ["b", "/inner", ["group", "passwd"]],
  ] as const) {
    // Where the link leads to nothing inside, the runtime may refuse it.
    await minke.run(["run", "--rm", "--network", "none", "-v", `${name}:${destination}`, "links", "true"]);
    const mountpoint = await minke.ok("volume", "inspect", "--format", "{{.Mountpoint}}", name);
    const found = readdirSync(mountpoint).filter((file) => ["mine", "group", "passwd"].includes(file));
    assert.deepEqual(found.sort(), expected, destination);
  }
  await minke.run([
    "run",
    "--rm",
    "--network",
    "none",
    "-v",
    "c:/data/sub",
    "--tmpfs",
    "/up/tmp/t",
    "links",
    "touch",
    "/data/sub/x",
  ]);
  await minke.run(["run", "--rm", "--network", "none", "--read-only", "-v", `${secret}:/leak`, "links", "true"]);

  // A working directory behind a link is made inside.
  await importWith(minke, "works", [{ path: "work", type: "2", linkPath: `${outside}/made` }], ["WORKDIR /work/dir"]);
  await minke.ok("run", "--rm", "--network", "none", "works", "pwd");

  // The engine's own files, over links to the host's.
  await importWith(minke, "engine-files", [
    ...["etc/hosts", "etc/resolv.conf", "etc/hostname", "run/.containerenv"].map((path) => ({
      path,
      type: "2",
      linkPath: secret,
    })),
  ]);
  await minke.run(["run", "--rm", "--network", "none", "engine-files", "true"]);

  assert.deepEqual(readdirSync(outside).sort(), before);
  assert.equal(readFileSync(secret, "utf8"), "host secret\n");
  assert.equal(readFileSync(join(outside, "passwd"), "utf8"), passwd);
});

test("links in a volume lead nowhere but into it", unless(needs.root), async () => {
  await using minke = await openSandbox();
  const outside = join(minke.directory, "files/outside");
  mkdirSync(outside);
  writeFileSync(join(outside, "mine"), "host");
  await minke.ok("volume", "create", "v");
  const mountpoint = await minke.ok("volume", "inspect", "--format", "{{.Mountpoint}}", "v");
  symlinkSync(outside, join(mountpoint, "sub"));
  const result = await minke.run([
    ...["run", "--rm", "--network", "none", "--mount", "type=volume,source=v,target=/v,subpath=sub", "busybox"],
    ...["sh", "-c", "ls /v; touch /v/written"],
  ]);
  assert.doesNotMatch(result.stdout, /mine/);
  assert.deepEqual(readdirSync(outside), ["mine"]);
});

/** Types of /etc/passwd that would hang or betray a reader. */
const ACCOUNTS: readonly (readonly [string, readonly TestEntry[]])[] = [
  [
    "a link to the host's",
    [
      { path: "etc/passwd", type: "2", linkPath: "OUTSIDE" },
      { path: "etc/group", type: "2", linkPath: "OUTSIDE" },
    ],
  ],
  [
    "a FIFO",
    [
      { path: "etc/passwd", type: "6" },
      { path: "etc/group", type: "6" },
    ],
  ],
  [
    "/dev/zero",
    [
      { path: "etc/passwd", type: "3", major: 1, minor: 5 },
      { path: "etc/group", type: "3", major: 1, minor: 5 },
    ],
  ],
  ["a link to itself", [{ path: "etc/passwd", type: "2", linkPath: "passwd" }]],
  ["a directory", [{ path: ".wh.none" }, { path: "etc/passwd", type: "5" }]],
];

test("/etc/passwd of an image may be anything", unless(needs.root), async () => {
  await using minke = await openSandbox({ images: [] });
  const outside = minke.file("passwd", "hostuser:x:4242:4242::/:/bin/sh\nhost0:x:0:0::/:/bin/sh\n");
  for (const [at, [name, entries]] of ACCOUNTS.entries()) {
    const image = `accounts${at}`;
    const linked = entries.map((entry) => (entry.linkPath === "OUTSIDE" ? { ...entry, linkPath: outside } : entry));
    await importWith(minke, image, linked);
    // The host's user is unknown here, numbers work, and nothing waits for a FIFO's writer.
    const byName = await minke.run(["run", "--rm", "--network", "none", "--user", "hostuser", image, "true"]);
    assert.notEqual(byName.code, 0, name);
    assert.match(byName.stderr, /^Error: /, name);
    const options = ["--name", "c", "--network", "none", "--user", "4242"];
    const numeric = await minke.run(["run", "-d", ...options, image, "sleep", "100"]);
    if (numeric.code === 0) {
      assert.doesNotMatch(await minke.ok("top", "c", "user"), /host/, name);
      assert.equal(await minke.ok("exec", "c", "echo", "in"), "in", name);
      assert.notEqual((await minke.run(["exec", "--user", "hostuser", "c", "true"])).code, 0, name);
    } else assert.match(numeric.stderr, /^Error: /, name);
    await minke.run(["rm", "-f", "-t", "0", "c"]);
  }
  assert.match(readFileSync(outside, "utf8"), /^hostuser:x:4242/);
});

test("--cidfile and kin follow no links and replace nothing", unless(needs.root), async () => {
  await using minke = await openSandbox();
  const precious = minke.file("precious", "keep");
  const link = join(minke.directory, "files/link");
  symlinkSync(precious, link);
  const dangling = join(minke.directory, "files/dangling");
  symlinkSync(join(minke.directory, "files/nowhere"), dangling);
  for (const path of [precious, link, dangling]) {
    await minke.fails(125, "create", "--cidfile", path, "busybox");
    await minke.fails(125, "pod", "create", "--pod-id-file", path);
  }
  assert.equal(readFileSync(precious, "utf8"), "keep");
  assert.equal(existsSync(join(minke.directory, "files/nowhere")), false);
  assert.equal(await minke.ok("ps", "-aq"), "");
  assert.equal(await minke.ok("pod", "ps", "-q"), "");
});

test("a bind source that is a link binds what it leads to, and a loop is an error", unless(needs.root), async () => {
  await using minke = await openSandbox();
  const directory = join(minke.directory, "files");
  writeFileSync(join(directory, "real"), "real");
  symlinkSync("real", join(directory, "link"));
  symlinkSync("loop", join(directory, "loop"));
  assert.equal(
    await minke.ok("run", "--rm", "--network", "none", "-v", `${directory}/link:/f:ro`, "busybox", "cat", "/f"),
    "real",
  );
  const error = await minke.fails(
    125,
    "run",
    "--rm",
    "--network",
    "none",
    "-v",
    `${directory}/loop:/f`,
    "busybox",
    "true",
  );
  assert.match(error, /^Error: .*loop/);
  assert.equal(await minke.ok("ps", "-aq"), "");
});

test("state, run and socket directories are root's alone", unless(needs.root), async () => {
  await using minke = await openSandbox();
  await minke.ok("run", "-d", "--name", "c", "-p", "80", "busybox", "sleep", "100");
  for (const top of ["root", "run"]) {
    const directory = join(minke.directory, top);
    assert.equal(statSync(directory).mode & 0o777, 0o700, directory);
    assert.equal(statSync(directory).uid, 0, directory);
    // Nothing below needs it, but a mistake in one place must not open another.
    for (const name of readdirSync(directory)) {
      const stat = lstatSync(join(directory, name));
      assert.equal(stat.mode & 0o022, 0, `${top}/${name} can be written by others`);
      if (stat.isFile()) assert.equal(stat.mode & 0o077, 0, `${top}/${name} can be read by others`);
    }
  }
});
