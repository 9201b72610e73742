import type { ContainerId, PodId } from "../../base/brand.ts";
import type { Engine } from "../../engine/api/engine.ts";

/** One call that a command made, e.g. `containers.stop`. */
export interface EngineCall {
  readonly name: string;
  readonly args: readonly unknown[];
}

type Method = (...args: never[]) => unknown;

/** Answers by call name; a call without one gets a plausible default. */
export type EngineAnswers = Readonly<Record<string, Method>>;

export interface FakeEngine {
  readonly engine: Engine;
  readonly calls: EngineCall[];
  /** How often it was disposed. */
  disposed: number;
}

/** An id that tests can recognise: the text repeated to 64 hexadecimal characters. */
export function testId(seed: string): ContainerId & PodId {
  return seed.repeat(64).slice(0, 64) as ContainerId & PodId;
}

const EMPTY_LISTS = new Set(["list", "stats", "top", "ports", "members", "history", "prune", "doctor"]);
const STREAMS = new Set(["containers.copyOut", "containers.export", "containers.logs", "events"]);

/** Reports of success for what a selection names. */
function reportsFor(selection: unknown): readonly unknown[] {
  if (typeof selection !== "object" || selection === null) return [];
  const refs = (selection as { readonly refs?: readonly string[] }).refs ?? [];
  return refs.map((ref) => ({ input: ref, ok: true, id: testId("a") }));
}

function defaultAnswer(name: string, args: readonly unknown[]): unknown {
  const verb = name.split(".").at(-1) ?? "";
  if (STREAMS.has(name)) return (async function* () {})();
  if (verb === "version") return {};
  if (EMPTY_LISTS.has(verb)) return Promise.resolve([]);
  if (verb === "resolve") return Promise.resolve(args[0]);
  if (verb === "exists") return Promise.resolve(true);
  if (name === "containers.create") return Promise.resolve({ id: testId("a"), warnings: [] });
  if (name === "containers.wait" || name === "containers.exec") return Promise.resolve(0);
  if (verb === "attach" || verb === "startAttached") return Promise.resolve({ reason: "ended", exitCode: 0 });
  if (verb === "inspect" || verb === "rename" || verb === "info") return Promise.resolve({});
  if (verb === "start" && typeof args[0] === "string") return Promise.resolve(testId("a"));
  return Promise.resolve(reportsFor(args[0]));
}

/**
 * An engine that does nothing but record what it is asked.
 *
 * @param answers by call name, e.g. `{ "containers.wait": async () => 3 }`
 */
export function fakeEngine(answers: EngineAnswers = {}): FakeEngine {
  const calls: EngineCall[] = [];
  const call = (name: string) => {
    return (...args: readonly unknown[]): unknown => {
      calls.push({ name, args });
      const answer = Object.hasOwn(answers, name) ? answers[name] : undefined;
      return answer ? answer(...(args as never[])) : defaultAnswer(name, args);
    };
  };
  const noun = (name: string) => new Proxy({}, { get: (_target, verb) => call(`${name}.${String(verb)}`) });
  const fake: FakeEngine = {
    calls,
    disposed: 0,
    engine: {
      containers: noun("containers"),
      pods: noun("pods"),
      images: noun("images"),
      volumes: noun("volumes"),
      networks: noun("networks"),
      system: noun("system"),
      events: call("events"),
      [Symbol.asyncDispose]: async () => {
        fake.disposed += 1;
      },
    } as unknown as Engine,
  };
  return fake;
}
