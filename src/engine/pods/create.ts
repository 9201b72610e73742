import type { Abortable } from "../../base/abortable.ts";
import type { ContainerId, PodId } from "../../base/brand.ts";
import { fail, hasCode } from "../../base/errors.ts";
import type { ContainerConfig } from "../../model/container.ts";
import type { PodConfig } from "../../model/pod.ts";
import { resolveContainer } from "../../spec/resolve-container.ts";
import { resolvePod } from "../../spec/resolve-pod.ts";
import type { PodCreateOptions } from "../api/pods.ts";
import { containerByRef } from "../containers/by-ref.ts";
import { freeName, insertDefinition, withHostPorts } from "../containers/create.ts";
import { checkAgainstHost } from "../containers/host-checks.ts";
import { processRef } from "../containers/observe.ts";
import type { EngineDeps } from "../deps.ts";
import { podEvent } from "../event-subject.ts";
import { newId } from "../hash-id.ts";
import { createPodCgroup } from "./cgroup.ts";
import {
  type CreatedMembers,
  createMembers,
  memberNames,
  namedExitPolicy,
  type PodCreateIo,
  refuseMemberCycles,
} from "./create-members.ts";
import { removePodById } from "./remove.ts";
import { lockService, serviceByRef, settleService } from "./service.ts";

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

export interface CreatedPod {
  readonly config: PodConfig;
  readonly members: CreatedMembers["ids"];
  readonly warnings: readonly string[];
}

/**
 * Creates a pod with its infra container, and, where given, its members: all or nothing (spec/pods.md 3.1). Nothing runs
 * yet.
 *
 * @returns the pod, ids of the members by key, and warnings about options that this host can't honour
 * @throws NAME_IN_USE, INVALID_ARGUMENT for options that contradict one another
 */
export async function createPod(
  deps: EngineDeps,
  options: PodCreateOptions,
  io: PodCreateIo = {},
): Promise<CreatedPod> {
  if (options.name !== undefined && !NAME.test(options.name))
    throw fail("INVALID_ARGUMENT", {
      message: "running pod create option: names must match [a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument",
    });
  if (options.podIdFile !== undefined && deps.host.inodes.lstat(options.podIdFile) !== undefined)
    throw fail("INVALID_ARGUMENT", {
      message: `pod id file exists. Ensure another pod is not using it or delete ${options.podIdFile}`,
    });
  const oldService = options.replace === true ? await replaceOld(deps, options, io) : undefined;
  refuseMemberCycles(options);
  const made = await definePod(deps, options, io);
  await using undo = new AsyncDisposableStack();
  await insertPod(deps, made, io);
  undo.defer(() => removePodById(deps, made.pod.id, { force: true, keepService: true }));
  createPodCgroup(deps, made.pod);
  const members = await createMembers(deps, made.pod, { options, io });
  if (options.podIdFile !== undefined) deps.host.files.createExclusive(options.podIdFile, made.pod.id, { mode: 0o644 });
  undo.move();
  await settleService(deps, oldService, io);
  if (made.pod.owner !== undefined) deps.supervisor.needed();
  return { config: made.pod, members: members.ids, warnings: [...made.warnings, ...members.warnings] };
}

/** Under the service container's lock, so that it can't be removed for want of pods meanwhile. */
async function insertPod(deps: EngineDeps, made: DefinedPod, io: PodCreateIo): Promise<void> {
  const service = made.pod.serviceContainer;
  await using _held = service === undefined ? undefined : await lockService(deps, service, io);
  await deps.store.write((tx) => {
    tx.pods.insert(withoutInfra(made.pod));
    if (made.infra !== undefined) {
      insertDefinition(tx, made.infra);
      tx.pods.replace({ ...made.pod, infraId: made.infra.id });
    }
    tx.events.add(podEvent(made.pod, "create"));
  }, io);
}

function withoutInfra(pod: PodConfig): PodConfig {
  const { infraId: _later, ...rest } = pod;
  return rest;
}

/** Removes a pod of the same name; the id of its service container, which the new one may need. */
async function replaceOld(
  deps: EngineDeps,
  options: PodCreateOptions,
  io: Abortable,
): Promise<ContainerId | undefined> {
  if (options.name === undefined)
    throw fail("INVALID_ARGUMENT", { message: "cannot replace pod without a name: --replace needs --name" });
  const old = deps.store.read((tx) => tx.pods.byName(options.name ?? ""));
  if (old === undefined) return undefined;
  try {
    await removePodById(deps, old.id, { ...io, force: true, keepService: true });
    return old.serviceContainer;
  } catch (error) {
    if (!hasCode(error, "NO_SUCH_POD")) throw error;
    return undefined;
  }
}

interface DefinedPod {
  readonly pod: PodConfig;
  readonly infra: ContainerConfig | undefined;
  readonly warnings: readonly string[];
}

async function definePod(deps: EngineDeps, options: PodCreateOptions, io: PodCreateIo): Promise<DefinedPod> {
  const now = deps.host.clock.now();
  const name = options.name ?? freeName(deps);
  refuseTakenNames(deps, options);
  const resolved = resolvePod({
    id: newId(deps.host.random) as PodId,
    options,
    config: deps.config,
    host: deps.hostFacts(),
    now,
    name,
  });
  const owner = options.lifetime === "owner" ? processRef(deps, deps.host.processes.self) : undefined;
  const service = options.serviceContainer === undefined ? undefined : serviceByRef(deps, options.serviceContainer).id;
  const own: PodConfig = {
    ...resolved.pod,
    exitPolicy: namedExitPolicy(resolved.pod.exitPolicy, memberNames(name, options)),
    ...(owner === undefined ? {} : { owner }),
    ...(service === undefined ? {} : { serviceContainer: service }),
  };
  if (resolved.infra === undefined) return { pod: own, infra: undefined, warnings: resolved.warnings };
  const image =
    resolved.infra.image === undefined
      ? undefined
      : await deps.images.ensure(resolved.infra.image, { policy: "missing", ...io });
  const infra = resolveContainer({
    id: newId(deps.host.random) as ContainerId,
    name: resolved.infraName ?? `${resolved.pod.id.slice(0, 12)}-infra`,
    options: resolved.infra,
    ...(image === undefined ? { pause: true as const } : { image }),
    isInfra: true,
    pod: { config: resolved.pod },
    config: deps.config,
    host: deps.hostFacts(),
    now,
    containers: (ref) => containerByRef(deps, ref),
  });
  await checkAgainstHost(deps, infra.config);
  const pod = { ...own, infraId: infra.config.id };
  return { pod, infra: await withHostPorts(deps, infra.config), warnings: [...resolved.warnings, ...infra.warnings] };
}

function refuseTakenNames(deps: EngineDeps, options: PodCreateOptions): void {
  deps.store.read((tx) => {
    const { name, infraName } = options;
    if (name !== undefined && tx.pods.byName(name) !== undefined)
      throw fail("POD_NAME_IN_USE", { name, holder: "pod" });
    if (name !== undefined && tx.containers.byName(name) !== undefined)
      throw fail("POD_NAME_IN_USE", { name, holder: "container" });
    const holder = infraName === undefined ? undefined : tx.containers.byName(infraName);
    if (holder !== undefined && infraName !== undefined)
      throw fail("CONTAINER_NAME_IN_USE", { name: infraName, id: holder.id });
  });
}
