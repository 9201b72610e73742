import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { assertExit } from "../support/command.ts";
import type { EngineCli } from "../support/engine-cli.ts";
import { openSandbox } from "../support/minke.ts";
import { until } from "../support/wait.ts";

const statusOf = (minke: EngineCli, name: string) => minke.ok("inspect", "-f", "{{.State.Status}}", name);

test("a container walks through its states", async () => {
  await using minke = await openSandbox();
  await minke.ok("create", "--name", "c", "busybox", "sh", "-c", "trap 'exit 3' TERM; while :; do sleep 0.05; done");
  assert.equal(await statusOf(minke, "c"), "created");
  assert.equal(await minke.ok("start", "c"), "c");
  assert.equal(await statusOf(minke, "c"), "running");
  await minke.ok("start", "c"); // Already running: nothing to do.
  assert.equal(await minke.ok("pause", "c"), "c");
  assert.equal(await statusOf(minke, "c"), "paused");
  assert.match(await minke.fails(125, "pause", "c"), /is already paused: container state improper/);
  assert.match(await minke.fails(255, "exec", "c", "true"), /container state improper/);
  assert.equal(await minke.ok("unpause", "c"), "c");
  assert.match(await minke.fails(125, "unpause", "c"), /is not paused, can't unpause: container state improper/);
  await minke.ok("stop", "c");
  assert.equal(await statusOf(minke, "c"), "exited");
  assert.equal(await minke.ok("wait", "c"), "3");
  assert.equal(await minke.ok("stop", "c"), "c");
  await minke.ok("restart", "-t", "0", "c");
  assert.equal(await statusOf(minke, "c"), "running");
  assert.match(
    await minke.fails(2, "rm", "c"),
    /as it is running - running or paused containers cannot be removed.*improper/,
  );
  await minke.ok("kill", "c");
  assert.equal(await minke.ok("wait", "c"), "137");
  assert.match(await minke.fails(125, "kill", "c"), /can only kill running containers.*container state improper/);
  assert.equal(await minke.ok("rm", "c"), "c");
  assert.match(await minke.fails(125, "inspect", "c"), /no such object: "c"/);
});

test("exec runs beside the container's process with its own settings", async () => {
  await using minke = await openSandbox();
  await minke.ok("run", "-d", "--name", "c", "-e", "A=container", "busybox", "sleep", "1000");
  const settings = ["-e", "B=exec", "-w", "/tmp", "--user", "app"];
  const output = await minke.ok("exec", ...settings, "c", "sh", "-c", "echo $A $B; pwd; id -un");
  assert.deepEqual(output.split("\n"), ["container exec", "/tmp", "app"]);
  assert.equal((await minke.run(["exec", "c", "sh", "-c", "exit 9"])).code, 9);
  assert.equal((await minke.run(["exec", "c", "/nosuch"])).code, 127);
  const echoed = await minke.run(["exec", "-i", "c", "cat"], { stdin: "typed\n" });
  assertExit(echoed);
  assert.equal(echoed.stdout, "typed\n");
  await minke.ok("exec", "-d", "c", "sh", "-c", "echo done > /tmp/mark");
  await until(
    "the detached command's file",
    async () => (await minke.run(["exec", "c", "cat", "/tmp/mark"])).code === 0,
  );
  await minke.ok("stop", "-t", "0", "c");
  assert.match(await minke.fails(255, "exec", "c", "true"), /only create exec sessions on running containers/);
});

test("logs can be cut, followed and stamped", async () => {
  await using minke = await openSandbox();
  await minke.ok("run", "--name", "c", "busybox", "sh", "-c", "seq 1 5; echo warn >&2");
  const all = await minke.run(["logs", "c"]);
  assert.equal(all.stdout, "1\n2\n3\n4\n5\n");
  assert.equal(all.stderr, "warn\n");
  assert.equal((await minke.run(["logs", "--tail", "2", "c"])).stdout, "5\n");
  assert.match(await minke.ok("logs", "-t", "--tail", "6", "c"), /^\d{4}-\d\d-\d\dT\S+ 1$/m);
  assert.equal(await minke.ok("logs", "--until", "2001-01-01T00:00:00Z", "c"), "");
  assert.equal((await minke.run(["logs", "--since", "2001-01-01T00:00:00Z", "c"])).stdout, all.stdout);

  await minke.ok(
    "run",
    "-d",
    "--name",
    "f",
    "busybox",
    "sh",
    "-c",
    "echo first; while [ ! -e /go ]; do sleep 0.02; done; echo last",
  );
  const followed = minke.run(["logs", "-f", "f"]);
  await minke.ok("exec", "f", "touch", "/go");
  assert.equal((await followed).stdout, "first\nlast\n");
});

test("attach shows what comes, and start -a ends with the exit code", async () => {
  await using minke = await openSandbox();
  await minke.ok("create", "-i", "--name", "c", "busybox", "sh", "-c", "read line; echo got $line; exit 4");
  const started = await minke.run(["start", "-a", "-i", "c"], { stdin: "word\n" });
  assertExit(started, 4);
  assert.equal(started.stdout, "got word\n");
  await minke.ok("run", "-d", "-i", "--name", "d", "busybox", "sh", "-c", "read line; echo got $line");
  const attached = await minke.run(["attach", "d"], { stdin: "other\n" });
  assertExit(attached);
  assert.equal(attached.stdout.trimEnd(), "got other");
});

test("ps filters, formats and counts", async () => {
  await using minke = await openSandbox();
  const ids: string[] = [];
  for (const name of ["a", "b", "c"])
    ids.push(await minke.ok("create", "--name", name, "--label", `kind=${name}`, "busybox", "sleep", "1000"));
  await minke.ok("start", "a");
  assert.equal(await minke.ok("ps", "--format", "{{.Names}}"), "a");
  assert.deepEqual((await minke.ok("ps", "-a", "--format", "{{.Names}}")).split("\n").sort(), ["a", "b", "c"]);
  assert.equal(await minke.ok("ps", "-aq", "--no-trunc", "--filter", "label=kind=b"), ids[1]);
  assert.equal(await minke.ok("ps", "-a", "--filter", "status=running", "--format", "{{.ID}}"), ids[0]?.slice(0, 12));
  assert.equal(await minke.ok("ps", "-q", "--filter", "name=c"), "");
  const rows = await minke.json<{ Id: string; Names: string[]; State: string }[]>("ps", "-a", "--format", "json");
  assert.equal(rows.length, 3);
  assert.equal(rows.find((row) => row.Id === ids[0])?.State, "running");
  assert.deepEqual((await minke.ok("rm", "-f", "-a", "-t", "0")).split("\n").sort(), [...ids].sort());
});

test("a restart policy starts a failing container again, as often as it says", async () => {
  await using minke = await openSandbox();
  const policy = ["--restart", "on-failure:2"];
  await minke.ok(
    "run",
    "-d",
    "--name",
    "c",
    ...policy,
    "-v",
    "count:/count",
    "busybox",
    "sh",
    "-c",
    "echo x >> /count/n; exit 1",
  );
  const counted = ["inspect", "-f", "{{.RestartCount}} {{.State.Status}}", "c"];
  await until("two restarts", async () => (await minke.ok(...counted)) === "2 exited");
  assert.equal(await minke.ok("run", "--rm", "-v", "count:/count", "busybox", "sh", "-c", "wc -l < /count/n"), "3");
  await minke.ok("rm", "c");
  await minke.ok("volume", "rm", "count");
});

test("wait returns codes of several containers, also when they are removed at once", async () => {
  await using minke = await openSandbox();
  const signal = `${join(minke.directory, "files")}:/signal`;
  const script = "while [ ! -e /signal/go ]; do sleep 0.02; done; exit 6";
  const id = await minke.ok("run", "-d", "--rm", "-v", signal, "busybox", "sh", "-c", script);
  const waited = minke.run(["wait", id]);
  minke.file("go", "");
  const result = await waited;
  assert.deepEqual([result.code, result.stdout], [0, "6\n"]);
  await minke.run(["run", "--name", "x", "busybox", "sh", "-c", "exit 1"]);
  await minke.run(["run", "--name", "y", "busybox", "sh", "-c", "exit 2"]);
  assert.equal(await minke.ok("wait", "x", "y"), "1\n2");
});
