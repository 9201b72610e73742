import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { EngineCli } from "../support/engine-cli.ts";
import { openSandbox } from "../support/minke.ts";

const SLEEP = ["sh", "-c", 'trap "exit 0" TERM; sleep 1000 & wait'];

/** A directory of the host with a file `f` of another user, `d/sub/x` and a link out. */
function hostFiles(minke: EngineCli): string {
  const files = join(minke.directory, "files");
  mkdirSync(join(files, "d/sub"), { recursive: true });
  writeFileSync(join(files, "f"), "hi\n", { mode: 0o640 });
  chownSync(join(files, "f"), 55, 66);
  writeFileSync(join(files, "d/sub/x"), "x\n");
  symlinkSync("/etc/passwd", join(files, "d/out"));
  writeFileSync(join(files, "canary"), "canary\n");
  return files;
}

/** Ways to copy that must be the same whether a container runs or not. */
async function copyBothWays(minke: EngineCli, ctr: string, files: string): Promise<void> {
  const ok = (...args: readonly string[]) => minke.ok("cp", ...args);
  await ok(`${files}/f`, `${ctr}:/tmp/`);
  await ok(`${files}/f`, `${ctr}:/tmp/renamed`);
  await ok(`${files}/d`, `${ctr}:/tmp`);
  await ok(`${files}/d`, `${ctr}:/tmp/new`);
  await ok(`${files}/d/.`, `${ctr}:/tmp/contents`);
  await ok("--archive=false", `${files}/f`, `${ctr}:/data/kept`);
  const back = join(files, ctr);
  mkdirSync(back);
  await ok(`${ctr}:/tmp/renamed`, back);
  await ok(`${ctr}:/tmp/d`, join(back, "copy"));
  await ok(`${ctr}:/tmp/new/.`, back);
  await ok("--archive=false", `${ctr}:data/kept`, back);
  await ok(`${files}/f`, `${ctr}:/data/users`);
  assert.deepEqual(readdirSync(back).sort(), ["copy", "kept", "out", "renamed", "sub"]);
  assert.deepEqual(readdirSync(join(back, "copy")).sort(), ["out", "sub"]);
  assert.equal(readFileSync(join(back, "copy/sub/x"), "utf8"), "x\n");
  const volume = await minke.ok("volume", "inspect", "--format", "{{.Mountpoint}}", "vol");
  const owners = [join(back, "kept"), join(volume, "kept"), join(volume, "users")].map((path) => {
    const { uid, gid, mode } = lstatSync(path);
    return [uid, gid, mode & 0o777];
  });
  assert.deepEqual(owners, [
    [0, 0, 0o640],
    [55, 66, 0o640],
    [123, 456, 0o640],
  ]);
  const refusals: readonly (readonly [readonly string[], string])[] = [
    [[`${files}/d`, `${ctr}:/tmp/f`], "destination must be a directory when copying a directory"],
    [[`${ctr}:/tmp/d`, `${files}/f`], "destination must be a directory when copying a directory"],
    [[`${files}/f`, `${ctr}:/nope/x`], `"/nope/x" could not be found on container ${ctr}: no such file or directory`],
    [[`${files}/f`, `${ctr}:/nope/`], `"/nope/" could not be found on container ${ctr}: no such file or directory`],
    [[`${ctr}:/nope`, "."], `"/nope" could not be found on container ${ctr}: no such file or directory`],
    [[`${files}/nope`, `${ctr}:/`], `"${files}/nope" could not be found on the host: no such file or directory`],
    [[`${files}/f/`, `${ctr}:/`], `"${files}/f/" could not be found on the host: not a directory`],
    [["-", `${ctr}:/tmp/f`], "destination must be a directory when copying from stdin"],
  ];
  for (const [args, message] of refusals) assert.equal(await minke.fails(125, "cp", ...args), `Error: ${message}\n`);
}

test("copies between the host and containers that run and that do not", async () => {
  await using minke = await openSandbox();
  const files = hostFiles(minke);
  const options = ["--user", "123:456", "-v", "vol:/data", "--network", "none"];
  await minke.ok("run", "-d", "--name", "runs", ...options, "busybox", ...SLEEP);
  await minke.ok("create", "--name", "idle", ...options, "-v", "vol:/fixed:ro", "busybox");
  for (const ctr of ["runs", "idle"]) await copyBothWays(minke, ctr, files);
  assert.equal(await minke.ok("exec", "-u", "0", "runs", "cat", "/data/kept"), "hi");
  await minke.ok("cp", "runs:/tmp/d", "idle:/tmp/across");
  const listed = await minke.run(["cp", "idle:/tmp/across", "-"]);
  writeFileSync(join(files, "out.tar"), listed.stdout);
  const names = execFileSync("tar", ["-tf", join(files, "out.tar")], { encoding: "utf8" });
  assert.deepEqual(names.trim().split("\n").sort(), ["across/", "across/out", "across/sub/", "across/sub/x"]);
  const noTar = await minke.run(["cp", "-", "runs:/data"], { stdin: "no tar" });
  assert.deepEqual([noTar.code, /truncated/.test(noTar.stderr)], [125, true], noTar.stderr);
  const tar = execFileSync("tar", ["-C", files, "-cf", "-", "d"], { encoding: "latin1" });
  const put = await minke.run(["cp", "-", "runs:/data"], { stdin: tar });
  assert.equal(put.code, 0, put.stderr);
  assert.equal(await minke.ok("exec", "-u", "0", "runs", "cat", "/data/d/sub/x"), "x");
  assert.match(await minke.fails(125, "cp", `${files}/f`, "idle:/fixed/new"), /read-only file system/);
  assert.match(await minke.fails(125, "cp", `${files}/f`, "runs:/etc/hosts"), /device or resource busy/);
});

