import type { DependencyCondition } from "../../model/container.ts";
import type { ContainerStatus } from "../../model/container-state.ts";
import type { HealthStatus } from "../../model/health.ts";

/** What is known of a dependency at one moment. */
export interface DependencyFacts {
  readonly status: ContainerStatus;
  /** It has ended, and its monitor is about to tell how. */
  readonly ending: boolean;
  /** Its policy starts it again, now or in a while. */
  readonly restarts: boolean;
  /** Exit code of its last run in this boot. */
  readonly exitCode: number | undefined;
  /** Undefined where it has no such check. */
  readonly health: HealthStatus | undefined;
  readonly readiness: HealthStatus | undefined;
}

/** `failed` is for good, unless somebody does something about it. */
export type Judgement =
  | { readonly is: "met" }
  | { readonly is: "pending" }
  | { readonly is: "failed"; readonly reason: string };

const MET: Judgement = { is: "met" };
const PENDING: Judgement = { is: "pending" };
const failed = (reason: string): Judgement => ({ is: "failed", reason });

const ALIVE: readonly ContainerStatus[] = ["running", "paused", "stopping"];

/** Tells whether a dependency is in the condition that an edge asks for. */
export function judge(condition: DependencyCondition, facts: DependencyFacts): Judgement {
  if (facts.ending) return PENDING;
  if (condition === "completed") return judgeCompleted(facts);
  if (!ALIVE.includes(facts.status)) {
    if (facts.restarts) return PENDING;
    return failed(facts.exitCode === undefined ? "it is not running" : `it exited with code ${facts.exitCode}`);
  }
  switch (condition) {
    case "started":
      return MET;
    case "healthy":
      return judgeHealth(facts.health);
    case "ready":
      if (facts.readiness === undefined) return judgeHealth(facts.health);
      return facts.readiness === "healthy" ? MET : PENDING;
  }
}

function judgeCompleted(facts: DependencyFacts): Judgement {
  if (ALIVE.includes(facts.status)) return PENDING;
  if (facts.exitCode === 0) return MET;
  if (facts.restarts) return PENDING;
  return failed(facts.exitCode === undefined ? "it has not run" : `it exited with code ${facts.exitCode}`);
}

/** Without a check there is nothing to wait for: it runs. */
function judgeHealth(health: HealthStatus | undefined): Judgement {
  if (health === undefined || health === "healthy") return MET;
  return health === "unhealthy" ? failed("it is unhealthy") : PENDING;
}
