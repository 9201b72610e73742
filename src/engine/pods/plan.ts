import type { ContainerId } from "../../base/brand.ts";
import { fail } from "../../base/errors.ts";
import type { Graph } from "../../base/graph.ts";
import type { ContainerConfig } from "../../model/container.ts";
import type { ContainerStatus } from "../../model/container-state.ts";
import { signalName } from "../../model/notation/signals.ts";
import type { PodConfig } from "../../model/pod.ts";
import type { PlanStep } from "../api/pods.ts";
import { containerGraph } from "./graph.ts";
import { PlanSteps, relation } from "./plan-steps.ts";
import { withDependencies } from "./start.ts";

export interface PlanMember {
  readonly config: ContainerConfig;
  readonly status: ContainerStatus;
}

/** What a plan is made from: a look at a pod. */
export interface PlanInput {
  readonly pod: PodConfig;
  readonly members: readonly PlanMember[];
  readonly service?: PlanMember & {
    /** Names of other pods that need it, and of those the ones that are not done. */
    readonly others: readonly string[];
    readonly busy: readonly string[];
  };
}

export interface PlanOptions {
  readonly force?: boolean;
  /** Seconds; absent or negative is each container's own. */
  readonly timeout?: number;
}

/** Nodes in an order in which each comes after those before it; the given order where there is a choice. */
function inOrder(graph: Graph<ContainerId>, direction: "outward" | "inward"): readonly ContainerId[] {
  const done = new Set<ContainerId>();
  const before = direction === "outward" ? graph.dependenciesOf : graph.dependantsOf;
  const waiting = new Set(graph.nodes);
  while (waiting.size > 0) {
    for (const id of waiting) {
      if (!before(id).every((other) => done.has(other))) continue;
      done.add(id);
      waiting.delete(id);
      break;
    }
  }
  return [...done];
}

const STARTABLE: readonly ContainerStatus[] = ["created", "initialized", "stopped", "exited"];

/**
 * What `startPod` would do: service container, init containers one after another with what they need, then the rest along the
 * dependencies.
 *
 * @throws POD_NO_ROOT, DEPENDENCY_CYCLE
 */
export function planStart(input: PlanInput): readonly PlanStep[] {
  const steps = new PlanSteps();
  const byId = new Map(input.members.map((member) => [member.config.id, member]));
  const configs = input.members.map((member) => member.config);
  planServiceStart(input, steps);
  let lastInit: ContainerId | undefined;
  const inits = configs.filter((config) => config.initType !== undefined);
  for (const init of inits) {
    const needed = withDependencies(init, configs);
    for (const id of inOrder(containerGraph(needed, { closed: false }), "outward")) {
      const member = byId.get(id);
      if (member !== undefined && member.config.initType === undefined) planMemberStart(steps, member, { lastInit });
    }
    planInit(steps, init, { lastInit, configs });
    lastInit = init.id;
  }
  const rest = configs.filter((config) => config.initType !== "once");
  const graph = containerGraph(rest, { closed: false });
  if (graph.roots.length === 0) throw fail("POD_NO_ROOT", { id: input.pod.id });
  for (const id of inOrder(graph, "outward")) {
    const member = byId.get(id);
    if (member !== undefined && member.config.initType === undefined) planMemberStart(steps, member, { lastInit });
  }
  return steps.list;
}

function planServiceStart({ service }: PlanInput, steps: PlanSteps): void {
  if (service === undefined) return;
  const runs = service.status === "running";
  steps.add(service.config, {
    action: runs ? "leave" : "start",
    notes: ["service container of the pod", ...(runs ? ["it runs already"] : [])],
  });
  steps.everythingAfter(service.config.id, "the service container runs before the pod");
}

interface Phase {
  /** The init container that ran last before this. */
  readonly lastInit: ContainerId | undefined;
}

function planMemberStart(steps: PlanSteps, member: PlanMember, { lastInit }: Phase): void {
  const { config, status } = member;
  if (steps.has(config.id)) return;
  const edges = [...relation(config, "needs")];
  if (lastInit !== undefined) edges.push([lastInit, "init containers run first"]);
  const broken = steps.refusedAmong(edges.map(([id]) => id));
  if (broken !== undefined)
    steps.add(config, { action: "refuse", edges, notes: [`${broken}, which comes before it, does not start`] });
  else if (status === "running") steps.add(config, { action: "leave", edges, notes: ["it runs already"] });
  else if (STARTABLE.includes(status)) steps.add(config, { action: "start", edges });
  else steps.add(config, { action: "refuse", edges, notes: [`it is ${status}`] });
}

function planInit(
  steps: PlanSteps,
  init: ContainerConfig,
  { lastInit, configs }: Phase & { readonly configs: readonly ContainerConfig[] },
): void {
  const edges = [...relation(init, "needs")];
  if (lastInit !== undefined) edges.push([lastInit, "init containers run one after another"]);
  const broken = steps.refusedAmong(edges.map(([id]) => id));
  const dependants = configs.filter((c) => c.dependsOn.some((d) => d.id === init.id)).map((c) => c.name);
  const kind = init.initType === "once" ? "once, removed when it has ended with 0" : "at every start";
  const notes = [`init container: ${kind}`];
  if (broken !== undefined)
    steps.add(init, { action: "refuse", edges, notes: [...notes, `${broken}, which comes before it, does not start`] });
  else if (init.initType === "once" && dependants.length > 0)
    steps.add(init, {
      action: "refuse",
      edges,
      notes: [...notes, `it can't be removed: ${dependants.join(", ")} needs it`],
    });
  else steps.add(init, { action: "run", edges, notes });
}

