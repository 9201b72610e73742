import assert from "node:assert/strict";
import { test } from "node:test";
import type { EngineCli } from "../support/engine-cli.ts";
import { imageTar } from "../support/images.ts";
import { processesOf } from "../support/leaks.ts";
import { openSandbox } from "../support/minke.ts";
import { until } from "../support/wait.ts";

interface Health {
  readonly Status: string;
  readonly FailingStreak: number;
  readonly Log: readonly { readonly ExitCode: number; readonly Output: string }[] | null;
}

const healthOf = async (minke: EngineCli, name: string) =>
  JSON.parse(await minke.ok("inspect", "-f", "{{json .State.Health}}", name)) as Health;

const supervisorsOf = (minke: EngineCli) =>
  processesOf([minke.directory]).filter(({ command }) => command.endsWith(" system supervise"));

const healthEvents = async (minke: EngineCli, name: string) => {
  const lines = await minke.ok("events", "--stream=false", "--since", "0", "--filter", `container=${name}`);
  return [...lines.matchAll(/health_status=(\w+)/g)].map((match) => match[1]);
};

const OFTEN = ["--health-interval", "100ms", "--health-retries", "2"];

test("a command probes health: unhealthy after failures in a row, healthy at the first success; events on change", async () => {
  await using minke = await openSandbox();
  const probe = ["--health-cmd", "echo looked; test -e /ok", ...OFTEN];
  await minke.ok("run", "-d", "--name", "c", ...probe, "busybox", "sleep", "1000");
  await minke.ok("wait", "--condition", "unhealthy", "c");
  const sick = await healthOf(minke, "c");
  assert.equal(sick.Status, "unhealthy");
  assert.ok(sick.FailingStreak >= 2);
  assert.deepEqual([sick.Log?.[0]?.ExitCode, sick.Log?.[0]?.Output], [1, "looked"]);
  assert.match(await minke.ok("ps", "--format", "{{.Status}}"), /^Up .*\(unhealthy\)$/);
  assert.equal(await minke.ok("ps", "--filter", "health=unhealthy", "--format", "{{.Names}}"), "c");
  await minke.ok("exec", "c", "touch", "/ok");
  assert.equal(await minke.ok("wait", "--condition", "healthy", "c"), "-1");
  assert.equal(await minke.ok("ps", "-q", "--filter", "health=unhealthy"), "");
  assert.equal((await healthOf(minke, "c")).FailingStreak, 0);
  await until("five log entries", async () => (await healthOf(minke, "c")).Log?.length === 5);
  assert.deepEqual(await healthEvents(minke, "c"), ["unhealthy", "healthy"]);
  await minke.ok("stop", "-t", "0", "c");
  assert.equal((await healthOf(minke, "c")).Status, "healthy");
});

test("TCP and HTTP are asked inside the network namespace, without tools in the image", async () => {
  await using minke = await openSandbox({ images: ["redis"] });
  const port = ["--health-tcp", "6379", "--health-interval", "50ms", "--health-retries", "1000"];
  await minke.ok("pod", "create", "--name", "p");
  await minke.ok("create", "--pod", "p", "--name", "db", ...port, "redis");
  // redis answers a GET with an error: it accepts connections, but serves no HTTP.
  const web = ["--health-http", "6379/", "--health-interval", "50ms", "--health-retries", "2"];
  await minke.ok("create", "--pod", "p", "--name", "web", ...web, "--entrypoint", "sleep", "redis", "1000");
  await minke.ok("pod", "start", "p");
  await minke.ok("wait", "--condition", "healthy", "db");
  await minke.ok("wait", "--condition", "unhealthy", "web");
  const page = "mkdir /www; echo hi > /www/page; exec httpd -f -p 8080 -h /www";
  const served = ["--health-http", "8080/page", "--health-interval", "50ms", "--health-start-period", "1h"];
  await minke.ok("run", "-d", "--name", "http", ...served, "--entrypoint", "sh", "redis", "-c", page);
  await minke.ok("wait", "--condition", "healthy", "http");
  assert.match((await healthOf(minke, "http")).Log?.at(-1)?.Output ?? "", /^HTTP\/1\.1 200 OK/);
});

test("a probe that takes too long is killed, and counts as failed", async () => {
  await using minke = await openSandbox();
  const probe = ["--health-cmd", "sleep 54321; true", "--health-timeout", "1s", "--health-interval", "1h"];
  await minke.ok("run", "-d", "--name", "c", "--health-retries", "1", ...probe, "busybox", "sleep", "1000");
  await minke.ok("wait", "--condition", "unhealthy", "c");
  assert.equal((await healthOf(minke, "c")).Log?.[0]?.ExitCode, -1);
  await until("the probe to be gone", async () => !(await minke.ok("exec", "c", "ps")).includes("54321"));
});

