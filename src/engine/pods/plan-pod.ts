import type { PodConfig } from "../../model/pod.ts";
import type { PlanStep, PodPlan, PodPlanVerb } from "../api/pods.ts";
import { observe } from "../containers/observe.ts";
import type { EngineDeps } from "../deps.ts";
import { podSummary } from "./list.ts";
import { type PlanInput, type PlanMember, type PlanOptions, planRemove, planStart, planStop } from "./plan.ts";
import { isPodDone, podsOfService } from "./service-pods.ts";

/**
 * Looks at a pod, without a lock, and tells what a verb would do to it. Nothing is touched.
 *
 * @throws POD_NO_ROOT, DEPENDENCY_CYCLE
 */
export function planPod(
  deps: EngineDeps,
  pod: PodConfig,
  wanted: PlanOptions & { readonly verb: PodPlanVerb },
): PodPlan {
  const { verb, ...options } = wanted;
  const steps = stepsOf(verb, lookAt(deps, pod), options);
  return {
    verb,
    pod: { id: pod.id, name: pod.name, status: podSummary(deps, pod).status },
    steps,
    ok: steps.every((step) => step.action !== "refuse"),
  };
}

function stepsOf(verb: PodPlanVerb, input: PlanInput, options: PlanOptions): readonly PlanStep[] {
  switch (verb) {
    case "start":
      return planStart(input);
    case "stop":
      return planStop(input, options);
    case "remove":
      return planRemove(input, options);
  }
}

function lookAt(deps: EngineDeps, pod: PodConfig): PlanInput {
  const members = deps.store.read((tx) => tx.containers.inPod(pod.id).map((config) => config.id));
  const found = members.flatMap((id) => memberOf(deps, id) ?? []);
  const service = pod.serviceContainer === undefined ? undefined : memberOf(deps, pod.serviceContainer);
  if (service === undefined) return { pod, members: found };
  const others = podsOfService(deps, service.config.id).filter((other) => other.id !== pod.id);
  return {
    pod,
    members: found,
    service: {
      ...service,
      others: others.map((other) => other.name),
      busy: others.filter((other) => !isPodDone(deps, other)).map((other) => other.name),
    },
  };
}

function memberOf(deps: EngineDeps, id: string): PlanMember | undefined {
  const known = deps.store.read((tx) => {
    const config = tx.containers.get(id);
    return config === undefined ? undefined : { config, lastRun: tx.containers.lastRun(id) };
  });
  if (known === undefined) return undefined;
  const { status } = observe(deps, id, { state: deps.store.boot.get(id), lastRun: known.lastRun });
  return { config: known.config, status };
}
