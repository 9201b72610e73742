import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { outcomeOf } from "../../src/engine/testing/assertions.ts";
import { type FakeEngine, openFakeEngine } from "../../src/engine/testing/fake-engine.ts";
import {
  CONTAINER_VERBS,
  type ContainerVerb,
  derivedStatus,
  Model,
  POD_VERBS,
  type PodVerb,
  type Verdict,
} from "./model.ts";

/** Fixed, so that every run is the same; another one explores other sequences. */
const SEED = Number(process.env["MINKE_PROPERTY_SEED"] ?? 20_250_101);
const RUNS = Number(process.env["MINKE_PROPERTY_RUNS"] ?? 500);

type Operation =
  | { readonly do: "create pod"; readonly name: string; readonly infra: boolean }
  | { readonly do: "create"; readonly name: string; readonly pod: string | undefined; readonly short: boolean }
  | { readonly do: "container"; readonly verb: ContainerVerb; readonly name: string }
  | { readonly do: "pod"; readonly verb: PodVerb; readonly name: string };

const podName = fc.constantFrom("p", "q");
/** No hexadecimal digits, which might begin an id. */
const name = fc.constantFrom("x", "y", "z");

/** Fewer pods than containers, and more verbs than creations. */
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant("create pod" as const), name: podName, infra: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("create" as const),
      name,
      pod: fc.option(podName, { nil: undefined, freq: 3 }),
      short: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("container" as const), verb: fc.constantFrom(...CONTAINER_VERBS), name }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("pod" as const), verb: fc.constantFrom(...POD_VERBS), name: podName }),
  },
);

function describe(step: Operation): string {
  switch (step.do) {
    case "create pod":
      return `pod create ${step.infra ? "" : "--infra=false "}${step.name}`;
    case "create":
      return `create ${step.pod === undefined ? "" : `--pod ${step.pod} `}--name ${step.name} ${step.short ? "exit 0" : "sleep"}`;
    case "container":
      return `${step.verb} ${step.name}`;
    case "pod":
      return `pod ${step.verb} ${step.name}`;
  }
}

function predict(model: Model, step: Operation): Verdict {
  switch (step.do) {
    case "create pod":
      return model.createPod(step.name, step.infra);
    case "create":
      return model.create(step.name, step.pod, step.short);
    case "container":
      return model.container(step.verb, step.name);
    case "pod":
      return model.pod(step.verb, step.name);
  }
}

function perform(fake: FakeEngine, step: Operation): Promise<unknown> {
  const { containers, pods } = fake.engine;
  switch (step.do) {
    case "create pod":
      return pods.create(
        step.infra
          ? { name: step.name, infraName: `${step.name}-infra`, networks: [{ name: "none" }] }
          : { name: step.name, infra: false },
      );
    case "create": {
      const { pod } = step;
      const where = pod === undefined ? { networks: [{ name: "none" }] } : { pod };
      const command = step.short ? ["exit", "0"] : ["sleep"];
      return containers.create(fake.program(command, { name: step.name, stopTimeout: 1, ...where }));
    }
    case "container":
      return performOn(fake, step.verb, step.name);
    case "pod":
      return performOnPod(fake, step.verb, step.name);
  }
}

async function performOn(fake: FakeEngine, verb: ContainerVerb, ref: string): Promise<unknown> {
  const { containers } = fake.engine;
  const refs = { refs: [ref] };
  switch (verb) {
    case "start":
      return containers.start(ref);
    case "rm":
      return containers.remove(refs);
    case "rm -f":
      return containers.remove(refs, { force: true });
    case "exit": {
      const row = (await containers.list()).find((r) => r.config.name === ref);
      if (row === undefined) throw new Error("it does not run");
      return fake.endInit(ref, { code: 0 });
    }
    default:
      return containers[verb](refs);
  }
}

function performOnPod(fake: FakeEngine, verb: PodVerb, ref: string): Promise<unknown> {
  const { pods } = fake.engine;
  const refs = { refs: [ref] };
  if (verb === "rm") return pods.remove(refs);
  return verb === "rm -f" ? pods.remove(refs, { force: true }) : pods[verb](refs);
}

/** Names and statuses of everything, as the engine lists them. */
async function seen(fake: FakeEngine): Promise<unknown> {
  const rows = await fake.engine.containers.list({ all: true });
  const pods = await fake.engine.pods.list();
  return {
    containers: rows.map((row) => `${row.config.name} ${row.status}`).sort(),
    pods: pods.map((pod) => `${pod.config.name} ${pod.status}`).sort(),
  };
}

function expected(model: Model): unknown {
  return {
    containers: [...model.containers.values()].map((c) => `${c.name} ${c.status}`).sort(),
    pods: [...model.pods.keys()]
      .map((pod) => `${pod} ${derivedStatus(model.members(pod).map((m) => m.status))}`)
      .sort(),
  };
}

async function check(fake: FakeEngine, steps: readonly Operation[]): Promise<void> {
  const model = new Model();
  const done: string[] = [];
  for (const step of steps) {
    const verdict = predict(model, step);
    const outcome = await outcomeOf(perform(fake, step));
    await fake.settle();
    done.push(`${describe(step)}: ${outcome}`);
    assert.equal(outcome === "ok" ? "ok" : "refused", verdict, done.join("\n"));
    assert.deepEqual(await seen(fake), expected(model), done.join("\n"));
  }
  await fake.engine.pods.remove({ all: true }, { force: true });
  await fake.engine.containers.remove({ all: true }, { force: true });
  assert.deepEqual(await fake.leaks(), [], done.join("\n"));
}

test(`${RUNS} random sequences of verbs agree with the model (seed ${SEED})`, async () => {
  let fake = openFakeEngine();
  const property = fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 24 }), async (steps) => {
    try {
      await check(fake, steps);
    } catch (error) {
      // What is left would disturb the next try of the shrinker.
      await fake[Symbol.asyncDispose]();
      fake = openFakeEngine();
      throw error;
    }
  });
  try {
    await fc.assert(property, { seed: SEED, numRuns: RUNS });
  } finally {
    await fake[Symbol.asyncDispose]();
  }
});
