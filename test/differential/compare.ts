import type { Fields, Leaf, Observation } from "./observe.ts";
import type { Difference, Differences, Expected, Scenario } from "./scenario.ts";

interface Side {
  readonly podman: Leaf | undefined;
  readonly minke: Leaf | undefined;
}

const matches = (expected: Expected, actual: Leaf | undefined) =>
  expected instanceof RegExp ? typeof actual === "string" && expected.test(actual) : expected === actual;

function covers(pattern: string, path: string): boolean {
  const keys = path.split(".");
  const wanted = pattern.split(".");
  return keys.length === wanted.length && wanted.every((key, index) => key === "*" || key === keys[index]);
}

const show = (value: Leaf | undefined) => (value === undefined ? "(absent)" : JSON.stringify(value));

/** A difference that any scenario may meet. */
export interface CommonDifference extends Difference {
  readonly path: string;
}

/** The common differences of a file of scenarios, and which of them were met. */
export class CommonDifferences {
  readonly #differences: readonly CommonDifference[];
  readonly #met = new Set<CommonDifference>();

  constructor(differences: readonly CommonDifference[]) {
    this.#differences = differences;
  }

  covers(path: string, side: Side): boolean {
    const found = this.#differences.find((known) => covers(known.path, path) && isAsDeclared(known, side));
    if (found) this.#met.add(found);
    return found !== undefined;
  }

  /** Those that no scenario met, each a line for a person. */
  get unmet(): string[] {
    return this.#differences
      .filter((known) => !this.#met.has(known))
      .map(({ path, why, podman, minke }) => `${path}: ${why} (podman ${podman}, minke ${minke})`);
  }
}

interface Comparison {
  readonly title: string;
  readonly declared: Differences;
  readonly ignored?: Readonly<Record<string, string>>;
  readonly common: CommonDifferences;
}

function unequal(podman: Fields, minke: Fields): [path: string, side: Side][] {
  const paths = [...new Set([...podman.keys(), ...minke.keys()])];
  return paths
    .map((path) => [path, { podman: podman.get(path), minke: minke.get(path) }] as [string, Side])
    .filter(([, side]) => side.podman !== side.minke);
}

function isAsDeclared({ podman, minke }: Difference, side: Side): boolean {
  return matches(podman, side.podman) && matches(minke, side.minke);
}

/** Compares fields; each problem is a text for a person. */
function compareFields(podman: Fields, minke: Fields, comparison: Comparison): string[] {
  const { title, declared, common } = comparison;
  const problems: string[] = [];
  const met = new Set<string>();
  for (const [path, side] of unequal(podman, minke)) {
    if (Object.keys(comparison.ignored ?? {}).some((pattern) => covers(pattern, path))) continue;
    const own = Object.entries(declared).find(([pattern]) => covers(pattern, path));
    const shared = !own && common.covers(path, side);
    if (own) met.add(own[0]);
    if (own ? isAsDeclared(own[1], side) : shared) continue;
    const head = own ? `${title}, ${path}: differs otherwise than declared` : `${title}, ${path}`;
    problems.push(`${head}\n      podman: ${show(side.podman)}\n      minke:  ${show(side.minke)}`);
  }
  for (const path of Object.keys(declared))
    if (!met.has(path)) problems.push(`${title}, ${path}: the declared difference is gone`);
  return problems;
}

/**
 * Events of a container as text for comparison. Three of podman's habits do not count: it sometimes writes an `exec_died` twice; it leaves out `stop` when the container ends
 * before podman looks again, where minke always writes it; and it starts what another container needs with the semantics of a
 * restart, so that a `restart` precedes the first `init`, where minke starts it (as podman 5.6).
 */
function alignEvents(podman: readonly string[], minke: readonly string[]): [podman: string, minke: string] {
  const theirs: string[] = [];
  const ours: string[] = [];
  let at = 0;
  for (const action of podman) {
    if (action === "restart" && minke[at] === "init") continue;
    if (action === "exec_died" && minke[at] !== "exec_died" && theirs.at(-1) === "exec_died") continue;
    if (minke[at] === "stop" && action !== "stop") at += 1;
    theirs.push(action);
    if (minke[at] !== undefined) ours.push(minke[at] ?? "");
    at += 1;
  }
  ours.push(...minke.slice(at));
  return [theirs.join(" "), ours.join(" ")];
}

function eventFields(podman: Observation, minke: Observation): [Fields, Fields] {
  const names = [...new Set([...podman.events.keys(), ...minke.events.keys()])];
  const rows = names.map((name) => {
    const [theirs, ours] = [podman.events.get(name) ?? [], minke.events.get(name) ?? []];
    const texts = name.startsWith("container ") ? alignEvents(theirs, ours) : [theirs.join(" "), ours.join(" ")];
    return [name, ...texts] as [string, string, string];
  });
  return [new Map(rows.map(([name, text]) => [name, text])), new Map(rows.map(([name, , text]) => [name, text]))];
}

/** All that differs in a scenario without being declared, and all declared that does not differ. */
export function compareObservations(
  scenario: Scenario,
  { podman, minke }: { readonly podman: Observation; readonly minke: Observation },
  common: CommonDifferences,
): string[] {
  const problems = scenario.steps.flatMap((step, index) => {
    const { run, differs, ignores } = typeof step === "string" ? { run: step } : step;
    const ignored = ignores === undefined ? {} : { ignored: ignores };
    const comparison = { title: `step ${index + 1} \`${run}\``, declared: differs ?? {}, ...ignored, common };
    return compareFields(podman.steps[index] ?? new Map(), minke.steps[index] ?? new Map(), comparison);
  });
  const split = (isEnd: boolean) =>
    Object.fromEntries(Object.entries(scenario.differs ?? {}).filter(([path]) => path.startsWith("end.") === isEnd));
  const ends = Object.fromEntries(Object.entries(split(true)).map(([path, value]) => [path.slice(4), value]));
  problems.push(...compareFields(podman.end, minke.end, { title: "states at the end", declared: ends, common }));
  const [theirs, ours] = eventFields(podman, minke);
  problems.push(
    ...compareFields(theirs, ours, {
      title: "events",
      declared: split(false),
      ...(scenario.ignores === undefined ? {} : { ignored: scenario.ignores }),
      common,
    }),
  );
  return problems;
}
