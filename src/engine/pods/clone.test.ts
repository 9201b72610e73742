import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import { hasCode } from "../../base/errors.ts";
import type { ContainerConfig } from "../../model/container.ts";
import type { PodConfig } from "../../model/pod.ts";
import type { PodCreateOptions } from "../api/pods.ts";
import { type FakeEngine, openFakeEngine } from "../testing/fake-engine.ts";
import { cloneName } from "./clone-names.ts";

describe("names of clones", () => {
  const cases = [
    ["web", [], "web-clone"],
    ["web", ["web-clone"], "web-clone1"],
    ["web", ["web-clone", "web-clone1", "web-clone2"], "web-clone3"],
    ["web-clone", ["web-clone"], "web-clone1"],
    ["web-clone4", ["web-clone4", "web-clone5"], "web-clone6"],
    ["web-clones", [], "web-clones-clone"],
  ] as const;
  for (const [source, taken, name] of cases)
    it(`${source} beside ${JSON.stringify(taken)} gives ${name}`, () => {
      assert.equal(
        cloneName(source, (candidate) => taken.some((other) => other === candidate)),
        name,
      );
    });
});

const HEALTH = { intervalSeconds: 5, timeoutSeconds: 2, startPeriodSeconds: 0, retries: 2, onFailure: "none" } as const;

/** A pod that uses about everything that a clone must keep. */
function rich(fake: FakeEngine): PodCreateOptions {
  return {
    name: "shop",
    hostname: "whale",
    labels: { tier: "front" },
    share: "ipc,net,pid",
    exitPolicy: { policy: "main", container: "web" },
    resources: { memory: 64_000_000, memorySwap: 128_000_000, cpuShares: 512 },
    ports: [{ host: 18_080, container: 80 }],
    dns: ["10.1.1.1"],
    addHosts: ["db.example:10.2.2.2"],
    sysctls: { "net.core.somaxconn": "1024" },
    shmSize: 1_000_000,
    securityOpt: ["no-new-privileges"],
    mounts: [{ type: "tmpfs", destination: "/scratch" }],
    containers: {
      setup: fake.program(["exit", "0"], { initContainer: "always" }),
      db: fake.program(["sleep", "1"], {
        env: { A: "1", B: "x=y" },
        labels: { kind: "db" },
        health: { probe: { kind: "tcp", port: 6379 }, ...HEALTH },
        mounts: [
          { type: "volume", name: "data", destination: "/data", options: ["ro"] },
          { type: "volume", destination: "/own" },
        ],
        resources: { memory: 32_000_000 },
        capAdd: ["CAP_NET_ADMIN"],
        restart: { name: "on-failure", maxRetries: 3 },
        stopTimeout: 3,
        stopSignal: "INT",
        ulimits: [{ name: "nofile", soft: 100, hard: 200 }],
        workdir: "/etc",
        user: "root",
      }),
      web: {
        ...fake.program(["sleep", "2"], { readOnly: true, namespaces: { uts: "container:db" }, oomScoreAdj: 10 }),
        dependsOn: { db: "healthy" },
      },
    },
  };
}

interface Definition {
  readonly pod: PodConfig;
  readonly members: readonly ContainerConfig[];
}

async function definitionOf({ engine }: FakeEngine, name: string): Promise<Definition> {
  const [row] = await engine.pods.list({ filters: { name: [`^${name}$`] } });
  assert.ok(row);
  const all = await engine.containers.list({ all: true });
  const members = row.members.flatMap(({ id }) => all.find(({ config }) => config.id === id)?.config ?? []);
  return { pod: row.config, members };
}

/** A definition as text without what has to differ: ids, names and times. */
function normal({ pod, members }: Definition): unknown {
  let text = JSON.stringify({ pod, members }, (key, value) => {
    if (key === "createdAt" || key === "io.kubernetes.cri-o.Created" || key === "createCommand") return undefined;
    if (value !== null && typeof value === "object" && value.anonymous === true) return { ...value, name: "anonymous" };
    return value;
  });
  members.forEach((member, at) => {
    text = text.replaceAll(member.id, `member ${at}`).replaceAll(member.id.slice(0, 12), `short ${at}`);
    text = text.replaceAll(`"${member.name}"`, `"name ${at}"`);
  });
  text = text.replaceAll(pod.id, "the pod").replaceAll(pod.id.slice(0, 12), "the short pod");
  return JSON.parse(text.replaceAll(`"${pod.name}"`, '"pod name"'));
}

