import assert from "node:assert/strict";
import { test } from "node:test";
import { openSandbox } from "../support/minke.ts";
import { until } from "../support/wait.ts";

test("containers of a network find each other by name and alias", async () => {
  await using minke = await openSandbox();
  await minke.ok("network", "create", "front");
  const serve = "echo pong > /tmp/page; exec httpd -f -p 80 -h /tmp";
  const names = ["--name", "server", "--network", "front", "--network-alias", "www"];
  await minke.ok("run", "-d", ...names, "busybox", "sh", "-c", serve);
  const fetch = (host: string) =>
    minke.run(["run", "--rm", "--network", "front", "busybox", "wget", "-qO-", `http://${host}/page`]);
  await until("the server's page", async () => (await fetch("server")).stdout === "pong\n");
  assert.equal((await fetch("www")).stdout, "pong\n");
  assert.notEqual((await fetch("nobody")).code, 0);
  assert.match(await minke.fails(2, "network", "rm", "front"), /"front" has associated containers with it/);
  await minke.ok("rm", "-f", "-t", "0", "server");
  assert.equal(await minke.ok("network", "rm", "front"), "front");
});

test("a network keeps its subnet, and an address is given once", async () => {
  await using minke = await openSandbox();
  await minke.ok("network", "create", "--subnet", "10.213.7.0/24", "net");
  const [net] = await minke.json<{ subnets: { gateway: string }[] }[]>("network", "inspect", "net");
  assert.equal(net?.subnets[0]?.gateway, "10.213.7.1");
  const fixed = ["run", "-d", "--network", "net", "--ip", "10.213.7.77"];
  const id = await minke.ok(...fixed, "busybox", "sleep", "1000");
  assert.match(await minke.ok("exec", id, "ip", "-o", "-4", "addr", "show", "eth0"), / 10\.213\.7\.77\/24 /);
  const second = await minke.run([...fixed, "--name", "second", "busybox", "true"]);
  assert.notEqual(second.code, 0);
  assert.match(second.stderr, /10\.213\.7\.77/);
  await minke.ok("rm", "-f", "-a", "-t", "0");
  await minke.ok("network", "rm", "net");
});

test("the other network modes: none, host, and another container's", async () => {
  await using minke = await openSandbox();
  const devices = ["busybox", "ls", "/sys/class/net"];
  assert.equal(await minke.ok("run", "--rm", "--network", "none", ...devices), "lo");
  const host = await minke.ok("run", "--rm", "--network", "host", "busybox", "cat", "/proc/net/dev");
  assert.match(host, /^\s*lo:/m);
  const id = await minke.ok("run", "-d", "busybox", "sleep", "1000");
  const address = ["ip", "-o", "-4", "addr", "show", "eth0"];
  const shared = await minke.ok("run", "--rm", "--network", `container:${id}`, "busybox", ...address);
  assert.equal(shared, await minke.ok("exec", id, ...address));
});

test("a member that a pod's network serves is reachable from another pod", async () => {
  await using minke = await openSandbox();
  await minke.ok("network", "create", "mesh");
  for (const pod of ["a", "b"]) await minke.ok("pod", "create", "--name", pod, "--network", "mesh");
  const serve = "echo from-a > /tmp/page; exec httpd -f -p 80 -h /tmp";
  await minke.ok("run", "-d", "--pod", "a", "busybox", "sh", "-c", serve);
  const fetch = ["run", "--rm", "--pod", "b", "busybox", "wget", "-qO-", "http://a/page"];
  await until("pod a's page in pod b", async () => (await minke.run(fetch)).stdout === "from-a\n");
  await minke.ok("pod", "rm", "-f", "-a", "-t", "0");
  await minke.ok("network", "rm", "mesh");
});
