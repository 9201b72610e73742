import { fail } from "./errors.ts";

/** A directed graph of things that need one another: an edge leads from a node to what it depends on. */
export interface Graph<K extends string> {
  /** Every node, in a stable order: the one in which they were given. */
  readonly nodes: readonly K[];
  dependenciesOf(node: K): readonly K[];
  dependantsOf(node: K): readonly K[];
  /** Nodes without dependencies. */
  readonly roots: readonly K[];
}

export interface GraphInput<K extends string> {
  readonly node: K;
  readonly needs: readonly K[];
}

/**
 * Builds a dependency graph (spec/pods.md 4.2). Dependencies outside the given nodes must be sorted out by the caller.
 *
 * @throws INTERNAL when an edge leads out of the nodes, DEPENDENCY_CYCLE naming the cycle
 */
export function createGraph<K extends string>(inputs: readonly GraphInput<K>[]): Graph<K> {
  const needs = new Map<K, readonly K[]>(inputs.map((i) => [i.node, [...new Set(i.needs)]]));
  const neededBy = new Map<K, K[]>(inputs.map((i) => [i.node, []]));
  for (const [node, targets] of needs) {
    for (const target of targets) {
      const list = neededBy.get(target);
      if (list === undefined)
        throw fail("INTERNAL", { message: `container ${node} depends on container ${target} not found in input list` });
      list.push(node);
    }
  }
  const cycle = findCycle(needs);
  if (cycle !== undefined) throw fail("DEPENDENCY_CYCLE", { cycle });
  return {
    nodes: [...needs.keys()],
    dependenciesOf: (node) => needs.get(node) ?? [],
    dependantsOf: (node) => neededBy.get(node) ?? [],
    roots: [...needs].filter(([, targets]) => targets.length === 0).map(([node]) => node),
  };
}

/** The nodes of one cycle, first and last the same; undefined if there is none. Iterative: graphs may be deep. */
export function findCycle<K extends string>(needs: ReadonlyMap<K, readonly K[]>): readonly K[] | undefined {
  const done = new Set<K>();
  for (const start of needs.keys()) {
    const path: K[] = [];
    const onPath = new Set<K>();
    const stack: { node: K; next: number }[] = done.has(start) ? [] : [{ node: start, next: 0 }];
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      if (top === undefined) break;
      if (top.next === 0) {
        path.push(top.node);
        onPath.add(top.node);
      }
      const target = (needs.get(top.node) ?? [])[top.next];
      top.next += 1;
      if (target === undefined) {
        stack.pop();
        path.pop();
        onPath.delete(top.node);
        done.add(top.node);
      } else if (onPath.has(target)) {
        return [...path.slice(path.indexOf(target)), target];
      } else if (!done.has(target)) {
        stack.push({ node: target, next: 0 });
      }
    }
  }
  return undefined;
}

/** What became of a node in a walk. */
export type Visit = { readonly ok: true } | { readonly ok: false; readonly error: unknown };

export interface WalkRules<K extends string> {
  /** Which way: `outward` visits dependencies first (start), `inward` dependants first (stop, remove). */
  readonly direction: "outward" | "inward";
  /** Acts on one node after all nodes before it succeeded. */
  readonly visit: (node: K) => Promise<void>;
  /** The error of a node that was not visited because one before it failed. */
  readonly poisoned: (node: K, because: K) => unknown;
}

/**
 * Walks a graph: independent branches run concurrently, a failed node poisons everything behind it, and nothing else. Each
 * node gets at most one error. Never rejects.
 */
export async function walk<K extends string>(graph: Graph<K>, rules: WalkRules<K>): Promise<ReadonlyMap<K, Visit>> {
  const results = new Map<K, Promise<Visit>>();
  const before = (node: K) => (rules.direction === "outward" ? graph.dependenciesOf(node) : graph.dependantsOf(node));
  const resultOf = (node: K): Promise<Visit> => {
    let result = results.get(node);
    if (result === undefined) {
      result = attempt(node);
      results.set(node, result);
    }
    return result;
  };
  const attempt = async (node: K): Promise<Visit> => {
    const earlier = before(node);
    const outcomes = await Promise.all(earlier.map(resultOf));
    const failed = earlier.find((_, at) => outcomes[at]?.ok === false);
    if (failed !== undefined) return { ok: false, error: rules.poisoned(node, failed) };
    try {
      await rules.visit(node);
      return { ok: true };
    } catch (error) {
      return { ok: false, error };
    }
  };
  const visits = await Promise.all(graph.nodes.map(resultOf));
  return new Map(graph.nodes.map((node, at) => [node, visits[at] ?? { ok: true }]));
}