test("what is to happen to an unhealthy container happens", async () => {
  await using minke = await openSandbox();
  const run = (name: string, action: string, ...more: readonly string[]) => {
    const probe = ["--health-cmd", "test ! -e /bad", "--health-interval", "100ms", "--health-retries", "1"];
    const flags = ["--health-on-failure", action, "--stop-timeout", "0", ...more];
    return minke.ok("run", "-d", "--name", name, ...probe, ...flags, "busybox", "sleep", "1000");
  };
  await run("killed", "kill");
  await run("stopped", "stop");
  await run("left", "none");
  await run("revived", "kill", "--restart", "on-failure:1");
  for (const name of ["killed", "stopped", "left"]) await minke.ok("exec", name, "touch", "/bad");
  assert.equal(await minke.ok("wait", "killed", "stopped"), "137\n137");
  await minke.ok("wait", "--condition", "unhealthy", "left");
  assert.equal(await minke.ok("inspect", "-f", "{{.State.Status}}", "left"), "running");
  const count = () => minke.ok("inspect", "-f", "{{.RestartCount}}", "revived");
  await minke.ok("exec", "revived", "touch", "/bad");
  await until("the restart policy to answer the kill", async () => (await count()) === "1");
  // The file is still there: it is killed once more, and that was the last restart.
  await until("the end", async () => (await minke.ok("inspect", "-f", "{{.State.Status}}", "revived")) === "exited");

  const again = ["--health-cmd", "test ! -e /tmp/bad", "--health-interval", "100ms", "--health-retries", "1"];
  const fresh = ["--tmpfs", "/tmp", "--health-on-failure", "restart", "--stop-timeout", "0"];
  await minke.ok("run", "-d", "--name", "restarted", ...again, ...fresh, "busybox", "sleep", "1000");
  await minke.ok("wait", "--condition", "healthy", "restarted");
  const started = () => minke.ok("inspect", "-f", "{{.State.StartedAt}}", "restarted");
  const before = await started();
  await minke.ok("exec", "restarted", "touch", "/tmp/bad");
  await until("the restart", async () => {
    const now = await minke.run(["inspect", "-f", "{{.State.Status}} {{.State.StartedAt}}", "restarted"]);
    return now.stdout.startsWith("running") && !now.stdout.includes(before);
  });
  await minke.ok("wait", "--condition", "healthy", "restarted");
});

test("healthcheck run checks once, and says what podman says", async () => {
  await using minke = await openSandbox();
  const probe = ["--health-cmd", "test -e /ok", "--health-interval", "disable"];
  const id = await minke.ok("run", "-d", "--name", "c", ...probe, "busybox", "sleep", "1000");
  const plain = await minke.ok("create", "--name", "plain", "--no-healthcheck", "busybox", "true");
  assert.equal((await healthOf(minke, "c")).Status, "starting");
  const failed = await minke.run(["healthcheck", "run", "c"]);
  assert.deepEqual([failed.code, failed.stdout], [1, "unhealthy\n"]);
  await minke.ok("exec", "c", "touch", "/ok");
  assert.equal(await minke.ok("healthcheck", "run", "c"), "");
  assert.equal((await healthOf(minke, "c")).Status, "healthy");
  assert.match(
    await minke.fails(125, "healthcheck", "run", "plain"),
    new RegExp(`${plain} has no defined healthcheck`),
  );
  assert.match(
    await minke.fails(125, "healthcheck", "run", "nosuch"),
    /unable to look up nosuch to perform a health check/,
  );
  await minke.ok("stop", "-t", "0", "c");
  assert.match(await minke.fails(125, "healthcheck", "run", "c"), new RegExp(`container ${id} is not running`));
});

test("an image's health check is used, and a kill of the supervisor does not end it", async () => {
  await using minke = await openSandbox();
  const check = "HEALTHCHECK --interval=1s --retries=1 CMD test -e /ok";
  const changes = ['CMD ["sh"]', "ENV PATH=/bin", check].flatMap((change) => ["--change", change]);
  await minke.ok("import", ...changes, imageTar("busybox"), "checked");
  await minke.ok("run", "-d", "--name", "c", "checked", "sleep", "1000");
  await minke.ok("wait", "--condition", "unhealthy", "c");
  const [supervisor, ...others] = supervisorsOf(minke);
  assert.ok(supervisor);
  assert.deepEqual(others, []);
  process.kill(supervisor.pid, "SIGKILL");
  await until("the supervisor to be gone", () => supervisorsOf(minke).length === 0);
  await minke.ok("exec", "c", "touch", "/ok");
  // The wait is what notices that nobody probes any more.
  await minke.ok("wait", "--condition", "healthy", "c");
  assert.notEqual(supervisorsOf(minke)[0]?.pid, supervisor.pid);
  await minke.ok("rm", "-f", "-t", "0", "c");
  await until("the supervisor to leave", () => supervisorsOf(minke).length === 0);
});
