import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PodPlanVerb } from "../../engine/api/pod-types.ts";
import { type FakeEngine, openFakeEngine } from "../../engine/testing/fake-engine.ts";
import { formatPlan } from "./plan.ts";

/** A pod with every kind of edge: init containers, joined namespaces, conditions, and two branches. */
async function shop(condition: "started" | "healthy" = "started"): Promise<FakeEngine> {
  const fake = openFakeEngine();
  const { program, engine } = fake;
  await engine.pods.create({
    name: "shop",
    infraName: "infra",
    containers: {
      setup: { ...program(["exit", "0"]), name: "setup", initContainer: "once" },
      check: { ...program(["exit", "0"]), name: "check", initContainer: "always" },
      db: {
        ...program(["sleep"]),
        name: "db",
        stopTimeout: 3,
        mounts: [{ type: "volume", destination: "/data" }],
        health: {
          probe: { kind: "exec", argv: ["exit", "0"] },
          intervalSeconds: 1,
          timeoutSeconds: 1,
          startPeriodSeconds: 0,
          retries: 1,
          onFailure: "none",
        },
      },
      web: {
        ...program(["sleep"]),
        name: "web",
        stopSignal: "INT",
        dependsOn: [{ container: "db", condition, timeoutSeconds: 20 }],
      },
      spy: { ...program(["sleep"]), name: "spy", namespaces: { pid: "container:db" } },
    },
  });
  return fake;
}

async function planOf(
  fake: FakeEngine,
  verb: PodPlanVerb,
  options: { readonly force?: boolean; readonly timeout?: number } = {},
): Promise<string> {
  const before = await fake.engine.pods.inspect("shop");
  const text = formatPlan(await fake.engine.pods.plan("shop", verb, options));
  assert.deepEqual(await fake.engine.pods.inspect("shop"), before, "a plan changes nothing");
  return text.replaceAll(/\/[0-9a-f]{64}/g, "/ID");
}

