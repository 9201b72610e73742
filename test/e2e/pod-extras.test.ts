import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { assertExit } from "../support/command.ts";
import { openSandbox } from "../support/minke.ts";
import { until } from "../support/wait.ts";

const SLEEP = 'trap "exit 0" TERM; sleep 1000 & wait';

const FILE = `
# yaml-language-server: $schema=../../docs/pod.schema.json
name: shop
exitPolicy: main:web
hostname: whale
containers:
  prepare:
    image: busybox
    init: once
    command: [sh, -c, "echo ready > /state/mark"]
    mounts: ["state:/state"]
  db:
    image: busybox
    command: [sh, -c, '${SLEEP}']
    resources: {memory: 64m}
  web:
    image: busybox
    command: [sh, -c, "cat /state/mark; while [ ! -e /signal/$HOSTNAME ]; do sleep 0.02; done; exit 4"]
    mounts: ["state:/state:ro", ".:/signal"]
    dependsOn: {db: started}
`;

test("a pod from a file runs, is cloned, and ends with the code of its main container", async () => {
  await using minke = await openSandbox();
  const file = minke.file("shop.yaml", FILE);
  const id = await minke.ok("pod", "create", "--file", file);
  assert.match(id, /^[0-9a-f]{64}$/);
  const plan = await minke.ok("pod", "start", "--dry-run", "shop");
  assert.match(plan, /^Plan to start pod shop, which is Created:\n 1\. start \w+-infra\n 2\. run shop-prepare: /);
  assert.equal(await minke.ok("pod", "ps", "--format", "{{.Status}}"), "Created");

  const clone = await minke.ok("pod", "clone", "--hostname", "seal", "shop");
  await minke.ok("pod", "start", "shop", "shop-clone");
  assert.equal(await minke.ok("ps", "-aq", "--filter", "name=shop-prepare"), "");
  const members = await minke.ok("ps", "--filter", `pod=${clone}`, "--format", "{{.Names}}", "--sort", "names");
  assert.deepEqual(
    members.split("\n").filter((name) => !name.endsWith("-infra")),
    ["shop-db-clone", "shop-web-clone"],
  );
  for (const [name, host] of [
    ["shop-web", "whale"],
    ["shop-web-clone", "seal"],
  ] as const) {
    assert.equal(await minke.ok("exec", name, "hostname"), host);
    await until("the file of the init container", async () => (await minke.ok("logs", name)) === "ready");
  }
  const refused = await minke.run(["pod", "rm", "--dry-run", "--format", "json", "shop"]);
  assertExit(refused, 125);
  const [removal] = JSON.parse(refused.stdout) as [{ readonly ok: boolean; readonly steps: readonly object[] }];
  assert.deepEqual([removal.ok, removal.steps.length], [false, 4]);

  const waited = minke.run(["pod", "wait", "shop", "shop-clone"]);
  for (const host of ["whale", "seal"]) minke.file(host, "");
  const result = await waited;
  assertExit(result, 4);
  assert.equal(result.stdout, "4\n4\n");
  await until("the pods to end with their main containers", async () => {
    const states = await minke.ok("pod", "ps", "--format", "{{.Status}}");
    return states === "Exited\nExited";
  });
  await minke.ok("pod", "clone", "--destroy", "--start", "shop", "new");
  assert.equal(await minke.ok("pod", "ps", "--format", "{{.Name}}", "--filter", "name=^(shop|new)$"), "new");
  await minke.ok("pod", "rm", "-fa", "-t", "0");
  await minke.ok("volume", "rm", "state");
});

test("a pod file on standard input that is wrong makes nothing and says where", async () => {
  await using minke = await openSandbox();
  const stdin = "name: p\ncontainers:\n  a: {image: busybox, comand: [true]}\n  b: {image: nosuch.invalid/x}\n";
  const wrong = await minke.run(["pod", "create", "--file", "-"], { stdin });
  assertExit(wrong, 125);
  assert.equal(
    wrong.stderr,
    'Error: <stdin>:3:23: containers.a: unknown key "comand" in a container; did you mean "command"?\n',
  );
  const fixed = stdin.replace("comand: [true]", "pull: never").replace("x}", "x, pull: never}");
  const missing = await minke.run(["pod", "create", "--file", "-"], { stdin: fixed });
  assertExit(missing, 125);
  assert.match(missing.stderr, /nosuch\.invalid\/x/);
  assert.equal(await minke.ok("pod", "ps", "-q"), "");
  assert.equal(await minke.ok("ps", "-aq"), "");
});

test("a service container lives as long as the pods that name it", async () => {
  await using minke = await openSandbox();
  await minke.ok("create", "--name", "svc", "--network", "none", "busybox", "sh", "-c", SLEEP);
  for (const name of ["a", "b"]) {
    const pod = {
      name,
      serviceContainer: "svc",
      networks: ["none"],
      exitPolicy: "stop",
      containers: {
        app: {
          image: "busybox",
          command: ["sh", "-c", `while [ ! -e /signal/${name} ]; do sleep 0.02; done`],
          mounts: [`${join(minke.directory, "files")}:/signal`],
        },
      },
    };
    await minke.ok("pod", "create", "--file", minke.file(`${name}.json`, JSON.stringify(pod)));
  }
  const service = async () => await minke.ok("inspect", "-f", "{{.State.Status}}", "svc");
  await minke.ok("pod", "start", "a", "b");
  assert.equal(await service(), "running");
  assert.match(await minke.fails(125, "rm", "-f", "svc"), /service container of pod\(s\) a,b/);
  await minke.ok("pod", "stop", "-t", "0", "a");
  assert.equal(await service(), "running");
  minke.file("b", "");
  await until("the service container to end with the last pod", async () => (await service()) === "exited");
  await minke.ok("pod", "rm", "a");
  assert.equal(await service(), "exited");
  await minke.ok("pod", "rm", "b");
  assert.equal(await minke.ok("ps", "-aq"), "");
});
