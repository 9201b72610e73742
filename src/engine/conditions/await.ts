import { dirname } from "node:path";
import type { Abortable } from "../../base/abortable.ts";
import { fail } from "../../base/errors.ts";
import type { ContainerConfig, Dependency } from "../../model/container.ts";
import { Changes } from "../changes.ts";
import type { EngineDeps } from "../deps.ts";
import { factsOf } from "./facts.ts";
import { type Judgement, judge } from "./judge.ts";

/** Milliseconds between looks when no change was announced: a process may vanish without a file telling of it. */
const SAFETY_MS = 1000;

/** Edges that ask for more than a dependency that was started. */
export function awaitedEdges(config: ContainerConfig): readonly Dependency[] {
  return config.dependsOn.filter((edge) => edge.condition !== "started");
}

/**
 * Waits until every dependency of a container is in the condition that its edge asks for.
 *
 * @throws DEPENDENCY_CONDITION naming the edge and why it can't be met, DEPENDENCY_TIMEOUT, or the signal's reason
 */
export async function awaitConditions(
  deps: EngineDeps,
  config: ContainerConfig,
  options: Abortable = {},
): Promise<void> {
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, options.signal]);
  const waits = awaitedEdges(config).map((edge) => awaitEdge(deps, config, { edge, signal }));
  try {
    await Promise.all(waits);
  } finally {
    // One that failed ends the others.
    stop.abort();
    await Promise.allSettled(waits);
  }
}

interface EdgeWait {
  readonly edge: Dependency;
  readonly signal: AbortSignal;
}

async function awaitEdge(deps: EngineDeps, config: ContainerConfig, wait: EdgeWait): Promise<void> {
  const { edge, signal } = wait;
  const { clock } = deps.host;
  const deadline =
    edge.timeoutSeconds === undefined ? Number.POSITIVE_INFINITY : clock.monotonic() + edge.timeoutSeconds * 1000;
  const places = [deps.paths.health, deps.paths.exits, dirname(deps.paths.bundle(edge.id)), deps.paths.bundle(edge.id)];
  using changes = new Changes(deps, places);
  for (;;) {
    const judgement = judgeEdge(deps, edge);
    if (judgement.is === "met") return;
    if (judgement.is === "failed") throw conditionError(deps, config, { edge, reason: judgement.reason });
    const left = deadline - clock.monotonic();
    if (left <= 0)
      throw fail("DEPENDENCY_TIMEOUT", { ...edgeNames(deps, config, edge), seconds: edge.timeoutSeconds ?? 0 });
    await changes.next(Math.min(left, SAFETY_MS), { signal });
  }
}

/** Whether an edge is met at this moment. A dependency that was removed cannot come back. */
export function judgeEdge(deps: EngineDeps, edge: Dependency): Judgement {
  const target = deps.store.read((tx) => tx.containers.get(edge.id));
  if (target === undefined) return { is: "failed", reason: "it was removed" };
  return judge(edge.condition, factsOf(deps, target));
}

/** The error of a container whose dependency can't be in the wanted condition. */
export function conditionError(
  deps: EngineDeps,
  config: ContainerConfig,
  broken: { readonly edge: Dependency; readonly reason: string },
): Error {
  return fail("DEPENDENCY_CONDITION", { ...edgeNames(deps, config, broken.edge), reason: broken.reason });
}

function edgeNames(deps: EngineDeps, config: ContainerConfig, edge: Dependency) {
  const dependency = deps.store.read((tx) => tx.containers.get(edge.id)?.name ?? edge.id);
  return { container: config.name, dependency, condition: edge.condition };
}
