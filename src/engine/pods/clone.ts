import { defined } from "../../base/defined.ts";
import { fail, messageOf } from "../../base/errors.ts";
import type { ContainerConfig } from "../../model/container.ts";
import type { PodConfig } from "../../model/pod.ts";
import { containerOptionsOf, podOptionsOf } from "../../spec/options-of.ts";
import type { PodCloneOptions, PodCreateOptions, PodMemberOptions } from "../api/pods.ts";
import type { EngineDeps } from "../deps.ts";
import { cloneName } from "./clone-names.ts";
import { type CreatedPod, createPod } from "./create.ts";
import type { PodCreateIo } from "./create-members.ts";
import { withPod } from "./locked.ts";
import { removePodById } from "./remove.ts";
import { startPod } from "./start.ts";

/**
 * Makes a pod like another one, members included, all or nothing (spec/pods.md 3.11). Then, where asked, the source goes and the
 * clone starts.
 *
 * @throws what `createPod` throws; CLONE_UNFINISHED when the clone is there and a later step failed
 */
export async function clonePod(
  deps: EngineDeps,
  source: PodConfig,
  request: { readonly options: PodCloneOptions; readonly io: PodCreateIo },
): Promise<CreatedPod> {
  const { options, io } = request;
  const members = deps.store.read((tx) => tx.containers.inPod(source.id));
  const made = await createPod(deps, cloneOptions(deps, { pod: source, members }, options), io);
  const { signal } = io;
  const abortable = defined({ signal });
  try {
    if (options.destroy === true) await removePodById(deps, source.id, { ...abortable, force: true });
    if (options.start === true) await withPod(deps, made.config.id, (pod) => startPod(deps, pod, abortable), abortable);
  } catch (error) {
    throw fail("CLONE_UNFINISHED", { id: made.config.id, reason: messageOf(error) }, { cause: error });
  }
  return made;
}

interface Source {
  readonly pod: PodConfig;
  readonly members: readonly ContainerConfig[];
}

/** The options that make the clone: those of the source under what the caller wants otherwise. */
function cloneOptions(deps: EngineDeps, source: Source, options: PodCloneOptions): PodCreateOptions {
  const { pod, members } = source;
  const { destroy: _destroy, start: _start, ...changes } = options;
  const infra = members.find((member) => member.isInfra);
  const names = new NameChooser(deps);
  const name = changes.name ?? names.choose(pod.name);
  // A name that the engine made up tells which pod it is of: the clone's is made up anew.
  const infraName =
    changes.infraName ??
    (infra === undefined || infra.name === `${pod.id.slice(0, 12)}-infra` ? undefined : names.choose(infra.name));
  const containers = members
    .filter((member) => !member.isInfra)
    .map((member) => [member.name, memberOptions(source, member, { infra, name: names.choose(member.name) })] as const);
  return {
    ...laidOver(podOptionsOf(pod, infra), changes),
    name,
    ...(infraName === undefined ? {} : { infraName }),
    exitPolicy: changes.exitPolicy ?? exitPolicyByName(source),
    containers: Object.fromEntries(containers),
  };
}

/** Dependencies are named by their sources' names, which are the keys of the clones. */
function memberOptions(
  source: Source,
  member: ContainerConfig,
  as: { readonly infra: ContainerConfig | undefined; readonly name: string },
): PodMemberOptions {
  const byId = new Map(source.members.map((other) => [other.id as string, other.name]));
  const context = { pod: source.pod, refOf: (id: string) => byId.get(id) ?? id };
  const { pod: _pod, ...options } = containerOptionsOf(
    member,
    as.infra === undefined ? context : { ...context, infra: as.infra },
  );
  return { ...options, name: as.name, pull: "never" };
}

function exitPolicyByName({ pod, members }: Source): PodConfig["exitPolicy"] {
  if (pod.exitPolicy.policy !== "main") return pod.exitPolicy;
  const { container } = pod.exitPolicy;
  const main = members.find((member) => member.id === container || member.name === container);
  return { policy: "main", container: main?.name ?? container };
}

/** Labels, sysctls and limits by key, lists added, everything else replaced. */
function laidOver(base: PodCreateOptions, changes: Omit<PodCloneOptions, "destroy" | "start">): PodCreateOptions {
  const { labels, sysctls, resources, devices, mounts, securityOpt, ...rest } = changes;
  const { memorySwap, ...limits } = base.resources ?? {};
  // A limit of memory and swap belongs to the memory limit that it was given with.
  const kept = resources?.memory === undefined ? base.resources : limits;
  const { userns, uidMap, gidMap, ...others } = base;
  const givesUser = rest.userns !== undefined || rest.uidMap !== undefined || rest.gidMap !== undefined;
  return {
    ...others,
    ...(givesUser ? {} : defined({ userns, uidMap, gidMap })),
    ...rest,
    labels: { ...base.labels, ...labels },
    resources: { ...kept, ...resources },
    ...(base.sysctls === undefined && sysctls === undefined ? {} : { sysctls: { ...base.sysctls, ...sysctls } }),
    ...defined({
      devices: joined(base.devices, devices),
      mounts: joined(base.mounts, mounts),
      securityOpt: joined(base.securityOpt, securityOpt),
    }),
  };
}

function joined<T>(base: readonly T[] | undefined, more: readonly T[] | undefined): readonly T[] | undefined {
  return base === undefined && more === undefined ? undefined : [...(base ?? []), ...(more ?? [])];
}

/** Chooses names that nothing has and that it has not given out. */
class NameChooser {
  readonly #deps: Pick<EngineDeps, "store">;
  readonly #chosen = new Set<string>();

  constructor(deps: Pick<EngineDeps, "store">) {
    this.#deps = deps;
  }

  choose(source: string): string {
    const name = cloneName(source, (candidate) => this.#isTaken(candidate));
    this.#chosen.add(name);
    return name;
  }

  #isTaken(name: string): boolean {
    if (this.#chosen.has(name)) return true;
    return this.#deps.store.read(
      (tx) => tx.containers.byName(name) !== undefined || tx.pods.byName(name) !== undefined,
    );
  }
}
