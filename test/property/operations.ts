/** Random operations on pods and containers, and the comparison of an engine with the model after each of them. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { ContainerCreateOptions } from "../../src/engine/api/container-options.ts";
import type { Engine } from "../../src/engine/api/engine.ts";
import { outcomeOf } from "../../src/engine/testing/assertions.ts";
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
export const SEED = Number(process.env["MINKE_PROPERTY_SEED"] ?? 20_250_101);

/** What the operations need of the machine that the engine works on. */
export interface World {
  readonly engine: Pick<Engine, "containers" | "pods">;
  /** Options of a container whose program runs until it is ended, or ends by itself at once. */
  program(command: "sleep" | "short", options: ContainerCreateOptions): ContainerCreateOptions;
  /** Makes the init process of a running container exit with 0. */
  end(ref: string): Promise<unknown>;
  /** Waits until nothing changes any more by itself. */
  settle(): Promise<void>;
  /** Lines about what is left after everything has been removed. */
  leaks(): Promise<readonly string[]>;
}

export type Operation =
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

/** Sequences of 1 to `maxLength` operations. */
export const sequences = (maxLength: number): fc.Arbitrary<Operation[]> =>
  fc.array(operation, { minLength: 1, maxLength });

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

function perform(world: World, step: Operation): Promise<unknown> {
  const { containers, pods } = world.engine;
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
      return containers.create(world.program(step.short ? "short" : "sleep", { name: step.name, ...where }));
    }
    case "container":
      return performOn(world, step.verb, step.name);
    case "pod":
      return performOnPod(world, step.verb, step.name);
  }
}

async function performOn(world: World, verb: ContainerVerb, ref: string): Promise<unknown> {
  const { containers } = world.engine;
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
      return world.end(ref);
    }
    default:
      return containers[verb](refs);
  }
}

function performOnPod(world: World, verb: PodVerb, ref: string): Promise<unknown> {
  const { pods } = world.engine;
  const refs = { refs: [ref] };
  if (verb === "rm") return pods.remove(refs);
  return verb === "rm -f" ? pods.remove(refs, { force: true }) : pods[verb](refs);
}

/** Names and statuses of everything, as the engine lists them. */
async function seen({ engine }: World): Promise<unknown> {
  const rows = await engine.containers.list({ all: true });
  const pods = await engine.pods.list();
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

/**
 * Performs the operations on an empty engine and throws as soon as it disagrees with the model; then removes everything
 * and looks for leaks.
 */
export async function check(world: World, steps: readonly Operation[]): Promise<void> {
  const model = new Model();
  const done: string[] = [];
  for (const step of steps) {
    const verdict = predict(model, step);
    const outcome = await outcomeOf(perform(world, step));
    await world.settle();
    done.push(`${describe(step)}: ${outcome}`);
    assert.equal(outcome === "ok" ? "ok" : "refused", verdict, done.join("\n"));
    assert.deepEqual(await seen(world), expected(model), done.join("\n"));
  }
  await world.engine.pods.remove({ all: true }, { force: true });
  await world.engine.containers.remove({ all: true }, { force: true });
  assert.deepEqual(await world.leaks(), [], done.join("\n"));
}