test("links of a container lead nowhere out of it", async () => {
  await using minke = await openSandbox();
  const files = hostFiles(minke);
  const hostile = [
    `ln -s ${files} /tmp/abs`,
    `ln -s ../../../../../..${files} /tmp/up`,
    `ln -s ${files}/canary /tmp/file`,
    "ln -s loop /tmp/loop",
  ].join("; ");
  await minke.ok("run", "--name", "evil", "--network", "none", "busybox", "sh", "-c", hostile);
  for (const path of ["/tmp/abs/canary", "/tmp/up/canary", "/tmp/file"])
    assert.match(
      await minke.fails(125, "cp", `evil:${path}`, join(files, "stolen")),
      /could not be found on container evil/,
    );
  assert.match(await minke.fails(125, "cp", "evil:/tmp/loop", join(files, "stolen")), /too many symbolic links/);
  for (const path of ["/tmp/abs/", "/tmp/up/new"]) await minke.fails(125, "cp", join(files, "f"), `evil:${path}`);
  await minke.ok("cp", join(files, "f"), "evil:/tmp/file").catch(() => undefined);
  assert.equal(readFileSync(join(files, "canary"), "utf8"), "canary\n");
  assert.equal(existsSync(join(files, "stolen")) || existsSync(join(files, "new")), false);
  const leaving = execFileSync("tar", ["-C", files, "--transform", "s,^,../../,", "-Pcf", "-", "f"], {
    encoding: "latin1",
  });
  const refused = await minke.run(["cp", "-", "evil:/tmp"], { stdin: leaving });
  assert.deepEqual([refused.code, /leads out of its directory/.test(refused.stderr)], [125, true]);
});

test("what a container changed is shown, exported and committed", async () => {
  await using minke = await openSandbox();
  const change = "echo new > /root/new; rm /bin/vi; mkdir -p /a/b; rm -r /tmp; mkdir /tmp; echo t > /tmp/t";
  await minke.ok("run", "--name", "c", "--network", "none", "busybox", "sh", "-c", change);
  const lines = (await minke.ok("diff", "c")).split("\n");
  for (const line of ["A /a", "A /a/b", "C /bin", "D /bin/vi", "A /root/new", "A /tmp/t"])
    assert.ok(lines.includes(line), `${line} is missing in ${lines.join(", ")}`);
  const { deleted } = await minke.json<{ deleted: string[] }>("diff", "--format", "json", "c");
  assert.deepEqual(deleted, ["/bin/vi", "/tmp"]);
  const archive = join(minke.directory, "files/c.tar");
  await minke.ok("export", "-o", archive, "c");
  const names = execFileSync("tar", ["-tf", archive], { encoding: "utf8" }).split("\n");
  assert.deepEqual(
    ["root/new", "bin/busybox", "bin/vi"].map((name) => names.includes(name)),
    [true, true, false],
  );

  const id = await minke.ok(
    "commit",
    "-q",
    "-a",
    "me",
    "-m",
    "hello",
    "--change",
    "ENV=A=1",
    "--change",
    'CMD ["cat","/root/new"]',
    "c",
    "changed",
  );
  assert.match(id, /^[0-9a-f]{64}$/);
  const options = ["--rm", "--network", "none"];
  assert.equal(await minke.ok("run", ...options, "changed"), "new");
  const look = "echo $A; cat /tmp/t; test -e /bin/vi || echo gone";
  assert.equal(await minke.ok("run", ...options, "changed", "sh", "-c", look), "1\nt\ngone");
  const [image] = await minke.json<[{ Author: string; Comment: string }]>("inspect", "changed");
  assert.deepEqual([image.Author, image.Comment], ["me", "hello"]);
  await minke.ok("run", "-d", "--name", "p", "--network", "none", "busybox", ...SLEEP);
  await minke.ok("commit", "-q", "--pause", "p");
  assert.match(await minke.ok("ps", "--format", "{{.Status}}"), /^Up /);
  for (const verb of ["export", "commit", "diff"])
    assert.match(await minke.fails(125, verb, "nosuch"), /no container with name or ID "nosuch" found/);
});

test("disk usage is told, pruned and reset", async () => {
  await using minke = await openSandbox();
  await minke.ok(
    "run",
    "--name",
    "ended",
    "--network",
    "none",
    "-v",
    "data:/data",
    "busybox",
    "sh",
    "-c",
    "echo abc > /f",
  );
  const rows = (await minke.ok("system", "df", "--format", "{{.Type}} {{.Total}} {{.Active}}")).split("\n");
  assert.deepEqual(rows, ["Images 1 1", "Containers 1 0", "Local Volumes 1 1"]);
  assert.match(await minke.ok("system", "df", "-v"), /\ndata +1 +0B/);
  const pruned = await minke.ok("system", "prune", "-f");
  assert.match(pruned, /^Deleted Containers\n[0-9a-f]{64}\nTotal reclaimed space: 4B$/);
  await minke.ok("run", "-d", "--pod", "new:p", "busybox", ...SLEEP);
  await minke.ok("network", "create", "--internal", "back");
  await minke.ok("system", "reset", "-f");
  const left = ["ps -aq", "pod ps -q", "images -q", "volume ls -q"].map((command) => minke.ok(...command.split(" ")));
  assert.deepEqual(await Promise.all(left), ["", "", "", ""]);
  assert.equal(await minke.ok("network", "ls", "--format", "{{.Name}}"), "minke");
});