describe("plans", () => {
  it("start: init containers first, then along the dependencies", async () => {
    await using fake = await shop("healthy");
    assert.equal(
      await planOf(fake, "start"),
      `Plan to start pod shop, which is Created:
 1. start infra
 2. run setup: init container: once, removed when it has ended with 0
      after 1: needs it: ipc, net and uts namespaces
 3. run check: init container: at every start
      after 1: needs it: ipc, net and uts namespaces
      after 2: init containers run one after another
 4. start db
      after 1: needs it: ipc, net and uts namespaces
      after 3: init containers run first
 5. start web
      after 1: needs it: ipc, net and uts namespaces
      after 3: init containers run first
      after 4: needs it: condition healthy within 20 s
 6. start spy
      after 1: needs it: ipc, net and uts namespaces
      after 3: init containers run first
      after 4: needs it: pid namespace
`,
    );
  });

  it("start of what runs or is paused", async () => {
    await using fake = await shop();
    const { pods, containers } = fake.engine;
    await pods.start({ refs: ["shop"] });
    await containers.pause({ refs: ["db"] });
    assert.equal(
      await planOf(fake, "start"),
      `Plan to start pod shop, which is Degraded:
 1. leave infra: it runs already
 2. run check: init container: at every start
      after 1: needs it: ipc, net and uts namespaces
 3. refuse db: it is paused
      after 1: needs it: ipc, net and uts namespaces
      after 2: init containers run first
 4. refuse web: db, which comes before it, does not start
      after 1: needs it: ipc, net and uts namespaces
      after 2: init containers run first
      after 3: needs it: condition started within 20 s
 5. refuse spy: db, which comes before it, does not start
      after 1: needs it: ipc, net and uts namespaces
      after 2: init containers run first
      after 3: needs it: pid namespace
The start would fail.
`,
    );
  });

  it("stop: dependants first, infra last", async () => {
    await using fake = await shop();
    await fake.engine.pods.start({ refs: ["shop"] });
    assert.equal(
      await planOf(fake, "stop"),
      `Plan to stop pod shop, which is Running:
 1. leave check: it is exited
 2. stop web: SIGINT, SIGKILL after 10 s
 3. stop spy: SIGTERM, SIGKILL after 10 s
 4. stop db: SIGTERM, SIGKILL after 3 s
      after 2: depends on it: condition started within 20 s
      after 3: depends on it: pid namespace
 5. stop infra: SIGTERM, SIGKILL after 10 s
      after 1: depends on it: ipc, net and uts namespaces
      after 2: depends on it: ipc, net and uts namespaces
      after 3: depends on it: ipc, net and uts namespaces
      after 4: depends on it: ipc, net and uts namespaces
`,
    );
    assert.match(await planOf(fake, "stop", { timeout: 0 }), /stop web: SIGKILL at once\n/);
  });

  it("remove: refused without force, dependants before what they depend on with it", async () => {
    await using fake = await shop();
    await fake.engine.pods.start({ refs: ["shop"] });
    await fake.engine.containers.stop({ refs: ["web"] });
    const refused = await planOf(fake, "remove");
    assert.match(refused, /refuse spy: it is running, which needs force\n/);
    assert.match(refused, /remove web\n/);
    assert.match(refused, /refuse db: spy, which depends on it, stays\n/);
    assert.match(refused, /refuse pod shop: a container of it stays\n.*The remove would fail.\n$/s);
    assert.equal(
      await planOf(fake, "remove", { force: true, timeout: 1 }),
      `Plan to remove pod shop, which is Degraded:
 1. remove check
 2. remove web
 3. remove spy: stopped first: SIGTERM, SIGKILL after 1 s
 4. remove db: stopped first: SIGTERM, SIGKILL after 1 s; with 1 anonymous volume
      after 2: depends on it: condition started within 20 s
      after 3: depends on it: pid namespace
 5. remove infra: stopped first: SIGTERM, SIGKILL after 1 s
      after 1: depends on it: ipc, net and uts namespaces
      after 2: depends on it: ipc, net and uts namespaces
      after 3: depends on it: ipc, net and uts namespaces
      after 4: depends on it: ipc, net and uts namespaces
 6. remove pod shop: with its cgroup /minke_parent/ID
      after 5: its containers go first
`,
    );
  });

  it("the service container comes first and ends last", async () => {
    await using fake = openFakeEngine();
    const { engine, program } = fake;
    await engine.containers.create(program(["sleep"], { name: "svc" }));
    for (const name of ["shop", "other"])
      await engine.pods.create({
        name,
        infra: false,
        serviceContainer: "svc",
        containers: { app: program(["sleep"]) },
      });
    assert.equal(
      await planOf(fake, "start"),
      `Plan to start pod shop, which is Created:
 1. start svc: service container of the pod
 2. start shop-app
      after 1: the service container runs before the pod
`,
    );
    await engine.pods.start({ all: true });
    assert.match(await planOf(fake, "stop"), /2\. leave svc: service container of the pod; needed by other\n/);
    await engine.pods.stop({ refs: ["other"] });
    assert.match(
      await planOf(fake, "stop"),
      /2\. stop svc: service container of the pod\n {6}after 1: the pod has stopped\n/,
    );
    await engine.pods.remove({ refs: ["other"] });
    assert.match(await planOf(fake, "remove", { force: true }), /remove svc: .*\n {6}after 2: the pod is gone\n$/);
  });

  it("what a plan says is what happens", async () => {
    await using fake = await shop();
    const { engine } = fake;
    for (const verb of ["start", "stop"] as const) {
      const plan = await engine.pods.plan("shop", verb);
      const from = await lastEvent(fake);
      assert.ok((await engine.pods[verb]({ refs: ["shop"] })).every((report) => report.ok));
      const done = await namesOf(fake, { after: from, action: verb === "start" ? "start" : "died" });
      const acted = plan.steps.filter((step) => ["start", "run", "stop"].includes(step.action));
      const place = (name: string) => done.indexOf(name);
      for (const step of acted) {
        assert.ok(place(step.target.name) >= 0, `${verb} ${step.target.name}`);
        for (const edge of step.after) {
          const before = acted.find((other) => other.number === edge.step);
          if (before !== undefined) assert.ok(place(before.target.name) < place(step.target.name));
        }
      }
    }
  });
});

async function lastEvent({ engine }: FakeEngine): Promise<number> {
  let last = 0;
  for await (const event of engine.events()) last = event.seq;
  return last;
}

async function namesOf(
  { engine }: FakeEngine,
  wanted: { readonly after: number; readonly action: string },
): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const event of engine.events())
    if (event.seq > wanted.after && event.type === "container" && event.action === wanted.action)
      names.push(event.name);
  return names;
}
