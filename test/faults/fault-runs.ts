/** Runs an operation again and again, each time with another one of its effects on the host failing. */
import assert from "node:assert/strict";
import { messageOf } from "../../src/base/errors.ts";
import { HostError } from "../../src/base/host-error.ts";
import type { Engine } from "../../src/engine/api/engine.ts";
import { type FakeEngine, openFakeEngine } from "../../src/engine/testing/fake-engine.ts";
import { Death, type MortalHost } from "../../src/engine/testing/mortal-host.ts";

/** A scenario that fails so often is not tried further. */
const MOST_FAILURES = 5;

/** `error`: one effect fails with EIO and the engine goes on. `death`: the engine is killed there. */
export type Fault = "error" | "death";

export interface Scenario {
  readonly name: string;
  /** Makes what the operation works on, without faults. */
  readonly setUp: (fake: FakeEngine, engine: Engine) => Promise<unknown>;
  /** Its point is removal: what is left of the objects need not start again. */
  readonly removes?: true;
  /** The operation. Whether it throws or reports failures does not matter. */
  readonly act: (engine: Engine, fake: FakeEngine) => Promise<unknown>;
}

export interface FaultPlan {
  readonly fault: Fault;
  /** Every how many effects one is tried; 1 is all. */
  readonly step: number;
}

interface Attempt {
  /** Which effect fails, counted from 1. */
  readonly at: number;
  readonly plan: FaultPlan;
  hit?: string;
}

/** One run of the operation. `hit` names the effect that failed, and stays undefined if there are fewer. */
async function tryOnce(fake: FakeEngine, scenario: Scenario, attempt: Attempt): Promise<void> {
  const { at, plan } = attempt;
  await scenario.setUp(fake, fake.engine);
  const victim = fake.another();
  let count = 0;
  victim.life.onEffect = (port, method, path) => {
    count += 1;
    if (count !== at) return;
    attempt.hit = `${port}.${method} ${path}`;
    if (plan.fault === "error") throw new HostError("EIO", method, path);
    victim.life.die();
    throw new Death();
  };
  await scenario.act(victim.engine, fake).catch(() => undefined);
  victim.life.onEffect = undefined;
  const { engine, life } = plan.fault === "error" ? victim : fake.another();
  try {
    await recover(fake, engine, scenario);
  } finally {
    await close(engine, life);
  }
}

async function close(engine: Engine, life: MortalHost): Promise<void> {
  if (life.dead) return;
  await engine[Symbol.asyncDispose]();
  life.die();
}

/** What a user does after a crash: look, and run commands again. Everything must work, and nothing may be left. */
async function recover(fake: FakeEngine, engine: Engine, scenario: Scenario): Promise<void> {
  await fake.settle();
  for (const pod of await engine.pods.list()) await engine.pods.inspect(pod.config.id);
  for (const row of await engine.containers.list({ all: true })) await engine.containers.inspect(row.config.id);
  if (scenario.removes !== true) await expectStartable(fake, engine);
  expectOk("pod rm", await engine.pods.remove({ all: true }, { force: true }));
  expectOk("rm", await engine.containers.remove({ all: true }, { force: true, volumes: true }));
  await engine.volumes.prune();
  assert.deepEqual(await engine.pods.list(), []);
  assert.deepEqual(await engine.containers.list({ all: true }), []);
  assert.deepEqual(await fake.leaks(), []);
}

async function expectStartable(fake: FakeEngine, engine: Engine): Promise<void> {
  await engine.containers.unpause({ all: true });
  expectOk("pod start", await engine.pods.start({ all: true }));
  for (const pod of await engine.pods.list()) {
    const states = pod.members.map((member) => `${member.name} ${member.status}`).join(", ");
    assert.equal(pod.status, "Running", `status after pod start: ${states}`);
  }
  for (const row of await engine.containers.list({ all: true }))
    if (row.config.pod === undefined) await engine.containers.start(row.config.id);
  await expectNetworks(fake, engine);
  expectOk("pod stop", await engine.pods.stop({ all: true }));
}

/** Whoever should be on a network is. */
async function expectNetworks(fake: FakeEngine, engine: Engine): Promise<void> {
  for (const { config, state } of await engine.containers.list({ all: true })) {
    if (config.network.attachments.length === 0) continue;
    assert.equal(state?.networks?.length, config.network.attachments.length, `networks of ${config.name}`);
    assert.ok(fake.host.namespaces.exists(`/run/minke/netns/${config.id}`), `namespace of ${config.name}`);
  }
}

function expectOk(what: string, reports: readonly { readonly ok: boolean; readonly input: string }[]): void {
  for (const report of reports) assert.ok(report.ok, `${what} ${report.input}: ${JSON.stringify(messagesOf(report))}`);
}

function messagesOf(report: object): readonly string[] {
  const own = "error" in report && report.error instanceof Error ? [report.error.message] : [];
  const failed = "failed" in report && Array.isArray(report.failed) ? report.failed : [];
  return [...own, ...failed.map((f: { error: Error }) => f.error.message)];
}

/**
 * Tries a fault at every effect of a scenario.
 *
 * @returns how many effects were tried
 * @throws AssertionError that names each effect after which the engine did not recover
 */
export async function faultRuns(scenario: Scenario, plan: FaultPlan): Promise<number> {
  const failures: string[] = [];
  let fake = await usedEngine(scenario, plan);
  let tried = 0;
  try {
    for (let at = 1; failures.length < MOST_FAILURES; at += plan.step) {
      const attempt: Attempt = { at, plan };
      try {
        await tryOnce(fake, scenario, attempt);
      } catch (error) {
        failures.push(`${plan.fault} at effect ${at}, ${attempt.hit}: ${messageOf(error)}`);
        await fake[Symbol.asyncDispose]();
        fake = await usedEngine(scenario, plan);
      }
      if (attempt.hit === undefined) break;
      tried += 1;
    }
  } finally {
    await fake[Symbol.asyncDispose]();
  }
  assert.deepEqual(failures, [], scenario.name);
  return tried;
}

/** The first use of an engine root makes directories that later ones find. */
async function usedEngine(scenario: Scenario, plan: FaultPlan): Promise<FakeEngine> {
  const fake = openFakeEngine();
  await tryOnce(fake, scenario, { at: Number.POSITIVE_INFINITY, plan });
  return fake;
}
