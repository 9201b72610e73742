import { fail } from "../base/errors.ts";
import type { ContainerConfig, HostDevice, LogSettings, Namespaces, RestartPolicy } from "../model/container.ts";
import { parseDevice, parseDeviceCgroupRule } from "../model/notation/devices.ts";
import { containerAnnotations } from "./annotations.ts";
import { resolveCgroupParent } from "./cgroup-path.ts";
import { checkDependencyScope, resolveDependencies } from "./dependencies.ts";
import { cgroupManagerOf, isInfraInput, type ResolvedContainer, type ResolveInput } from "./inputs.ts";
import { invalid } from "./invalid.ts";
import { resolveIdMappings, resolveNamespaces, sharedByPod } from "./namespaces.ts";
import { resolveFromImage } from "./resolve-image.ts";
import { containerPath, resolveMounts } from "./resolve-mounts.ts";
import { resolveNetwork } from "./resolve-network.ts";
import { resolveResources, resolveUlimits } from "./resolve-resources.ts";
import { resolveSysctls } from "./resolve-sysctls.ts";
import { resolveSecurity } from "./security-options.ts";
import { KEEP_GROUPS } from "./users.ts";

/** podman gives every infra this much, whatever the configuration says. */
const INFRA_STOP_SECONDS = 10;

/** Names of containers and pods. */
export const NAME_PATTERN = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/** What can be said about a restart policy and the options beside it (spec/pods.md 5.7). */
function resolveRestart(input: ResolveInput): RestartPolicy {
  const { options } = input;
  const policy = options.restart ?? inheritedRestart(input) ?? { name: "", maxRetries: 0 };
  if (!["", "no", "always", "on-failure", "unless-stopped"].includes(policy.name))
    throw invalid(`running container create option: "${policy.name}" is not a valid restart policy: invalid argument`);
  if (!Number.isInteger(policy.maxRetries) || policy.maxRetries < 0)
    throw invalid("must specify restart policy retry count as a number greater than 0");
  if (policy.maxRetries > 0 && policy.name !== "on-failure")
    throw invalid("restart policy retries can only be specified with on-failure restart policy");
  const restarts = policy.name !== "" && policy.name !== "no";
  if (restarts && options.autoRemove === true)
    throw invalid(`the --rm option conflicts with --restart, when the restartPolicy is not "" and "no"`);
  if (restarts && options.initContainer !== undefined)
    throw invalid(`an init container cannot have the restart policy "${policy.name}": invalid argument`);
  return policy;
}

/** A pod's policy is for the members without one of their own; what runs once or goes away does not take it (1.10). */
function inheritedRestart({ options, pod }: ResolveInput): RestartPolicy | undefined {
  if (options.initContainer !== undefined || options.autoRemove === true) return undefined;
  return pod?.config.restartPolicy;
}

function resolveInitType(input: ResolveInput): "always" | "once" | undefined {
  const { initContainer } = input.options;
  if (initContainer === undefined) return undefined;
  if (input.pod === undefined) throw invalid("must specify pod value with init-ctr");
  if (initContainer !== "always" && initContainer !== "once")
    throw invalid("init-ctr value must be 'always' or 'once'");
  return initContainer;
}

/** The user namespace belongs to the pod (spec/pods.md 1.6). */
function checkPodUser(input: ResolveInput): void {
  const { options, pod } = input;
  if (pod === undefined || isInfraInput(input)) return;
  if (options.namespaces?.user !== undefined && options.namespaces.user !== "")
    throw invalid("--userns and --pod cannot be set together");
  if (pod.infra !== undefined && (options.uidMap?.length ?? 0) + (options.gidMap?.length ?? 0) > 0)
    throw invalid("cannot specify a new uid/gid map when entering a pod with an infra container: invalid argument");
}

function resolveHostname(input: ResolveInput, namespaces: Pick<Namespaces, "uts">): string {
  const { hostname = "" } = input.options;
  if (hostname === "") return "";
  const refuse = (where: string) =>
    invalid(`invalid config provided: cannot set hostname when ${where} UTS namespace: invalid configuration`);
  if (sharedByPod(input, "uts") && (input.options.namespaces?.uts ?? "pod") === "pod") throw refuse("joining the pod");
  if (namespaces.uts.mode === "host") throw refuse("running in the host");
  if (hostname.length > 64 || /[\s\0/]/.test(hostname))
    throw invalid(`invalid hostname ${JSON.stringify(hostname)}: at most 64 characters, without spaces and slashes`);
  return hostname;
}

