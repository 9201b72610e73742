import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { unifiedCgroups } from "../support/cgroups.ts";
import { type Result, runCommand } from "../support/command.ts";
import { imageTar } from "../support/images.ts";
import { mountsBelow } from "../support/leaks.ts";
import { Sandbox } from "../support/minke.ts";
import { needs, unless } from "../support/needs.ts";

/** One sentence on stderr, exit code 125, no stack. */
function assertClear(result: Result, what: string): void {
  assert.equal(result.code, 125, `${what}: ${result.stdout}${result.stderr}`);
  const lines = result.stderr.split("\n").filter((line) => line.startsWith("Error: "));
  assert.equal(lines.length, 1, `${what}: ${result.stderr}`);
  assert.ok((lines[0] ?? "").length > "Error: ".length + 5, `${what}: ${result.stderr}`);
  assert.doesNotMatch(result.stderr, /\n\s+at |undefined|\[object/, what);
}

/** A sandbox whose directory is a file system of its own, or any other that `mount` makes of it. */
async function sandboxOn(mount: (directory: string) => void, body: (minke: Sandbox) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "minke-test-"));
  const inner = join(directory, "fs");
  mkdirSync(inner);
  mount(inner);
  try {
    await using minke = new Sandbox(inner, "");
    await body(minke);
    // The mount point itself can go only when it is unmounted.
    await minke.run(["rm", "-fa", "-t", "0"]);
  } catch (error) {
    // The mount point alone cannot be removed before it is unmounted.
    const found = String(error).split("\n").slice(1);
    if (found.length !== 1 || !(found[0] ?? "").startsWith(`${inner} cannot be removed`)) throw error;
  } finally {
    for (const point of [...mountsBelow(directory)]) execFileSync("umount", ["-l", point], { stdio: "ignore" });
    rmSync(directory, { recursive: true, force: true });
  }
}

const changes = ["--change", "CMD sh", "--change", "ENV PATH=/bin"];
const importBusybox = ["import", ...changes, imageTar("busybox"), "busybox"];

/** Names that the image store and the overlays have besides their empty directories. */
function storeContent(minke: Sandbox): readonly string[] {
  const list = (path: string) => {
    try {
      return readdirSync(join(minke.directory, "root", path)).map((name) => `${path}/${name}`);
    } catch {
      return [];
    }
  };
  return ["images/blobs/sha256", "images/layers", "images/l", "images/tmp", "overlay", "containers"].flatMap(list);
}

test("a full disk is an error at each step, and no more than that", unless(needs.root), async () => {
  await sandboxOn(
    (path) => execFileSync("mount", ["-t", "tmpfs", "-o", "size=24m", "none", path]),
    async (minke) => {
      const ballast = join(minke.directory, "ballast");
      const fill = (left: number) => {
        rmSync(ballast, { force: true });
        const free = Number(
          execFileSync("df", ["--output=avail", "-B1", minke.directory], { encoding: "utf8" }).split("\n")[1],
        );
        if (left < free) execFileSync("fallocate", ["-l", String(free - left), ballast]);
      };
      const lift = () => rmSync(ballast, { force: true });

      await minke.ok("ps");
      const empty = storeContent(minke);
      fill(1_000_000);
      assertClear(await minke.run(importBusybox), "import");
      lift();
      await minke.ok("image", "prune", "-f");
      assert.deepEqual(storeContent(minke), empty, "something of the image stayed");
      assert.equal(await minke.ok("images", "-q"), "");
      await minke.ok(...importBusybox);

      fill(0);
      for (const args of [
        ["create", "--name", "c", "busybox"],
        ["pod", "create", "--name", "p"],
        ["volume", "create", "v"],
        ["run", "--rm", "--network", "none", "busybox", "true"],
      ])
        assertClear(await minke.run(args), args.join(" "));
      // Looking needs no room.
      assert.equal(await minke.ok("ps", "-aq"), "");
      assert.equal(await minke.ok("pod", "ps", "-q"), "");
      assert.equal(await minke.ok("volume", "ls", "-q"), "");
      lift();

      await minke.ok("pod", "create", "--name", "p");
      await minke.ok("create", "--pod", "p", "--name", "c", "busybox", "sleep", "100");
      fill(0);
      const start = await minke.run(["pod", "start", "p"]);
      if (start.code !== 0) assert.match(start.stderr, /^Error: /);
      lift();
      await minke.ok("pod", "start", "p");
      assert.equal(await minke.ok("pod", "inspect", "--format", "{{.State}}", "p"), "Running");

      // What is there can be removed without room, or afterwards.
      fill(0);
      const removal = await minke.run(["pod", "rm", "-f", "-t", "0", "p"]);
      lift();
      if (removal.code !== 0) {
        assert.match(removal.stderr, /^Error: /);
        await minke.ok("pod", "rm", "-f", "-t", "0", "p");
      }
      assert.equal(await minke.ok("ps", "-aq"), "");
    },
  );
});

