import type { Abortable } from "../../base/abortable.ts";
import type { ContainerId } from "../../base/brand.ts";
import { defined } from "../../base/defined.ts";
import { fail } from "../../base/errors.ts";
import { findCycle } from "../../base/graph.ts";
import type { ExitPolicy, PodConfig } from "../../model/pod.ts";
import type { ContainerCreateOptions } from "../api/container-options.ts";
import type { PodCreateOptions, PodMemberOptions } from "../api/pods.ts";
import { createContainer } from "../containers/create.ts";
import type { EngineDeps } from "../deps.ts";

export interface PodCreateIo extends Abortable {
  readonly progress?: (line: string) => void;
}

export interface CreatedMembers {
  readonly ids: Readonly<Record<string, ContainerId>>;
  readonly warnings: readonly string[];
}

type Names = ReadonlyMap<string, string>;

/** Container names of the members of `containers` by key: the pod's name goes in front unless a name is given. */
export function memberNames(podName: string, options: Pick<PodCreateOptions, "containers">): Names {
  const entries = Object.entries(options.containers ?? {});
  return new Map(entries.map(([key, member]) => [key, member.name ?? `${podName}-${key}`]));
}

/** The exit policy `main` may name a member by its key. */
export function namedExitPolicy(policy: ExitPolicy, names: Names): ExitPolicy {
  return policy.policy === "main" ? { ...policy, container: names.get(policy.container) ?? policy.container } : policy;
}

/**
 * Members that wait for each other could never start: refused before anything is made.
 *
 * @throws DEPENDENCY_CYCLE with the keys
 */
export function refuseMemberCycles(options: Pick<PodCreateOptions, "containers">): void {
  const members = options.containers ?? {};
  const needs = Object.entries(members).map(
    ([key, member]) => [key, keysOf(member).filter((other) => Object.hasOwn(members, other))] as const,
  );
  const cycle = findCycle(new Map(needs));
  if (cycle !== undefined) throw fail("DEPENDENCY_CYCLE", { cycle });
}

/**
 * Creates the members of `containers`, dependencies first, in the order given. Dependencies, joined namespaces and
 * `volumesFrom` may name other members by their keys.
 *
 * @returns ids by key, and warnings
 */
export async function createMembers(
  deps: EngineDeps,
  pod: PodConfig,
  request: { readonly options: PodCreateOptions; readonly io: PodCreateIo },
): Promise<CreatedMembers> {
  const waiting = new Map(Object.entries(request.options.containers ?? {}));
  const names = memberNames(pod.name, request.options);
  const warnings: string[] = [];
  const ids: Record<string, ContainerId> = {};
  while (waiting.size > 0) {
    const ready = [...waiting].find(([, member]) => keysOf(member).every((key) => !waiting.has(key)));
    if (ready === undefined) throw fail("DEPENDENCY_CYCLE", { cycle: [...waiting.keys()] });
    const [key, member] = ready;
    const options = { ...repointed(member, names), name: names.get(key) ?? key, pod: pod.id };
    const made = await createContainer(deps, options, request.io);
    warnings.push(...made.warnings);
    ids[key] = made.id;
    waiting.delete(key);
  }
  return { ids, warnings };
}

type DependsOn = NonNullable<PodMemberOptions["dependsOn"]>;
type DependencyList = NonNullable<ContainerCreateOptions["dependsOn"]>;

const isList = (value: DependsOn): value is DependencyList => Array.isArray(value);

function dependencyList(dependsOn: PodMemberOptions["dependsOn"]): DependencyList {
  if (dependsOn === undefined) return [];
  return isList(dependsOn)
    ? dependsOn
    : Object.entries(dependsOn).map(([container, condition]) => ({ container, condition }));
}

const DONOR = "container:";

const donorOf = (text: string) => (text.startsWith(DONOR) ? text.slice(DONOR.length) : undefined);

/** Everything in a member that may be another member's key. */
function keysOf(member: PodMemberOptions): readonly string[] {
  const modes = [...Object.values(member.namespaces ?? {}), ...(member.networks ?? []).map((network) => network.name)];
  return [
    ...dependencyList(member.dependsOn).map((d) => d.container),
    ...modes.flatMap((text) => donorOf(text) ?? []),
    ...(member.volumesFrom ?? []).map((text) => text.split(":", 1)[0] ?? ""),
  ];
}

/** `init` says by its type whether it is about the pod's start or about pid 1. */
function initOptions({
  init,
  initContainer,
}: PodMemberOptions): Pick<ContainerCreateOptions, "init" | "initContainer"> {
  if (typeof init !== "string") return defined({ init, initContainer });
  if (initContainer !== undefined && initContainer !== init)
    throw fail("INVALID_ARGUMENT", {
      message: `init ${JSON.stringify(init)} and initContainer ${JSON.stringify(initContainer)} contradict one another`,
    });
  return { initContainer: init };
}

function repointed(
  { dependsOn, init, initContainer, ...member }: PodMemberOptions,
  names: Names,
): ContainerCreateOptions {
  const donor = (text: string) => {
    const key = donorOf(text);
    return key === undefined ? text : `${DONOR}${names.get(key) ?? key}`;
  };
  const volumes = member.volumesFrom?.map((text) => {
    const [key = "", ...options] = text.split(":");
    return [names.get(key) ?? key, ...options].join(":");
  });
  const namespaces = Object.entries(member.namespaces ?? {}).map(([name, text]) => [name, donor(text)]);
  return {
    ...member,
    ...initOptions(defined({ init, initContainer })),
    dependsOn: dependencyList(dependsOn).map((d) => ({ ...d, container: names.get(d.container) ?? d.container })),
    ...(member.namespaces === undefined ? {} : { namespaces: Object.fromEntries(namespaces) }),
    ...(member.networks === undefined ? {} : { networks: member.networks.map((n) => ({ ...n, name: donor(n.name) })) }),
    ...(volumes === undefined ? {} : { volumesFrom: volumes }),
  };
}