function resolveDevices(input: ResolveInput): readonly HostDevice[] {
  const configured = isInfraInput(input) ? [] : input.config.devices.map(parseDevice);
  const inherited = isInfraInput(input) ? [] : (input.pod?.infra?.devices ?? []);
  const own = input.options.devices ?? [];
  const bad = own.find((device) => !/^[rwm]{1,3}$/.test(device.permissions));
  if (bad !== undefined) throw invalid(`invalid device mode: ${bad.permissions}`);
  const merged = new Map<string, HostDevice>();
  for (const device of [...configured, ...inherited, ...own])
    merged.set(device.destination, { ...device, destination: containerPath(device.destination) });
  return [...merged.values()];
}

function resolveShmSize(input: ResolveInput, namespaces: Pick<Namespaces, "ipc">): number {
  const { shmSize } = input.options;
  if (shmSize === undefined) {
    const inherited = isInfraInput(input) ? undefined : input.pod?.infra?.shmSize;
    return inherited ?? input.config.shmSize;
  }
  if (!Number.isSafeInteger(shmSize) || shmSize < 0)
    throw invalid(`unable to translate --shm-size: invalid size: '${shmSize}'`);
  if (namespaces.ipc.mode === "host")
    throw invalid("invalid config provided: cannot set shmsize when running in the {host } IPC Namespace");
  return shmSize;
}

function resolveLog(input: ResolveInput): LogSettings {
  const { log } = input.options;
  const driver = log?.driver ?? input.config.logDriver;
  if (!["k8s-file", "none", "passthrough"].includes(driver))
    throw invalid("running container create option: invalid log driver: invalid argument");
  const maxSize = log?.maxSize ?? input.config.logMaxSize;
  const tag = log?.tag ?? input.config.logTag;
  return {
    driver,
    ...(log?.path === undefined ? {} : { path: log.path }),
    ...(maxSize === undefined ? {} : { maxSize }),
    ...(tag === undefined ? {} : { tag }),
  };
}

function checkNumbers(input: ResolveInput): void {
  const { oomScoreAdj, umask, stopTimeout, timeout, groupAdd = [] } = input.options;
  if (oomScoreAdj !== undefined && (!Number.isInteger(oomScoreAdj) || Math.abs(oomScoreAdj) > 1000))
    throw invalid(`invalid value: ${oomScoreAdj}, range of the oom score adjustment is from -1000 to 1000`);
  if (umask !== undefined && (!Number.isInteger(umask) || umask < 0 || umask > 0o777))
    throw invalid(`running container create option: invalid umask string ${umask.toString(8)}: invalid argument`);
  for (const seconds of [stopTimeout, timeout])
    if (seconds !== undefined && (!Number.isSafeInteger(seconds) || seconds < 0))
      throw invalid(`invalid timeout ${seconds}: it must be a whole number of seconds, 0 or more`);
  if (groupAdd.includes(KEEP_GROUPS) && groupAdd.length > 1)
    throw invalid("the '--group-add keep-groups' option is not allowed with any other --group-add options");
}

/** Fields that are the user's or the configuration's word, without more to it. */
function plainFields(input: ResolveInput) {
  const { options, config } = input;
  const stopTimeout = isInfraInput(input) ? INFRA_STOP_SECONDS : (options.stopTimeout ?? config.stopTimeout);
  const timezone = options.timezone ?? config.timezone;
  return {
    groupAdd: options.groupAdd ?? [],
    terminal: options.terminal ?? false,
    stdinOpen: options.stdinOpen ?? false,
    stopTimeout,
    runTimeout: options.timeout ?? 0,
    autoRemove: options.autoRemove ?? false,
    volumesFrom: options.volumesFrom ?? [],
    deviceCgroupRules: (options.deviceCgroupRules ?? []).map(parseDeviceCgroupRule),
    umask: options.umask ?? config.umask,
    systemd: false,
    createCommand: options.createCommand ?? [],
    secrets: [],
    ...(options.initPath === undefined ? {} : { initPath: options.initPath }),
    ...(options.oomScoreAdj === undefined ? {} : { oomScoreAdj: options.oomScoreAdj }),
    ...(timezone === undefined || timezone === "" ? {} : { timezone }),
    ...(options.pidFile === undefined ? {} : { pidFile: options.pidFile }),
    ...(options.conmonPidFile === undefined ? {} : { conmonPidFile: options.conmonPidFile }),
    ...(options.cidFile === undefined ? {} : { cidFile: options.cidFile }),
  };
}

