import type { ContainerId } from "../../base/brand.ts";
import type { ContainerConfig } from "../../model/container.ts";
import type { PodConfig } from "../../model/pod.ts";
import type { PlanAction, PlanStep } from "../api/pods.ts";
import { dependenciesOf } from "./graph.ts";

/** A container that comes first, and why. */
export type PlanEdge = readonly [id: ContainerId, reason: string];

interface StepDraft {
  readonly action: PlanAction;
  readonly edges?: readonly PlanEdge[];
  readonly notes?: readonly string[];
}

const NAMESPACES = ["ipc", "net", "uts", "pid", "user", "cgroup"] as const;

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** What ties a container to each of its dependencies: joined namespaces and required conditions. */
export function relation(config: ContainerConfig, verb: "needs" | "depends on"): readonly PlanEdge[] {
  return dependenciesOf(config).map((id) => {
    const joined = NAMESPACES.filter((name) => {
      const mode = config.namespaces[name];
      return mode.mode === "container" && mode.id === id;
    });
    const conditions = config.dependsOn
      .filter((edge) => edge.id === id)
      .map(({ condition, timeoutSeconds }) =>
        timeoutSeconds === undefined ? condition : `${condition} within ${timeoutSeconds} s`,
      );
    const ties = [
      ...(joined.length > 0 ? [`${listed(joined)} ${joined.length === 1 ? "namespace" : "namespaces"}`] : []),
      ...conditions.map((condition) => `condition ${condition}`),
    ];
    return [id, `${verb} it: ${ties.join(", ")}`];
  });
}

/** The steps of a plan as they are put together. */
export class PlanSteps {
  readonly #list: PlanStep[] = [];
  readonly #numbers = new Map<string, number>();
  #first: PlanEdge | undefined;

  get list(): readonly PlanStep[] {
    return this.#list;
  }

  has(id: ContainerId): boolean {
    return this.#numbers.has(id);
  }

  /** Every later step without another edge comes after this container's. */
  everythingAfter(id: ContainerId, reason: string): void {
    this.#first = [id, reason];
  }

  /** Edges to containers without a step are left out. */
  add(config: ContainerConfig, draft: StepDraft): void {
    const edges = (draft.edges ?? []).filter(([id]) => this.#numbers.has(id));
    const all = edges.length === 0 && this.#first !== undefined ? [this.#first] : edges;
    this.#push({ kind: "container", id: config.id, name: config.name }, draft, all);
  }

  /** A step after all others. */
  addLast(config: ContainerConfig, draft: Omit<StepDraft, "edges"> & { readonly reason: string }): void {
    this.#push({ kind: "container", id: config.id, name: config.name }, draft, this.#ends(draft.reason));
  }

  addPod(pod: PodConfig, draft: Omit<StepDraft, "edges">): void {
    this.#push({ kind: "pod", id: pod.id, name: pod.name }, draft, this.#ends("its containers go first"));
  }

  /** The name of the first of these containers for which the verb fails. */
  refusedAmong(ids: readonly ContainerId[]): string | undefined {
    return this.#list.find((step) => step.action === "refuse" && ids.some((id) => id === step.target.id))?.target.name;
  }

  /** Steps that no other step waits for. */
  #ends(reason: string): readonly PlanEdge[] {
    const waitedFor = new Set(this.#list.flatMap((step) => step.after.map((edge) => edge.step)));
    return this.#list
      .filter((step) => !waitedFor.has(step.number))
      .map((step) => [step.target.id as ContainerId, reason]);
  }

  #push(target: PlanStep["target"], draft: StepDraft, edges: readonly PlanEdge[]): void {
    const number = this.#list.length + 1;
    const after = edges
      .map(([id, reason]) => ({ step: this.#numbers.get(id) ?? 0, reason }))
      .sort((a, b) => a.step - b.step);
    this.#numbers.set(target.id, number);
    this.#list.push({ number, action: draft.action, target, after, notes: draft.notes ?? [] });
  }
}
