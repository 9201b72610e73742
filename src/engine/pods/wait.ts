import { dirname } from "node:path";
import type { Abortable } from "../../base/abortable.ts";
import type { PodId } from "../../base/brand.ts";
import { fail } from "../../base/errors.ts";
import type { ContainerConfig } from "../../model/container.ts";
import type { LastRun } from "../../model/container-state.ts";
import { type PodConfig, type PodStatus, podStatusOf } from "../../model/pod.ts";
import type { PodWaitCondition } from "../api/pods.ts";
import { Changes } from "../changes.ts";
import { factsOf } from "../conditions/facts.ts";
import { type DependencyFacts, judge } from "../conditions/judge.ts";
import { observe } from "../containers/observe.ts";
import type { EngineDeps } from "../deps.ts";

/** Milliseconds between looks when no change was announced: a pod is removed without a file telling of it. */
const SAFETY_MS = 500;

/** A member at one moment. */
export interface WaitedMember {
  readonly config: Pick<ContainerConfig, "id" | "name" | "isInfra" | "initType" | "health" | "readiness">;
  readonly facts: DependencyFacts;
  readonly lastRun: LastRun;
}

/** A pod at one moment; undefined when it was removed. */
export type WaitedPod = { readonly config: PodConfig; readonly members: readonly WaitedMember[] } | undefined;

const ALIVE = ["running", "paused", "stopping", "initialized"];

/**
 * Waits for a pod until one of the conditions is true.
 *
 * @returns the pod's exit code if it has ended, else -1
 * @throws NO_SUCH_POD when it goes and no condition allows for that
 */
export async function waitPod(
  deps: EngineDeps,
  id: PodId,
  options: Abortable & { readonly conditions?: readonly PodWaitCondition[] } = {},
): Promise<number> {
  const conditions = options.conditions ?? ["exited"];
  let seen: WaitedPod;
  using changes = new Changes(deps, [deps.paths.exits, deps.paths.health, dirname(deps.paths.bundle(id))]);
  for (;;) {
    const now = lookAt(deps, id);
    const known = withGone(deps, seen, now);
    const met = conditions.find((condition) => isMet(condition, now && known));
    if (met !== undefined) return now === undefined || hasEnded(known) ? exitCodeOf(known) : -1;
    if (now === undefined) throw fail("NO_SUCH_POD", { ref: id });
    seen = known;
    await changes.next(SAFETY_MS, options);
  }
}

function lookAt(deps: EngineDeps, id: PodId): WaitedPod {
  const found = deps.store.read((tx) => {
    const config = tx.pods.get(id);
    const members = tx.containers.inPod(id);
    return config && { config, members: members.map((m) => ({ config: m, lastRun: tx.containers.lastRun(m.id) })) };
  });
  if (found === undefined) return undefined;
  const members = found.members.map(({ config, lastRun }): WaitedMember => {
    const state = deps.store.boot.get(config.id);
    const run = observe(deps, config.id, { state, lastRun }).lastRun;
    // The end may not be recorded yet.
    const stopped = state?.stoppedByUser === true ? { stoppedByUser: true } : {};
    return { config, facts: factsOf(deps, config), lastRun: { ...run, ...stopped } };
  });
  return { config: found.config, members };
}

const GONE: DependencyFacts = {
  status: "exited",
  restarts: false,
  ending: false,
  exitCode: undefined,
  health: undefined,
  readiness: undefined,
};

/**
 * Adds members that were removed since the last look, with the code that is kept of them. One that ended with its pod was asked to:
 * whoever removes a pod stops it.
 */
function withGone(deps: EngineDeps, seen: WaitedPod, now: WaitedPod): WaitedPod {
  if (seen === undefined) return now;
  const present = new Set(now?.members.map((member) => member.config.id));
  const gone = seen.members
    .filter((member) => !present.has(member.config.id))
    .map((member): WaitedMember => {
      if (member.facts === GONE) return member;
      const { exitCode = deps.store.read((tx) => tx.containers.exitCode(member.config.id)) } = member.lastRun;
      const ended = member.lastRun.exitCode !== undefined;
      const lastRun = {
        finishedAt: deps.host.clock.now(),
        ...member.lastRun,
        ...(exitCode === undefined ? {} : { exitCode }),
        ...(now === undefined && !ended ? { stoppedByUser: true } : {}),
      };
      return { ...member, facts: GONE, lastRun };
    });
  return { config: now?.config ?? seen.config, members: [...gone, ...(now?.members ?? [])] };
}

const membersOf = (pod: NonNullable<WaitedPod>) => pod.members.filter((member) => !member.config.isInfra);

const isOver = ({ facts }: WaitedMember) => !ALIVE.includes(facts.status) && !facts.ending && !facts.restarts;

/** The member that an exit policy `main` names. */
function mainOf(pod: NonNullable<WaitedPod>): WaitedMember | undefined {
  const { exitPolicy } = pod.config;
  if (exitPolicy.policy !== "main") return undefined;
  const { container } = exitPolicy;
  return membersOf(pod).find(({ config }) => config.name === container || config.id === container);
}

/** True if nothing of the pod runs any more but its infra, or if its main container has run and ended. */
export function hasEnded(pod: WaitedPod): boolean {
  if (pod === undefined) return true;
  const main = mainOf(pod);
  if (main !== undefined && main.lastRun.exitCode !== undefined && isOver(main)) return true;
  return membersOf(pod).every(isOver);
}

/** Tells whether a condition is true of a pod. */
export function isMet(condition: PodWaitCondition, pod: WaitedPod): boolean {
  if (condition === "exited") return hasEnded(pod);
  if (pod === undefined || condition === "removed") return pod === undefined && condition === "removed";
  if (condition === "healthy" || condition === "ready")
    return membersOf(pod)
      .filter((member) => member.config.initType === undefined)
      .every(({ facts }) => judge(condition, facts).is === "met" || judge("completed", facts).is === "met");
  return statusOf(pod).toLowerCase() === condition;
}

function statusOf(pod: NonNullable<WaitedPod>): PodStatus {
  return podStatusOf(
    pod.members.filter((member) => member.config.initType === undefined).map((member) => member.facts.status),
  );
}

/**
 * A pod's exit code: that of the main container with the exit policy `main`, else that of the member that failed first, else 0.
 * Members that were asked to stop did not fail.
 */
export function exitCodeOf(pod: WaitedPod): number {
  if (pod === undefined) return 0;
  const main = mainOf(pod);
  if (main !== undefined) return main.lastRun.exitCode ?? 0;
  const failed = membersOf(pod)
    .filter(({ lastRun }) => (lastRun.exitCode ?? 0) !== 0 && lastRun.stoppedByUser !== true)
    .toSorted((a, b) => (a.lastRun.finishedAt ?? 0) - (b.lastRun.finishedAt ?? 0));
  return failed[0]?.lastRun.exitCode ?? 0;
}
