import assert from "node:assert/strict";
import { test } from "node:test";
import type { EngineCli } from "../support/engine-cli.ts";
import { openSandbox } from "../support/minke.ts";

const statusOf = (minke: EngineCli, name: string) => minke.ok("inspect", "-f", "{{.State.Status}}", name);

const PATIENT = ["--health-interval", "50ms", "--health-start-period", "1h"];

test("members wait until what they need is healthy, ready or done, at every start and restart", async () => {
  await using minke = await openSandbox();
  await minke.ok("pod", "create", "--name", "p");
  const serve = "sleep 0.2; mkdir -p /www; echo page > /www/x; exec httpd -f -p 80 -h /www";
  const checks = ["--health-tcp", "80", ...PATIENT, "--ready-http", "80/x", "--ready-interval", "50ms"];
  const member = (name: string, ...args: readonly string[]) =>
    minke.ok("create", "--pod", "p", "--name", name, "--stop-timeout", "0", ...args);
  await member("db", ...checks, "busybox", "sh", "-c", serve);
  await member("job", "--requires", "db:ready", "busybox", "wget", "-qO-", "http://127.0.0.1/x");
  await member("web", "--requires", "job:completed:60s,db:healthy:60s", "busybox", "sleep", "1000");
  await minke.ok("pod", "start", "p");
  assert.equal(await minke.ok("logs", "job"), "page");
  assert.equal(await statusOf(minke, "web"), "running");
  await minke.ok("pod", "restart", "p");
  assert.equal(await minke.ok("logs", "job"), "page\npage");
  // The job is done in this boot: starting its dependant again does not do it again.
  await minke.ok("restart", "web");
  await minke.ok("stop", "web");
  await minke.ok("start", "web");
  assert.equal(await minke.ok("logs", "job"), "page\npage");
  await minke.ok("pod", "stop", "p");
  await minke.ok("start", "web");
  assert.equal(await statusOf(minke, "db"), "running");
});

test("a dependency that is unhealthy, ends or is late fails its dependants, and nobody else", async () => {
  await using minke = await openSandbox();
  await minke.ok("pod", "create", "--name", "p");
  const member = (name: string, ...args: readonly string[]) =>
    minke.ok("create", "--pod", "p", "--name", name, "--stop-timeout", "0", ...args);
  const probe = ["--health-tcp", "81", "--health-interval", "50ms", "--health-retries", "2"];
  await member("sick", ...probe, "busybox", "sleep", "1000");
  await member("slow", "--health-tcp", "81", ...PATIENT, "busybox", "sleep", "1000");
  await member("job", "busybox", "sh", "-c", "exit 4");
  await member("a", "--requires", "sick:healthy", "busybox", "sleep", "1000");
  await member("b", "--requires", "slow:healthy:300ms", "busybox", "sleep", "1000");
  await member("c", "--requires", "job:completed", "busybox", "sleep", "1000");
  await member("after-c", "--requires", "c", "busybox", "sleep", "1000");
  await member("free", "busybox", "sleep", "1000");
  const error = await minke.fails(125, "pod", "start", "p");
  assert.match(error, /container a needs container sick to be healthy, but it is unhealthy/);
  assert.match(error, /container b needs container slow to be healthy, but it was not within 0\.3 s/);
  assert.match(error, /container c needs container job to be completed, but it exited with code 4/);
  assert.match(error, /a dependency of container [0-9a-f]{64} failed to start/);
  for (const name of ["a", "b", "c", "after-c"]) assert.equal(await statusOf(minke, name), "created", name);
  assert.equal(await statusOf(minke, "free"), "running");
  assert.match(await minke.fails(125, "start", "a"), /to be healthy, but it is unhealthy/);
});

test("a condition that can never be met is refused at creation", async () => {
  await using minke = await openSandbox();
  await minke.ok("create", "--name", "plain", "busybox", "true");
  const refused = (requirement: string) => minke.fails(125, "create", "--requires", requirement, "busybox", "true");
  assert.match(await refused("plain:healthy"), /plain has no health check/);
  assert.match(await refused("plain:ready"), /plain has no readiness check/);
  assert.match(await refused("plain:better"), /invalid condition "better"/);
  assert.match(await refused("nosuch:completed"), /nosuch/);
});