/** How a container is ended. */
function ending(config: ContainerConfig, options: PlanOptions): string {
  const timeout = options.timeout === undefined || options.timeout < 0 ? config.stopTimeout : options.timeout;
  return timeout === 0 ? "SIGKILL at once" : `${signalName(config.stopSignal)}, SIGKILL after ${timeout} s`;
}

/** What `stopPod` would do: dependants before what they depend on, infra last. Throws DEPENDENCY_CYCLE. */
export function planStop(input: PlanInput, options: PlanOptions = {}): readonly PlanStep[] {
  const steps = new PlanSteps();
  const byId = new Map(input.members.map((member) => [member.config.id, member]));
  const graph = containerGraph(
    input.members.map((member) => member.config),
    { closed: false },
  );
  for (const id of inOrder(graph, "inward")) {
    const member = byId.get(id);
    if (member === undefined) continue;
    const edges = dependantEdges(graph, id, byId);
    if (["running", "initialized", "stopping"].includes(member.status))
      steps.add(member.config, { action: "stop", edges, notes: [ending(member.config, options)] });
    else steps.add(member.config, { action: "leave", edges, notes: [`it is ${member.status}`] });
  }
  planServiceEnd(input, steps, { removed: false });
  return steps.list;
}

function dependantEdges(
  graph: Graph<ContainerId>,
  id: ContainerId,
  byId: ReadonlyMap<ContainerId, PlanMember>,
): readonly (readonly [ContainerId, string])[] {
  return graph.dependantsOf(id).flatMap((dependant) => {
    const member = byId.get(dependant);
    if (member === undefined) return [];
    return relation(member.config, "depends on")
      .filter(([on]) => on === id)
      .map(([, reason]) => [dependant, reason] as const);
  });
}

/** What `removePod` would do: dependants before what they depend on, then the pod. */
export function planRemove(input: PlanInput, options: PlanOptions = {}): readonly PlanStep[] {
  const steps = new PlanSteps();
  const byId = new Map(input.members.map((member) => [member.config.id, member]));
  const graph = removalGraph(input, options);
  for (const id of inOrder(graph, "inward")) {
    const member = byId.get(id);
    if (member !== undefined) planMemberRemoval(steps, member, { options, edges: dependantEdges(graph, id, byId) });
  }
  const { pod } = input;
  const stays = steps.list.some((step) => step.action === "refuse");
  steps.addPod(pod, {
    action: stays ? "refuse" : "remove",
    notes: stays ? ["a container of it stays"] : pod.cgroupPath === "" ? [] : [`with its cgroup ${pod.cgroupPath}`],
  });
  planServiceEnd(input, steps, { removed: !stays });
  return steps.list;
}

/** With force, a graph that can't be built is no hindrance: the members go in any order. */
function removalGraph(input: PlanInput, options: PlanOptions): Graph<ContainerId> {
  const configs = input.members.map((member) => member.config);
  try {
    return containerGraph(configs);
  } catch (error) {
    if (options.force !== true) throw error;
    return containerGraph(
      configs.map((config) => ({ ...config, dependsOn: [] })),
      { closed: false },
    );
  }
}

function planMemberRemoval(
  steps: PlanSteps,
  { config, status }: PlanMember,
  how: { readonly options: PlanOptions; readonly edges: readonly (readonly [ContainerId, string])[] },
): void {
  const { options, edges } = how;
  const alive = ["running", "paused", "stopping", "unknown"].includes(status);
  const broken = steps.refusedAmong(edges.map(([id]) => id));
  const volumes = config.mounts.filter((mount) => mount.type === "volume" && mount.anonymous).length;
  const notes = [
    ...(status === "paused"
      ? ["it is paused: SIGKILL first"]
      : alive
        ? [`stopped first: ${ending(config, options)}`]
        : []),
    ...(volumes > 0 ? [`with ${volumes} anonymous ${volumes === 1 ? "volume" : "volumes"}`] : []),
  ];
  if (broken !== undefined)
    steps.add(config, { action: "refuse", edges, notes: [`${broken}, which depends on it, stays`] });
  else if (alive && !config.isInfra && options.force !== true)
    steps.add(config, { action: "refuse", edges, notes: [`it is ${status}, which needs force`] });
  else steps.add(config, { action: "remove", edges, notes });
}

/** The service container goes or stops when this was the last pod that needs it. */
function planServiceEnd({ service }: PlanInput, steps: PlanSteps, { removed }: { readonly removed: boolean }): void {
  if (service === undefined) return;
  const last = steps.list.at(-1)?.target.kind === "pod" ? "the pod is gone" : "the pod has stopped";
  const reason = steps.list.some((step) => step.action === "refuse") ? undefined : last;
  const notes = ["service container of the pod"];
  if (reason === undefined) steps.add(service.config, { action: "leave", notes: [...notes, "the pod still needs it"] });
  else if (service.busy.length > 0)
    steps.addLast(service.config, {
      action: "leave",
      reason,
      notes: [...notes, `needed by ${service.busy.join(", ")}`],
    });
  else if (removed && service.others.length === 0) steps.addLast(service.config, { action: "remove", reason, notes });
  else if (service.status === "running") steps.addLast(service.config, { action: "stop", reason, notes });
  else steps.addLast(service.config, { action: "leave", reason, notes: [...notes, `it is ${service.status}`] });
}