test("a clone has everything that its source has, and what its members depend on are clones too", async () => {
  await using fake = openFakeEngine();
  const { engine } = fake;
  await engine.pods.create(rich(fake));
  const clone = await engine.pods.clone("shop");
  assert.equal(clone.name, "shop-clone");
  const [source, made] = [await definitionOf(fake, "shop"), await definitionOf(fake, "shop-clone")];
  assert.deepEqual(normal(made), normal(source));
  const names = made.members.slice(1).map((member) => member.name);
  assert.deepEqual(names, ["shop-setup-clone", "shop-db-clone", "shop-web-clone"]);
  assert.deepEqual(made.pod.exitPolicy, { policy: "main", container: "shop-web-clone" });
  const ids = new Set(source.members.map((member) => member.id as string));
  for (const id of ids) assert.ok(!JSON.stringify(made).includes(id), "the clone names its source");
  const again = await engine.pods.clone("shop-clone");
  assert.equal(again.name, "shop-clone1");
  assert.deepEqual(normal(await definitionOf(fake, "shop-clone1")), normal(source));
  await engine.pods.remove({ all: true });
  await engine.volumes.remove(["data"]);
  assert.deepEqual(await fake.leaks(), []);
});

test("changes are laid over a clone", async () => {
  await using fake = openFakeEngine();
  const { engine } = fake;
  await engine.pods.create(rich(fake));
  await engine.pods.clone("shop", {
    name: "copy",
    hostname: "seal",
    labels: { more: "yes" },
    resources: { memory: 90_000_000 },
    exitPolicy: { policy: "stop" },
    infraName: "core",
    pid: "host",
  });
  const { pod, members } = await definitionOf(fake, "copy");
  assert.equal(pod.hostname, "seal");
  assert.deepEqual(pod.labels, { tier: "front", more: "yes" });
  assert.deepEqual(pod.resources, { memory: 90_000_000, cpuShares: 512 });
  assert.deepEqual(pod.exitPolicy, { policy: "stop" });
  assert.equal(members[0]?.name, "core");
  assert.equal(members[0]?.namespaces.pid.mode, "host");
});

test("with destroy and start the clone takes its source's place", async () => {
  await using fake = openFakeEngine();
  const { engine } = fake;
  await engine.pods.create({ name: "old", containers: { app: fake.program(["sleep"]) } });
  await engine.pods.start({ refs: ["old"] });
  const clone = await engine.pods.clone("old", { name: "new", destroy: true, start: true });
  const rows = await engine.pods.list();
  assert.deepEqual(
    rows.map((row) => [row.config.name, row.status]),
    [["new", "Running"]],
  );
  await clone.remove({ force: true });
  assert.deepEqual(await fake.leaks(), []);
});

test("a clone that cannot be made leaves nothing, one that cannot start is there and named", async () => {
  await using fake = openFakeEngine();
  const { engine } = fake;
  await engine.pods.create({ name: "p", containers: { app: fake.program(["refuse-start"], { name: "app" }) } });
  await engine.containers.create(fake.program(["sleep"], { name: "core" }));
  await assert.rejects(engine.pods.clone("p", { infraName: "core" }), (error) =>
    hasCode(error, "CONTAINER_NAME_IN_USE"),
  );
  await assert.rejects(engine.pods.clone("p", { name: "p" }), (error) => hasCode(error, "POD_NAME_IN_USE"));
  assert.equal((await engine.pods.list()).length, 1);
  await assert.rejects(engine.pods.clone("none"), (error) => hasCode(error, "NO_SUCH_POD"));
  await assert.rejects(
    engine.pods.clone("p", { start: true }),
    (error) => hasCode(error, "CLONE_UNFINISHED") && error.data.id.length === 64,
  );
  assert.equal((await engine.pods.list()).length, 2);
});

test("a pod without infra and without sharing is cloned as such", async () => {
  await using fake = openFakeEngine();
  const { engine } = fake;
  await engine.pods.create({ name: "bare", infra: false, containers: { app: fake.program(["sleep"]) } });
  await engine.pods.clone("bare");
  assert.deepEqual(normal(await definitionOf(fake, "bare-clone")), normal(await definitionOf(fake, "bare")));
  await engine.pods.create({ name: "apart", infra: true, share: "none", containers: { app: fake.program(["sleep"]) } });
  await engine.pods.clone("apart");
  assert.deepEqual(normal(await definitionOf(fake, "apart-clone")), normal(await definitionOf(fake, "apart")));
});
