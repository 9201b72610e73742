/**
 * A small pure model of containers and pods: statuses, and whether a verb is accepted (spec/pods.md 2 and 3). It knows nothing
 * of how the engine works.
 */

export type Status = "created" | "initialized" | "running" | "paused" | "exited";

export interface ModelContainer {
  readonly name: string;
  readonly pod: string | undefined;
  readonly infra: boolean;
  /** Its program ends by itself as soon as it runs. */
  readonly short: boolean;
  status: Status;
  /** It has run before: what it goes back to when it is cleaned up. */
  ran: boolean;
}

export interface ModelPod {
  readonly name: string;
  readonly infra: boolean;
}

export type Verdict = "ok" | "refused";

export class Model {
  readonly containers = new Map<string, ModelContainer>();
  readonly pods = new Map<string, ModelPod>();

  createPod(name: string, infra: boolean): Verdict {
    if (this.pods.has(name)) return "refused";
    this.pods.set(name, { name, infra });
    if (infra) this.#add({ name: `${name}-infra`, pod: name, infra: true, short: false });
    return "ok";
  }

  create(name: string, pod: string | undefined, short: boolean): Verdict {
    if (this.containers.has(name) || (pod !== undefined && !this.pods.has(pod))) return "refused";
    this.#add({ name, pod, infra: false, short });
    return "ok";
  }

  #add(about: Omit<ModelContainer, "status" | "ran">): void {
    this.containers.set(about.name, { ...about, status: "created", ran: false });
  }

  members(pod: string): ModelContainer[] {
    return [...this.containers.values()].filter((c) => c.pod === pod);
  }

  #infraOf(c: ModelContainer): ModelContainer | undefined {
    return c.infra || c.pod === undefined ? undefined : this.members(c.pod).find((m) => m.infra);
  }

  /** A verb on one container. */
  container(verb: ContainerVerb, name: string): Verdict {
    const c = this.containers.get(name);
    return c === undefined ? "refused" : CONTAINER_RULES[verb](this, c);
  }

  /** A verb on one pod. */
  pod(verb: PodVerb, name: string): Verdict {
    const pod = this.pods.get(name);
    return pod === undefined ? "refused" : POD_RULES[verb](this, pod);
  }

  /** True if what the container depends on runs now; starts it if it does not. */
  startNeeded(c: ModelContainer): boolean {
    const infra = this.#infraOf(c);
    if (infra === undefined) return true;
    if (infra.status === "paused") return false;
    run(infra);
    return true;
  }

  remove(c: ModelContainer): void {
    this.containers.delete(c.name);
  }
}

/** A container runs, and a short one has ended. */
function run(c: ModelContainer): void {
  if (c.status === "running") return;
  c.status = c.short ? "exited" : "running";
  c.ran = true;
}

function end(c: ModelContainer): void {
  c.status = "exited";
  c.ran = true;
}

/** Back to where nothing is in the OCI runtime. */
function cleanUp(c: ModelContainer): void {
  if (c.status === "initialized") c.status = c.ran ? "exited" : "created";
}

type ContainerRule = (model: Model, c: ModelContainer) => Verdict;

const isActive = (c: ModelContainer) => c.status === "running" || c.status === "paused";

const start: ContainerRule = (model, c) => {
  if (!model.startNeeded(c) || c.status === "paused") return "refused";
  run(c);
  return "ok";
};

const stop: ContainerRule = (_, c) => {
  if (c.status === "running" || c.status === "initialized") end(c);
  return "ok";
};

const onlyIn =
  (states: readonly Status[], then: (c: ModelContainer) => void): ContainerRule =>
  (_, c) => {
    if (!states.includes(c.status)) return "refused";
    then(c);
    return "ok";
  };

const pause = onlyIn(["running"], (c) => {
  c.status = "paused";
});

const unpause = onlyIn(["paused"], (c) => {
  c.status = "running";
});

const kill = onlyIn(["running", "paused"], end);

const CONTAINER_RULES = {
  init: (model, c) => {
    if (!model.startNeeded(c) || !["created", "exited"].includes(c.status)) return "refused";
    c.status = "initialized";
    return "ok";
  },
  start,
  stop: (model, c) => (c.status === "paused" ? "refused" : stop(model, c)),
  kill,
  pause,
  unpause,
  restart: (model, c) => {
    if (!model.startNeeded(c) || c.status === "paused") return "refused";
    run(c);
    return "ok";
  },
  cleanup: (_, c) => {
    if (isActive(c)) return "refused";
    cleanUp(c);
    return "ok";
  },
  rm: (model, c) => {
    if (isActive(c)) return "refused";
    model.remove(c);
    return "ok";
  },
  "rm -f": (model, c) => {
    model.remove(c);
    return "ok";
  },
  exit: onlyIn(["running"], end),
} satisfies Readonly<Record<string, ContainerRule>>;

export type ContainerVerb = keyof typeof CONTAINER_RULES;
export const CONTAINER_VERBS = Object.keys(CONTAINER_RULES) as ContainerVerb[];

type PodRule = (model: Model, pod: ModelPod) => Verdict;

/** Applies a verb to each member that it is for, and leaves the others alone. */
const fanOut =
  (rule: ContainerRule): PodRule =>
  (model, pod) => {
    for (const c of model.members(pod.name)) rule(model, c);
    return "ok";
  };

const startPod: PodRule = (model, pod) => {
  const members = model.members(pod.name);
  if (members.length === 0) return "refused";
  const infra = members.find((m) => m.infra);
  if (infra?.status === "paused") return "refused";
  const paused = members.some((m) => m.status === "paused");
  for (const m of members) if (m.status !== "paused") run(m);
  return paused ? "refused" : "ok";
};

const restartPod: PodRule = (model, pod) => {
  const members = model.members(pod.name);
  if (members.length === 0) return "refused";
  for (const m of members) if (m.status !== "paused") run(m);
  return "ok";
};

/** Members that run stay, and keep infra and pod. */
const removePod: PodRule = (model, pod) => {
  const members = model.members(pod.name);
  const staying = members.filter((m) => !m.infra && isActive(m));
  for (const m of members) if (!staying.includes(m) && (!m.infra || staying.length === 0)) model.remove(m);
  if (staying.length > 0) return "refused";
  model.pods.delete(pod.name);
  return "ok";
};

const POD_RULES = {
  start: startPod,
  stop: fanOut(stop),
  kill: fanOut(kill),
  pause: fanOut(pause),
  unpause: fanOut(unpause),
  restart: restartPod,
  cleanup: fanOut((_, c) => {
    cleanUp(c);
    return "ok";
  }),
  rm: removePod,
  "rm -f": (model, pod) => {
    for (const m of model.members(pod.name)) model.remove(m);
    model.pods.delete(pod.name);
    return "ok";
  },
} satisfies Readonly<Record<string, PodRule>>;

export type PodVerb = keyof typeof POD_RULES;
export const POD_VERBS = Object.keys(POD_RULES) as PodVerb[];

/** spec/pods.md 2.4, written anew from its table. */
export function derivedStatus(statuses: readonly Status[]): string {
  const all = (status: Status) => statuses.every((s) => s === status);
  if (statuses.length === 0) return "Created";
  if (all("running")) return "Running";
  if (statuses.includes("running")) return "Degraded";
  if (all("paused")) return "Paused";
  if (all("exited")) return "Exited";
  if (statuses.includes("exited")) return "Stopped";
  return "Created";
}
