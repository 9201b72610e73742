import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { EngineCli } from "../support/engine-cli.ts";
import { processesOf } from "../support/leaks.ts";
import { openSandbox } from "../support/minke.ts";
import { until } from "../support/wait.ts";

const inspect = (minke: EngineCli, format: string, name: string) => minke.ok("inspect", "-f", format, name);
const statusOf = (minke: EngineCli, name: string) => inspect(minke, "{{.State.Status}}", name);

/** Ended, before and after its clean-up. */
const ENDED = /^(stopped|exited)$/;

function kill9(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}

/** The monitor of a container: its process's parent. */
function monitorOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[1]);
}

async function canStopStartRemove(minke: EngineCli, name: string): Promise<void> {
  await minke.ok("stop", "-t", "0", name);
  assert.equal(await statusOf(minke, name), "exited");
  await minke.ok("start", name);
  assert.equal(await statusOf(minke, name), "running");
  assert.equal(await minke.ok("exec", name, "echo", "alive"), "alive");
  await minke.ok("rm", "-f", "-t", "0", name);
  assert.equal(await minke.ok("ps", "-aq"), "");
}

test("kill -9 of a container's process is an exit with 137", async () => {
  await using minke = await openSandbox();
  await minke.ok("run", "-d", "--name", "c", "busybox", "sleep", "1000");
  kill9(Number(await inspect(minke, "{{.State.Pid}}", "c")));
  assert.equal(await minke.ok("wait", "c"), "137");
  assert.match(await statusOf(minke, "c"), ENDED);
  await minke.ok("start", "c");
  await canStopStartRemove(minke, "c");
});

test("kill -9 of conmon leaves a container that can be stopped, started and removed", async () => {
  await using minke = await openSandbox();
  await minke.ok("run", "-d", "--name", "c", "busybox", "sleep", "1000");
  const pid = Number(await inspect(minke, "{{.State.Pid}}", "c"));
  kill9(monitorOf(pid));
  assert.equal(await statusOf(minke, "c"), "running");
  await canStopStartRemove(minke, "c");
});

test("kill -9 of conmon and the container at once is seen as an end", async () => {
  await using minke = await openSandbox();
  await minke.ok("run", "-d", "--name", "c", "busybox", "sleep", "1000");
  const pid = Number(await inspect(minke, "{{.State.Pid}}", "c"));
  const monitor = monitorOf(pid);
  kill9(monitor);
  kill9(pid);
  await until("the end to be seen", async () => ENDED.test(await statusOf(minke, "c")));
  await minke.ok("start", "c");
  await canStopStartRemove(minke, "c");
});

test("everything of a pod killed at once: the pod stops, starts and goes", async () => {
  await using minke = await openSandbox();
  await minke.ok("pod", "create", "--name", "p");
  for (const name of ["a", "b"]) await minke.ok("create", "--pod", "p", "--name", name, "busybox", "sleep", "1000");
  await minke.ok("pod", "start", "p");
  const ids = (await minke.ok("ps", "-aq", "--no-trunc")).split("\n");
  for (const { pid } of processesOf(ids)) kill9(pid);
  await until("the end of the pod", async () => (await minke.ok("pod", "ps", "--format", "{{.Status}}")) === "Exited");
  await minke.ok("pod", "stop", "p");
  await minke.ok("pod", "start", "p");
  assert.equal(await minke.ok("pod", "ps", "--format", "{{.Status}}"), "Running");
  assert.equal(await minke.ok("exec", "a", "echo", "alive"), "alive");
  await minke.ok("pod", "rm", "-f", "-t", "0", "p");
  assert.equal(await minke.ok("ps", "-aq"), "");
});

/** Starts a command and kills it with SIGKILL after so many milliseconds, unless it has ended before. */
async function interrupted(minke: EngineCli, args: readonly string[], delay: number): Promise<void> {
  const [program, ...globals] = minke.command;
  const child = spawn(program, [...globals, ...args], { env: minke.env, stdio: "ignore" });
  const timer = setTimeout(() => child.kill("SIGKILL"), delay);
  await once(child, "exit");
  clearTimeout(timer);
}

// The delays spread over the time that the command takes here; where each falls does not matter: whatever was interrupted,
// the same must hold afterwards.
const DELAYS = [5, 15, 25, 40, 60, 90, 130, 180];

test("kill -9 of minke anywhere in pod start: the next commands start, stop and remove the pod", async () => {
  await using minke = await openSandbox();
  for (const delay of DELAYS) {
    await minke.ok("pod", "create", "--name", "p");
    for (const name of ["a", "b"]) await minke.ok("create", "--pod", "p", "--name", name, "busybox", "sleep", "1000");
    await interrupted(minke, ["pod", "start", "p"], delay);
    await minke.ok("pod", "start", "p");
    assert.equal(await minke.ok("pod", "ps", "--format", "{{.Status}}"), "Running", `killed after ${delay} ms`);
    assert.equal(await minke.ok("exec", "b", "echo", "alive"), "alive");
    await interrupted(minke, ["pod", "stop", "-t", "0", "p"], delay);
    await minke.ok("pod", "stop", "-t", "0", "p");
    assert.equal(await minke.ok("pod", "ps", "--format", "{{.Status}}"), "Exited", `killed after ${delay} ms`);
    await interrupted(minke, ["pod", "rm", "-f", "p"], delay);
    await minke.ok("pod", "rm", "-f", "--ignore", "p");
    assert.equal(await minke.ok("ps", "-aq"), "");
  }
});

test("kill -9 of minke anywhere in create and run leaves nothing that rm -f cannot take away", async () => {
  await using minke = await openSandbox();
  for (const delay of DELAYS) {
    await interrupted(minke, ["run", "-d", "--name", "c", "busybox", "sleep", "1000"], delay);
    await minke.ok("rm", "-f", "-t", "0", "c");
    await minke.ok("run", "--rm", "--name", "c", "busybox", "true");
    assert.equal(await minke.ok("ps", "-aq"), "", `killed after ${delay} ms`);
  }
});
