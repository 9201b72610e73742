import assert from "node:assert/strict";
import { test } from "node:test";
import { openSandbox } from "../support/minke.ts";
import { ask, freePort, redisAnswers, until } from "../support/wait.ts";

test("a pod with a published port, an init container and a dependency serves, stops, starts again and goes", async () => {
  await using minke = await openSandbox({ images: ["busybox", "redis"] });
  const port = await freePort();
  await minke.ok("pod", "create", "--name", "shop", "-p", `${port}:6379`, "--label", "tier=test");
  const prepare = ["--init-ctr", "always", "-v", "state:/state", "busybox", "sh", "-c", "echo ready >> /state/log"];
  await minke.ok("create", "--pod", "shop", "--name", "prepare", ...prepare);
  await minke.ok("create", "--pod", "shop", "--name", "db", "redis");
  const client = 'until redis-cli ping; do sleep 0.02; done; redis-cli set key "from a member"; exec sleep 1000';
  const member = ["--entrypoint", "sh", "redis", "-c", client];
  await minke.ok("create", "--pod", "shop", "--name", "web", "--requires", "db", ...member);
  assert.match(await minke.ok("pod", "ps"), /^POD ID .*\n[0-9a-f]{12} +shop +Created .* 4$/m);

  assert.equal(await minke.ok("pod", "start", "shop"), await minke.ok("pod", "inspect", "-f", "{{.ID}}", "shop"));
  assert.equal(await minke.ok("pod", "ps", "--format", "{{.Name}} {{.Status}}"), "shop Running");
  await until("redis on the published port", () => redisAnswers(port));
  const get = () => ask({ port }, "GET key\r\n", (text) => text.includes("member"));
  assert.equal(await until("the key that the member sets", get), "$13\r\nfrom a member\r\n");
  const started = await minke.ok("inspect", "-f", "{{.State.StartedAt}}", "prepare", "db", "web");
  assert.equal(started.split("\n").length, 3);

  await minke.ok("pod", "stop", "-t", "1", "shop");
  assert.equal(await minke.ok("pod", "ps", "--format", "{{.Status}}"), "Exited");
  assert.equal(await redisAnswers(port), false);
  await minke.ok("pod", "start", "shop");
  await until("redis after the second start", () => redisAnswers(port));
  assert.equal(await minke.ok("run", "--rm", "-v", "state:/state", "busybox", "cat", "/state/log"), "ready\nready");
  await minke.ok("pod", "rm", "-f", "-t", "0", "shop");
  assert.equal(await minke.ok("ps", "-aq"), "");
  await minke.ok("volume", "rm", "state");
});

test("members share network, host name and IPC, and each keeps its own files and processes", async () => {
  await using minke = await openSandbox();
  await minke.ok("pod", "create", "--name", "p", "--hostname", "whale", "--add-host", "db.example:10.9.8.7");
  const serve = "echo from-a > /tmp/page; exec httpd -f -p 80 -h /tmp";
  await minke.ok("run", "-d", "--pod", "p", "--name", "a", "busybox", "sh", "-c", serve);
  const look =
    "until wget -qO- http://127.0.0.1/page; do sleep 0.02; done; hostname; ls /tmp; cat /proc/1/comm; cat /etc/hosts";
  const seen = await minke.ok("run", "--rm", "--pod", "p", "busybox", "sh", "-c", look);
  const [page, host, first] = seen.split("\n");
  assert.deepEqual([page, host, first], ["from-a", "whale", "sh"]);
  assert.match(seen, /^10\.9\.8\.7\s+db\.example$/m);
  const ids = await minke.ok("pod", "inspect", "-f", "{{.NumContainers}} {{.State}}", "p");
  assert.equal(ids, "2 Running");
});

test("verbs on a pod reach every member", async () => {
  await using minke = await openSandbox();
  await minke.ok("pod", "create", "--name", "p");
  for (const name of ["a", "b", "c"])
    await minke.ok("create", "--pod", "p", "--name", name, "busybox", "sleep", "1000");
  const states = async () => {
    const rows = await minke.json<{ State: string }[]>("ps", "-a", "--filter", "pod=p", "--format", "json");
    return [...new Set(rows.map((row) => row.State))];
  };
  await minke.ok("pod", "start", "p");
  assert.deepEqual(await states(), ["running"]);
  await minke.ok("pod", "pause", "p");
  assert.equal(await minke.ok("pod", "ps", "--format", "{{.Status}}"), "Paused");
  await minke.ok("pod", "unpause", "p");
  assert.deepEqual(await states(), ["running"]);
  await minke.ok("pod", "kill", "p");
  await minke.ok("pod", "restart", "p");
  assert.deepEqual(await states(), ["running"]);
  const refused = await minke.run(["pod", "rm", "p"]);
  assert.notEqual(refused.code, 0);
  assert.match(refused.stderr, /running or paused containers cannot be removed without force/);
  await minke.ok("pod", "kill", "p");
  await until("every member to end", async () => !(await states()).includes("running"));
  assert.equal(await minke.ok("wait", "a"), "137");
  await minke.ok("pod", "rm", "p");
  assert.equal(await minke.ok("pod", "ps", "-q"), "");
});

test("a failing init container keeps the members from starting, and says which one failed", async () => {
  await using minke = await openSandbox();
  await minke.ok("pod", "create", "--name", "p");
  const init = await minke.ok("create", "--pod", "p", "--init-ctr", "once", "busybox", "sh", "-c", "exit 5");
  await minke.ok("create", "--pod", "p", "--name", "m", "busybox", "sleep", "1000");
  const error = await minke.fails(125, "pod", "start", "p");
  assert.match(error, new RegExp(`init container ${init} exited with code 5`));
  assert.equal(await minke.ok("inspect", "-f", "{{.State.Status}}", "m"), "created");
});

test("a member that cannot start fails alone; what depends on it does not run", async () => {
  await using minke = await openSandbox();
  await minke.ok("pod", "create", "--name", "p");
  await minke.ok("create", "--pod", "p", "--name", "bad", "busybox", "/nosuch");
  await minke.ok("create", "--pod", "p", "--name", "after", "--requires", "bad", "busybox", "sleep", "1000");
  await minke.ok("create", "--pod", "p", "--name", "good", "busybox", "sleep", "1000");
  const error = await minke.fails(125, "pod", "start", "p");
  assert.match(error, /nosuch/);
  assert.equal(await minke.ok("inspect", "-f", "{{.State.Status}}", "good"), "running");
  assert.notEqual(await minke.ok("inspect", "-f", "{{.State.Status}}", "after"), "running");
  assert.equal(await minke.ok("pod", "ps", "--format", "{{.Status}}"), "Degraded");
});

test("when the last member has ended, an exit policy of stop ends the pod", async () => {
  await using minke = await openSandbox();
  await minke.ok("pod", "create", "--name", "p", "--exit-policy", "stop");
  await minke.ok("run", "--pod", "p", "busybox", "true");
  await until("the pod to end", async () => (await minke.ok("pod", "ps", "--format", "{{.Status}}")) === "Exited");
});