test("a root that cannot be written is told, and nothing is tried in its place", unless(needs.root), async () => {
  await sandboxOn(
    (path) => execFileSync("mount", ["--bind", path, path]),
    async (minke) => {
      await minke.ok(...importBusybox);
      await minke.ok("create", "--name", "c", "--network", "none", "busybox", "true");
      execFileSync("mount", ["-o", "remount,bind,ro", minke.directory]);
      for (const args of [importBusybox, ["create", "--name", "d", "busybox"], ["pod", "create"], ["rm", "c"]])
        assertClear(await minke.run(args), args.join(" "));
      const start = await minke.run(["start", "c"]);
      assert.equal(start.code, 125);
      assert.match(start.stderr, /^Error: /);
      execFileSync("mount", ["-o", "remount,bind,rw", minke.directory]);
      assert.equal(await minke.ok("ps", "-a", "--format", "{{.Names}}"), "c");
      await minke.ok("start", "c");
      await minke.ok("rm", "-f", "-t", "0", "c");
    },
  );
});

/** Runs minke under limits of the shell. */
function limited(minke: Sandbox, limits: string, args: readonly string[]): Promise<Result> {
  return runCommand(["sh", "-c", `${limits} && exec "$@"`, "sh", ...minke.command, ...args], { env: minke.env });
}

test("too few file descriptors are an error, or enough", unless(needs.root), async () => {
  await using minke = new Sandbox(mkdtempSync(join(tmpdir(), "minke-test-")), "");
  await minke.ok(...importBusybox);
  // What the runtime of the language itself needs before a line of ours runs is not ours to tell.
  for (const count of [28, 48])
    for (const args of [
      ["create", "busybox"],
      ["pod", "create"],
      ["run", "--rm", "--network", "none", "busybox", "true"],
      importBusybox,
    ]) {
      const result = await limited(minke, `ulimit -n ${count}`, args);
      if (result.code !== 0)
        assert.match(
          result.stderr,
          /^(Copying.*\n)*(Error: .+|error: .+)/,
          `${count}: ${args.join(" ")}: ${result.stderr}`,
        );
      assert.doesNotMatch(result.stderr, /\n\s+at .*\.ts|undefined is not/, result.stderr);
    }
  await minke.ok("pod", "rm", "-fa");
  await minke.ok("rm", "-fa");
  await minke.ok("run", "--rm", "--network", "none", "busybox", "true");
});

test("a file size limit is an error, and leaves no half of anything", unless(needs.root), async () => {
  await using minke = new Sandbox(mkdtempSync(join(tmpdir(), "minke-test-")), "");
  await minke.ok("ps");
  const empty = storeContent(minke);
  const result = await limited(minke, "trap '' XFSZ; ulimit -f 512", importBusybox);
  assertClear(result, "import");
  await minke.ok("image", "prune", "-f");
  assert.deepEqual(storeContent(minke), empty);
  await minke.ok(...importBusybox);
  const path = join(minke.directory, "files/x");
  writeFileSync(path, "");
  assert.equal(statSync(path).size, 0);
});

test("too few processes are an error, or enough", unless(needs.root), async () => {
  await using minke = new Sandbox(mkdtempSync(join(tmpdir(), "minke-test-")), "");
  await minke.ok(...importBusybox);
  const group = join(unifiedCgroups ? "/sys/fs/cgroup" : "/sys/fs/cgroup/pids", `minke-robust-${process.pid}`);
  mkdirSync(group);
  try {
    // Only where the kernel counts processes in this hierarchy.
    if (!existsSync(join(group, "pids.max"))) return;
    // Fewer and the runtime of the language cannot start its threads.
    for (const count of [6, 9, 14]) {
      writeFileSync(join(group, "pids.max"), String(count));
      const enter = `echo $$ > ${group}/cgroup.procs`;
      const result = await limited(minke, enter, ["run", "--rm", "--network", "none", "busybox", "true"]);
      if (result.code !== 0) assert.match(result.stderr, /^Error: .{5}/, `${count}: ${result.stderr}`);
    }
  } finally {
    rmdirSync(group);
  }
  await minke.ok("rm", "-fa");
  await minke.ok("run", "--rm", "--network", "none", "busybox", "true");
});