function resolveInit(input: ResolveInput, namespaces: Pick<Namespaces, "pid">): boolean {
  const init = input.options.init ?? (!isInfraInput(input) && input.config.init);
  if (init && namespaces.pid.mode !== "private") {
    if (input.options.init === undefined) return false;
    throw invalid("cannot add init binary as PID 1 (PID namespace isn't private)");
  }
  return init;
}

function resolveCgroupsMode(input: ResolveInput): ContainerConfig["cgroupsMode"] {
  const mode = input.options.cgroups ?? input.config.cgroups;
  if (!["enabled", "disabled", "no-conmon"].includes(mode))
    throw invalid(`running container create option: invalid cgroup mode "${mode}": invalid argument`);
  return mode;
}

/** Namespaces, networks and what depends on them. */
function resolveIsolation(input: ResolveInput) {
  checkPodUser(input);
  const plain = resolveNamespaces(input);
  const network = resolveNetwork(input);
  const namespaces: Namespaces = { ...plain, net: network.mode };
  const idMappings = resolveIdMappings(input, namespaces.user);
  return {
    warnings: network.warnings,
    fields: {
      namespaces,
      network: network.settings,
      hostname: resolveHostname(input, namespaces),
      shmSize: resolveShmSize(input, namespaces),
      sysctls: resolveSysctls(input.options.sysctls ?? {}, input.config.defaultSysctls, namespaces),
      init: resolveInit(input, namespaces),
      ...(idMappings === undefined ? {} : { idMappings }),
    },
  };
}

function resolveLimits(input: ResolveInput) {
  const limits = resolveResources(isInfraInput(input) ? {} : (input.options.resources ?? {}), input.host);
  const pidsLimit = limits.resources.pidsLimit ?? input.config.pidsLimit;
  return {
    warnings: limits.warnings,
    fields: {
      resources: isInfraInput(input) ? limits.resources : { ...limits.resources, pidsLimit },
      ulimits: resolveUlimits(input.options.ulimits ?? [], input.config.defaultUlimits),
    },
  };
}

/**
 * Merges options, image, pod and configuration into a container's definition, and checks all of it: what this returns
 * can be stored. Two things are left to the caller, which has the host at hand: port mappings with host port 0 need a
 * free port, and named networks, sources of mounts and devices must exist.
 *
 * @returns the definition and warnings for the user
 * @throws BAD_NAME, INVALID_ARGUMENT, NO_COMMAND, NETWORK_ON_POD_CONTAINER, NO_SUCH_DONOR, NO_SUCH_IMAGE
 */
export function resolveContainer(input: ResolveInput): ResolvedContainer {
  const { id, name, options, pod } = input;
  if (!NAME_PATTERN.test(name)) throw fail("BAD_NAME", { name });
  checkNumbers(input);
  const initType = resolveInitType(input);
  const isolation = resolveIsolation(input);
  const limits = resolveLimits(input);
  const mounts = resolveMounts(input);
  const manager = cgroupManagerOf(input.config, input.host);
  const inherited = isInfraInput(input) ? undefined : pod?.infra?.security;
  const config: ContainerConfig = {
    id,
    name,
    createdAt: input.now,
    ...(pod === undefined ? {} : { pod: pod.config.id }),
    isInfra: isInfraInput(input),
    ...(initType === undefined ? {} : { initType }),
    ...resolveFromImage(input),
    ...plainFields(input),
    restartPolicy: resolveRestart(input),
    ...isolation.fields,
    ...limits.fields,
    mounts: mounts.mounts,
    devices: resolveDevices(input),
    security: resolveSecurity(options, {
      inherited,
      host: input.host,
      readOnlyByDefault: !isInfraInput(input) && input.config.readOnlyRootfs,
    }),
    cgroupParent: resolveCgroupParent(options.cgroupParent, {
      manager,
      rootless: input.host.rootless,
      pod: pod?.config,
    }),
    cgroupsMode: resolveCgroupsMode(input),
    dependsOn: resolveDependencies(input),
    log: resolveLog(input),
    annotations: {},
  };
  checkDependencyScope(config, input);
  return {
    config: { ...config, annotations: containerAnnotations(config, input) },
    warnings: [...isolation.warnings, ...limits.warnings, ...mounts.warnings],
  };
}
