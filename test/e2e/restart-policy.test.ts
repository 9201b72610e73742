import assert from "node:assert/strict";
import { test } from "node:test";
import type { EngineCli } from "../support/engine-cli.ts";
import { openSandbox } from "../support/minke.ts";
import { until } from "../support/wait.ts";

const inspect = (minke: EngineCli, format: string, name: string) => minke.ok("inspect", "-f", format, name);

/** Waits until a container has ended for good, and returns how often its policy started it. */
async function restartsOf(minke: EngineCli, name: string): Promise<number> {
  const state = "{{.State.Status}} {{.State.Restarting}} {{.RestartCount}}";
  // podman's `exited` means cleaned up, so nothing follows.
  const last = await until(`${name} to end`, async () => {
    const text = await inspect(minke, state, name);
    return text.startsWith("exited false") ? text : undefined;
  });
  return Number(last.split(" ")[2]);
}

async function countEvents(minke: EngineCli, name: string, event: string): Promise<number> {
  const filters = ["--filter", `container=${name}`, "--filter", `event=${event}`];
  const text = await minke.ok("events", "--stream=false", "--since", "1h", ...filters);
  return text === "" ? 0 : text.split("\n").length;
}

test("on-failure:2 restarts a failing container exactly twice, and a good one never", async () => {
  await using minke = await openSandbox();
  const run = (name: string, ...args: readonly string[]) => minke.ok("run", "-d", "--name", name, ...args);
  await run("bad", "--restart", "on-failure:2", "busybox", "sh", "-c", "exit 1");
  await run("good", "--restart", "on-failure:2", "busybox", "true");
  await run("plain", "busybox", "sh", "-c", "exit 1");
  await until("two restarts", async () => (await countEvents(minke, "bad", "died")) === 3);
  assert.equal(await restartsOf(minke, "bad"), 2);
  assert.equal(await restartsOf(minke, "good"), 0);
  assert.equal(await restartsOf(minke, "plain"), 0);
  assert.equal(await countEvents(minke, "bad", "restart"), 2);
  assert.equal(await inspect(minke, "{{.State.ExitCode}}", "bad"), "1");
  // A start by hand begins anew.
  await minke.ok("start", "bad");
  await until("two more restarts", async () => (await countEvents(minke, "bad", "died")) === 6);
  assert.equal(await restartsOf(minke, "bad"), 2);
});

/** Waits until a failing container has begun to wait for its seventh restart or a later one: 6.4 s, time enough to act. */
async function waitsLong(minke: EngineCli, name: string): Promise<void> {
  await until(`${name} to wait`, async () => {
    const [restarting, count] = (await inspect(minke, "{{.State.Restarting}} {{.RestartCount}}", name)).split(" ");
    return restarting === "true" && Number(count) >= 7;
  });
}

test("while it backs off a container shows as restarting; stop, kill, rm and start take that back", async () => {
  await using minke = await openSandbox();
  const names = ["stop", "kill", "rm", "start"];
  for (const name of names)
    await minke.ok("run", "-d", "--name", name, "--restart", "always", "busybox", "sh", "-c", "exit 7");
  await waitsLong(minke, "stop");
  const row = ["--filter", "name=^stop$", "--format", "{{.Status}}"];
  await until("ps to say so", async () => /^Restarting \(7\) /.test(await minke.ok("ps", "-a", ...row)));
  const listed = () => minke.ok("ps", "--filter", "status=restarting", "--format", "{{.Names}}");
  await until("ps to filter it", async () => (await listed()).split("\n").includes("stop"));
  await waitsLong(minke, "stop");
  await minke.ok("stop", "-t", "0", "stop");
  await waitsLong(minke, "kill");
  await minke.ok("kill", "kill");
  for (const name of ["stop", "kill"])
    await until(
      `${name} to rest`,
      async () => (await inspect(minke, "{{.State.Status}} {{.State.Restarting}}", name)) === "exited false",
    );
  // A loaded machine may come too late, when it runs again for a moment: then the next wait will do.
  await until("rm to find it waiting", async () => {
    await waitsLong(minke, "rm");
    return (await minke.run(["rm", "rm"])).code === 0;
  });
  assert.equal(await minke.ok("ps", "-aq", "--filter", "name=^rm$"), "");
  await until("start to find it waiting, and to begin anew", async () => {
    await waitsLong(minke, "start");
    await minke.ok("start", "start");
    return Number(await inspect(minke, "{{.RestartCount}}", "start")) < 7;
  });
});

test("a container that was stopped or killed by hand stays so under every policy", async () => {
  await using minke = await openSandbox();
  for (const policy of ["always", "unless-stopped", "on-failure"]) {
    await minke.ok("run", "-d", "--name", policy, "--restart", policy, "busybox", "sleep", "1000");
    await minke.ok("stop", "-t", "0", policy);
    assert.equal(await restartsOf(minke, policy), 0);
    await minke.ok("start", policy);
    await minke.ok("kill", policy);
    assert.equal(await restartsOf(minke, policy), 0);
  }
});

test("a pod's policy is for the members without their own", async () => {
  await using minke = await openSandbox();
  await minke.ok("pod", "create", "--name", "p", "--restart", "on-failure:1");
  const member = (name: string, ...args: readonly string[]) =>
    minke.ok("create", "--pod", "p", "--name", name, ...args);
  await member("theirs", "busybox", "sh", "-c", "exit 1");
  await member("own", "--restart", "no", "busybox", "sh", "-c", "exit 1");
  await minke.ok("pod", "start", "p");
  await until("the restart", async () => (await countEvents(minke, "theirs", "died")) === 2);
  assert.equal(await restartsOf(minke, "theirs"), 1);
  assert.equal(await restartsOf(minke, "own"), 0);
  assert.equal(await minke.ok("pod", "inspect", "-f", "{{.RestartPolicy}}", "p"), "on-failure:1");
});
