import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { assertExit } from "../support/command.ts";
import { openSandbox } from "../support/minke.ts";
import { ask, freePort, until } from "../support/wait.ts";

test("run in the foreground passes output, input and the exit code through", async () => {
  await using minke = await openSandbox();
  const both = await minke.run(["run", "--rm", "busybox", "sh", "-c", "echo out; echo err >&2; exit 7"]);
  assertExit(both, 7);
  assert.equal(both.stdout, "out\n");
  assert.equal(both.stderr, "err\n");

  const echoed = await minke.run(["run", "-i", "--rm", "busybox", "cat"], { stdin: "one\ntwo\n" });
  assertExit(echoed);
  assert.equal(echoed.stdout, "one\ntwo\n");

  const killed = await minke.run(["run", "--rm", "busybox", "sh", "-c", "sh -c 'kill -9 $$'; exit $?"]);
  assertExit(killed, 137);

  const long = await minke.run(["run", "--rm", "busybox", "seq", "1", "100000"]);
  assertExit(long);
  assert.equal(long.stdout.length, 588_895);
  assert.ok(long.stdout.endsWith("\n99999\n100000\n"));
  assert.equal(await minke.ok("ps", "-aq"), "");
});

test("a command that cannot run exits 127 or 126 and names it", async () => {
  await using minke = await openSandbox();
  const missing = await minke.run(["run", "--rm", "busybox", "/nosuch"]);
  assertExit(missing, 127);
  assert.match(missing.stderr, /^Error: .*\/nosuch.*OCI runtime attempted to invoke a command that was not found\n$/s);
  const notExecutable = await minke.run(["run", "--rm", "busybox", "/etc/passwd"]);
  assertExit(notExecutable, 126);
  assert.match(notExecutable.stderr, /^Error: .*OCI permission denied\n$/s);
  assert.match(
    await minke.fails(126, "run", "--rm", "--user", "ghost", "busybox", "true"),
    /unable to find user ghost/,
  );
  assert.equal(await minke.ok("ps", "-aq"), "");
});

test("process settings reach the container", async () => {
  await using minke = await openSandbox();
  const envFile = minke.file("env", "# comment\nFROM_FILE=yes\nSHARED=file\n");
  const settings = ["--env-file", envFile, "-e", "SHARED=flag", "-w", "/tmp", "--user", "app", "--hostname", "whale"];
  const script = "echo $FROM_FILE $SHARED; pwd; id -un; id -g; hostname; cat /proc/self/status | grep CapEff";
  const output = await minke.ok("run", "--rm", ...settings, "busybox", "sh", "-c", script);
  assert.deepEqual(output.split("\n"), ["yes flag", "/tmp", "app", "1000", "whale", "CapEff:\t0000000000000000"]);

  const entrypoint = await minke.ok("run", "--rm", "--entrypoint", "echo", "busybox", "a", "b");
  assert.equal(entrypoint, "a b");
  assert.equal(await minke.ok("run", "--rm", "--init", "busybox", "cat", "/proc/1/comm"), "podman-init");
  assert.match(
    await minke.ok("run", "--rm", "--cap-drop", "all", "busybox", "cat", "/proc/self/status"),
    /CapBnd:\t0+\n/,
  );
  assert.match(await minke.fails(1, "run", "--rm", "--read-only", "busybox", "touch", "/x"), /Read-only file system/);
  assert.equal(
    await minke.ok(
      "run",
      "--rm",
      "--ulimit",
      "nofile=64:128",
      "--ulimit",
      "nproc=512",
      "busybox",
      "sh",
      "-c",
      "ulimit -Hn",
    ),
    "128",
  );
  const sysctl = ["--sysctl", "net.ipv4.ip_default_ttl=42"];
  assert.equal(await minke.ok("run", "--rm", ...sysctl, "busybox", "cat", "/proc/sys/net/ipv4/ip_default_ttl"), "42");
});

