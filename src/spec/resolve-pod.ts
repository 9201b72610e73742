import type { PodId } from "../base/brand.ts";
import { fail } from "../base/errors.ts";
import type { ContainerCreateOptions } from "../engine/api/container-options.ts";
import type { PodCreateOptions } from "../engine/api/pods.ts";
import type { Resources } from "../model/container.ts";
import type { ExitPolicy, PodConfig, PodSharing } from "../model/pod.ts";
import { type CgroupManager, checkCgroupParent, defaultCgroupParent, podCgroupPath } from "./cgroup-path.ts";
import { cgroupManagerOf, type HostFacts, type SpecConfig } from "./inputs.ts";
import { invalid } from "./invalid.ts";
import { parseShare, sharesNothing } from "./pod-sharing.ts";
import { NAME_PATTERN } from "./resolve-container.ts";
import { checkDnsOptions, networkModeOf } from "./resolve-network.ts";
import { resolveResources } from "./resolve-resources.ts";

/** argv of the pause program in the engine's own pause root file system. */
export const PAUSE_COMMAND = ["/catatonit", "-P"] as const;

/** What `resolvePod` makes a pod's definition from. */
export interface PodInput {
  readonly id: PodId;
  readonly name: string;
  readonly options: PodCreateOptions;
  readonly config: SpecConfig;
  readonly host: HostFacts;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface ResolvedPod {
  readonly pod: PodConfig;
  /** Options of the infra container, if the pod has one; without `image` it runs the pause root file system. */
  readonly infra?: ContainerCreateOptions;
  readonly infraName?: string;
  readonly warnings: readonly string[];
}

const given = (list: readonly unknown[] | undefined) => (list?.length ?? 0) > 0;

/** A pod without sharing needs no infra, unless the user says so (spec/pods.md 1.4). */
function hasInfra({ options }: PodInput): boolean {
  return options.infra ?? !(options.share !== undefined && sharesNothing(options.share));
}

const exclusive = (one: string, other: string) =>
  invalid(`${one} and ${other} are mutually exclusive pod options: invalid pod spec`);

/** Options that only an infra container can carry (spec/pods.md 9.2). */
function refuseInfraOptions({ options }: PodInput): void {
  const { share, networks = [] } = options;
  if (share !== undefined && !sharesNothing(share))
    throw invalid(`cannot set share(${share}) namespaces without an infra container`);
  if (options.noHosts !== undefined) throw invalid("cannot specify --no-hosts without an infra container");
  const only = (flag: string) => invalid(`cannot set ${flag} without infra container: invalid argument`);
  if (networks.some((n) => given(n.ips))) throw only("--ip");
  if (networks.some((n) => n.mac !== undefined)) throw only("--mac");
  if (given(options.networkAliases) || networks.some((n) => given(n.aliases))) throw only("--network-alias");
  if (networks.length > 0) throw invalid("NoInfra and network modes cannot be used together");
  if (given(options.ports)) throw invalid("you must have an infra container to publish port bindings to the host");
  if (options.dns?.[0] === "none") throw exclusive("NoInfra", "NoManageResolvConf");
  if (given(options.dns)) throw exclusive("NoInfra", "DNSServer");
  if (given(options.dnsOptions)) throw exclusive("NoInfra", "DNSOption");
  // podman's own spelling.
  if (given(options.dnsSearch)) throw exclusive("NoInfo", "DNSSearch");
  if (given(options.addHosts)) throw exclusive("NoInfra", "HostAdd");
}

/** What a pod's network can be, and what may stand beside it. */
function checkNetwork({ options }: PodInput): void {
  const { networks = [] } = options;
  const mode = networkModeOf(networks, options.networkAliases);
  if (mode === "container" || mode === "pod") throw invalid(`pods presently do not support network mode ${mode}`);
  if (mode !== "bridge" && given(options.ports))
    throw invalid("PortMappings can only be used with Bridge or slirp4netns networking");
  if (mode === "none" && given(options.dns)) throw invalid("conflicting options: dns and the network mode: none");
  checkDnsOptions(options);
  if (options.dns?.[0] !== "none") return;
  if (given(options.dnsSearch)) throw exclusive("NoManageResolvConf", "DNSSearch");
  if (given(options.dnsOptions)) throw exclusive("NoManageResolvConf", "DNSOption");
}

function checkNames({ name, options }: PodInput): void {
  if (options.replace === true && (options.name ?? "") === "")
    throw invalid("cannot replace pod without --name being set");
  for (const text of [name, options.hostname ?? ""])
    if (text !== "" && !NAME_PATTERN.test(text)) throw fail("BAD_NAME", { name: text, kind: "pod" });
  if (Object.hasOwn(options.labels ?? {}, ""))
    throw invalid(`unable to process labels: invalid label format: "=${options.labels?.[""]}"`);
}

const givesUserNamespace = ({ userns, uidMap, gidMap }: PodCreateOptions) =>
  given(uidMap) || given(gidMap) || (userns !== undefined && userns !== "" && userns !== "host");

function resolveSharing(input: PodInput, infra: boolean): PodSharing {
  const { options } = input;
  const { userns = "", share } = options;
  if (userns !== "" && (given(options.uidMap) || given(options.gidMap)))
    throw invalid("--userns and --uidmap/--gidmap/--subuidname/--subgidname are mutually exclusive");
  const sharing = parseShare(share ?? (infra ? "ipc,net,uts" : ""));
  if ((share ?? "").includes("cgroup") && options.shareParent !== false)
    throw invalid(
      "cannot define the pod as the cgroup parent at the same time as joining the infra container's cgroupNS: invalid argument",
    );
  return { ...sharing, user: infra && givesUserNamespace(options) };
}

/** Checks a policy that came from a program, and fills in the configured one. */
function resolveExitPolicy({ options, config }: PodInput): ExitPolicy {
  const policy = options.exitPolicy ?? { policy: config.podExitPolicy };
  if (!["continue", "stop", "any", "failure", "main"].includes(policy.policy))
    throw invalid(`running pod create option: invalid pod exit policy: "${policy.policy}"`);
  if (policy.policy === "main" && policy.container === "")
    throw invalid("running pod create option: exit policy main needs the name of a container");
  return policy;
}

/** podman cuts a pod's CPU share to what the machine has. */
function clampCpus(resources: Resources, cpus: number): Resources {
  const { cpuPeriod, cpuQuota } = resources;
  if (cpuPeriod === undefined || cpuQuota === undefined || cpuQuota <= cpuPeriod * cpus) return resources;
  return { ...resources, cpuQuota: cpuPeriod * cpus };
}

function resolveCgroup(input: PodInput, manager: CgroupManager) {
  const { options, config, host, id } = input;
  const parent = options.cgroupParent ?? "";
  if (parent !== "") checkCgroupParent(parent, manager);
  const cgroupParent = parent === "" ? defaultCgroupParent(manager, host.rootless) : parent;
  const usable = config.cgroups !== "disabled" && !(host.rootless && manager === "cgroupfs" && parent === "");
  const usesPodCgroup = options.shareParent !== false && usable;
  const cgroupPath = usesPodCgroup ? podCgroupPath(cgroupParent, id, manager) : "";
  return { cgroupParent, usesPodCgroup, cgroupPath };
}

/** Without the fields that are undefined: an option may be absent, but not undefined. */
function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/** The options that live on the infra container (spec/pods.md 1.6); limits stay on the pod's cgroup. */
function infraOptions(input: PodInput): ContainerCreateOptions {
  const { options, config } = input;
  const image = (options.infraImage ?? config.infraImage) || undefined;
  const ownUts = (options.uts ?? "private") === "private" || options.uts === "";
  // A name that the kernel takes for no host name leaves the infra's short id.
  const hostname = options.hostname ?? (ownUts && input.name.length <= 64 ? input.name : undefined);
  const entrypoint = options.infraCommand ?? (image === undefined ? PAUSE_COMMAND : undefined);
  return present({
    image,
    entrypoint,
    hostname: hostname === "" ? undefined : hostname,
    labels: options.labels,
    namespaces: present({ pid: options.pid, uts: options.uts, user: options.userns }),
    uidMap: options.uidMap,
    gidMap: options.gidMap,
    networks: options.networks,
    networkAliases: options.networkAliases,
    ports: options.ports,
    dns: options.dns,
    dnsSearch: options.dnsSearch,
    dnsOptions: options.dnsOptions,
    addHosts: options.addHosts,
    noHosts: options.noHosts,
    sysctls: options.sysctls,
    shmSize: options.shmSize,
    securityOpt: options.securityOpt,
    devices: options.devices,
    mounts: options.mounts,
    volumesFrom: options.volumesFrom,
    conmonPidFile: options.infraConmonPidFile,
    createCommand: options.createCommand,
  });
}

/**
 * Checks the options of a pod and splits them into its definition and the options of its infra container (spec/pods.md
 * 1, 3.1, 9.2). The infra's own options are checked when it is resolved with them.
 *
 * @returns the definition, without `infraId`, and what to create the infra from
 * @throws BAD_NAME, INVALID_ARGUMENT
 */
export function resolvePod(input: PodInput): ResolvedPod {
  const { id, name, options, config, host } = input;
  checkNames(input);
  const infra = hasInfra(input);
  if (!infra) refuseInfraOptions(input);
  const sharing = resolveSharing(input, infra);
  checkNetwork(input);
  const limits = resolveResources(clampCpus(options.resources ?? {}, host.cpus), host);
  const pod: PodConfig = {
    id,
    name,
    createdAt: input.now,
    hostname: options.hostname ?? "",
    labels: options.labels ?? {},
    hasInfra: infra,
    sharing,
    ...resolveCgroup(input, cgroupManagerOf(config, host)),
    resources: limits.resources,
    exitPolicy: resolveExitPolicy(input),
    createCommand: options.createCommand ?? [],
    lifetime: options.lifetime ?? "independent",
    ...(options.restart === undefined ? {} : { restartPolicy: options.restart }),
  };
  if (!infra) return { pod, warnings: limits.warnings };
  return {
    pod,
    infra: infraOptions(input),
    infraName: options.infraName ?? `${id.slice(0, 12)}-infra`,
    warnings: limits.warnings,
  };
}