test("binds, named volumes and tmpfs hold what they should", async () => {
  await using minke = await openSandbox();
  const shared = join(minke.directory, "files", "shared");
  mkdirSync(shared);
  writeFileSync(join(shared, "greeting"), "hello\n");
  assert.equal(await minke.ok("run", "--rm", "-v", `${shared}:/mnt`, "busybox", "cat", "/mnt/greeting"), "hello");
  const readOnly = ["run", "--rm", "-v", `${shared}:/mnt:ro`, "busybox", "touch", "/mnt/x"];
  assert.match(await minke.fails(1, ...readOnly), /Read-only file system/);
  const mount = ["--mount", `type=bind,src=${shared},dst=/mnt`];
  await minke.ok("run", "--rm", ...mount, "busybox", "sh", "-c", "echo written > /mnt/back");
  assert.equal(readFileSync(join(shared, "back"), "utf8"), "written\n");

  await minke.ok("run", "--rm", "-v", "data:/data", "busybox", "sh", "-c", "echo kept > /data/file");
  assert.equal(await minke.ok("run", "--rm", "-v", "data:/data", "busybox", "cat", "/data/file"), "kept");
  assert.equal(await minke.ok("volume", "ls", "-q"), "data");
  assert.equal(await minke.ok("volume", "rm", "data"), "data");

  const tmpfs = await minke.ok(
    "run",
    "--rm",
    "--tmpfs",
    "/scratch:size=1m",
    "busybox",
    "grep",
    "/scratch",
    "/proc/mounts",
  );
  assert.match(tmpfs, /^tmpfs \/scratch tmpfs .*size=1024k/);
});

test("a detached container runs on, logs, publishes a port and leaves its id where asked", async () => {
  await using minke = await openSandbox();
  const port = await freePort();
  const files = [join(minke.directory, "files", "cid"), join(minke.directory, "files", "pid")] as const;
  const marks = ["--cidfile", files[0], "--pidfile", files[1]];
  const serve = "echo served > /tmp/page; echo ready; exec httpd -f -p 80 -h /tmp";
  const id = await minke.ok("run", "-d", "--name", "web", "-p", `${port}:80`, ...marks, "busybox", "sh", "-c", serve);
  assert.match(id, /^[0-9a-f]{64}$/);
  assert.equal(readFileSync(files[0], "utf8"), id);
  assert.match(readFileSync(`/proc/${readFileSync(files[1], "utf8")}/cgroup`, "utf8"), new RegExp(id));
  const request = "GET /page HTTP/1.0\r\n\r\n";
  const answer = await until("the web server's answer", () =>
    ask({ port }, request, (text) => text.includes("served")),
  );
  assert.match(answer, /^HTTP\/1\.\d 200 OK/);
  assert.equal(await minke.ok("logs", "web"), "ready");
  assert.equal(await minke.ok("port", "web"), `80/tcp -> 0.0.0.0:${port}`);
  assert.match(await minke.ok("ps"), /^CONTAINER ID .*\n[0-9a-f]{12} .* Up .*->80\/tcp .*web$/m);

  const taken = await minke.run(["run", "-d", "--name", "second", "-p", `${port}:80`, "busybox", "true"]);
  assert.notEqual(taken.code, 0);
  assert.match(taken.stderr, new RegExp(`^Error: .*${port}.*address already in use\n$`));
  await minke.ok("rm", "-f", "-t", "0", "web");
  assert.equal(await ask({ port }, request), undefined);
});

test("a name is taken once, and --replace takes it over", async () => {
  await using minke = await openSandbox();
  const first = await minke.ok("create", "--name", "twin", "busybox", "true");
  assert.match(
    await minke.fails(125, "create", "--name", "twin", "busybox"),
    new RegExp(`"twin" is already in use by "?${first}`),
  );
  const replaced = await minke.ok("create", "--replace", "--name", "twin", "busybox", "true");
  const second = replaced.split("\n").at(-1);
  assert.notEqual(second, first);
  assert.equal(await minke.ok("ps", "-aq", "--no-trunc"), second);
});

test("limits reach the container's cgroup and inspect tells them", async () => {
  await using minke = await openSandbox();
  const limits = ["--memory", "64m", "--cpus", "0.5", "--pids-limit", "50"];
  const id = await minke.ok("run", "-d", ...limits, "busybox", "sleep", "1000");
  const hostConfig = await minke.ok(
    "inspect",
    "-f",
    "{{.HostConfig.Memory}} {{.HostConfig.PidsLimit}} {{.HostConfig.NanoCpus}}",
    id,
  );
  assert.equal(hostConfig, "67108864 50 500000000");
  const pid = await minke.ok("inspect", "-f", "{{.State.Pid}}", id);
  const groups = readFileSync(`/proc/${pid}/cgroup`, "utf8").split("\n");
  const v1 = groups.find((line) => /^\d+:pids:/.test(line))?.split(":")[2];
  const v2 = groups.find((line) => line.startsWith("0::"))?.split(":")[2];
  const file = v1 ? `/sys/fs/cgroup/pids${v1}/pids.max` : `/sys/fs/cgroup${v2}/pids.max`;
  assert.equal(readFileSync(file, "utf8").trim(), "50");
});
