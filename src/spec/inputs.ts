import type { ContainerId } from "../base/brand.ts";
import type { EngineConfig } from "../config/config.ts";
import type { ContainerCreateOptions } from "../engine/api/container-options.ts";
import type { ContainerConfig } from "../model/container.ts";
import type { ImageRecord } from "../model/image.ts";
import type { PodConfig } from "../model/pod.ts";
import type { OciSeccomp } from "./oci.ts";

/** What this folder reads of the engine's configuration. */
export type SpecConfig = Pick<
  EngineConfig,
  | "annotations"
  | "cgroupManager"
  | "cgroupns"
  | "cgroups"
  | "defaultCapabilities"
  | "defaultNetwork"
  | "defaultSysctls"
  | "defaultUlimits"
  | "devices"
  | "dnsOptions"
  | "dnsSearch"
  | "dnsServers"
  | "env"
  | "envHost"
  | "httpProxy"
  | "infraImage"
  | "init"
  | "ipcns"
  | "logDriver"
  | "logMaxSize"
  | "logTag"
  | "netns"
  | "noHosts"
  | "pidns"
  | "pidsLimit"
  | "podExitPolicy"
  | "readOnlyRootfs"
  | "shmSize"
  | "stopTimeout"
  | "timezone"
  | "umask"
  | "userns"
  | "utsns"
  | "volumes"
>;

/** What the spec depends on of the host, so that everything here stays pure. */
export interface HostFacts {
  /** Go's name: amd64, arm64, ... */
  readonly architecture: string;
  readonly cgroupVersion: "v1" | "hybrid" | "v2";
  /** Names with `CAP_`. */
  readonly boundingCapabilities: readonly string[];
  /** Own limits by lower-case name (`nofile`); -1 is unlimited. */
  readonly hardLimits: Readonly<Record<string, { readonly soft: number; readonly hard: number }>>;
  readonly rootless: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly hostname: string;
  readonly apparmor: boolean;
  readonly selinux: boolean;
  readonly cpus: number;
  /** What `auto` means here; cgroupfs if absent. */
  readonly cgroupManager?: "cgroupfs" | "systemd";
  /** oom_score_adj of the engine itself, 0 if absent. */
  readonly oomScoreAdj?: number;
  /** False if the kernel has no blkio.weight; absent is not known. */
  readonly blkioWeight?: boolean;
  /** False if the kernel has no swap accounting; absent is not known. */
  readonly swapAccounting?: boolean;
}

/** The cgroup manager in force. */
export function cgroupManagerOf(config: SpecConfig, host: HostFacts): "cgroupfs" | "systemd" {
  return config.cgroupManager === "auto" ? (host.cgroupManager ?? "cgroupfs") : config.cgroupManager;
}

/** What `resolveContainer` makes a container's definition from. */
export interface ResolveInput {
  readonly id: ContainerId;
  readonly name: string;
  readonly options: ContainerCreateOptions;
  readonly image?: ImageRecord;
  /** The pod that it joins; `infra` is absent if the pod has none, or if this is it. */
  readonly pod?: { readonly config: PodConfig; readonly infra?: ContainerConfig };
  readonly config: SpecConfig;
  readonly host: HostFacts;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Finds another container by name or id; throws NO_SUCH_CONTAINER. */
  readonly containers: (ref: string) => ContainerConfig;
  /** Ids of the images of `image` mounts, by the reference in the option. */
  readonly imageIds?: Readonly<Record<string, string>>;
  /** It is a pod's infra container; implied by `pause`. */
  readonly isInfra?: boolean;
  /** It runs the engine's own pause root file system. */
  readonly pause?: true;
}

/** True for a pod's infra container, whatever it is made from. */
export function isInfraInput(input: Pick<ResolveInput, "isInfra" | "pause">): boolean {
  return input.isInfra === true || input.pause === true;
}

export interface ResolvedContainer {
  readonly config: ContainerConfig;
  readonly warnings: readonly string[];
}

/** A user as the container's own passwd and group files know it. */
export interface ResolvedUser {
  readonly uid: number;
  readonly gid: number;
  /** Includes `gid` if the user was named. */
  readonly additionalGids: readonly number[];
  /** `/` if passwd has no such user. */
  readonly home: string;
  /** Empty if passwd has no such user. */
  readonly name: string;
}

/** A mount whose source exists on the host by now (volumes, images and overlays are binds here). */
export interface ResolvedMount {
  readonly type: "bind" | "volume" | "tmpfs" | "devpts";
  /** Absolute host path; ignored for tmpfs and devpts. */
  readonly source: string;
  readonly destination: string;
  /** As the user wrote them: `z`, `U`, `O` and their kin are left out here. */
  readonly options: readonly string[];
}

/** A device node of the host. */
export interface HostNode {
  /** Path in the container. */
  readonly path: string;
  readonly type: "c" | "b";
  readonly major: number;
  readonly minor: number;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** What the container may do with it, any of `rwm`; default all. */
  readonly permissions?: string;
}

/** Host paths of files that the engine keeps for the container; an absent one is not mounted. */
export interface EngineFiles {
  readonly resolvConf?: string;
  readonly hosts?: string;
  readonly hostname?: string;
  readonly containerenv?: string;
  readonly passwd?: string;
  readonly group?: string;
  readonly localtime?: string;
}

export type NamespaceName = "net" | "ipc" | "uts" | "pid" | "user" | "cgroup";

/** What `generateSpec` makes config.json from. */
export interface SpecInput {
  readonly config: ContainerConfig;
  /** Absolute path of the mounted root file system. */
  readonly rootfsPath: string;
  readonly user: ResolvedUser;
  /** Paths of the namespaces to join; a namespace without one follows the definition's mode. */
  readonly namespacePaths: Partial<Record<NamespaceName, string>>;
  readonly mounts: readonly ResolvedMount[];
  readonly files: EngineFiles;
  /** Host directory for /dev/shm; absent means none (`ipc: none`). */
  readonly shmPath?: string;
  /** As `cgroupPathFor` gives it. */
  readonly cgroupsPath: string;
  /** Ignored for privileged containers without a profile of their own. */
  readonly seccomp?: OciSeccomp;
  /** As `hostnameFor` gives it. */
  readonly hostname: string;
  /** Nodes of `config.devices`; for a privileged container every node of the host. */
  readonly devices: readonly HostNode[];
  /** Nodes that block I/O limits name, by the path in the definition. */
  readonly blockDevices?: Readonly<Record<string, { readonly major: number; readonly minor: number }>>;
  readonly host: HostFacts;
  readonly engine: SpecConfig;
  /** catatonit on the host, for `--init`. */
  readonly initBinary?: string;
  /** Name of the AppArmor profile for containers without one of their own, if the host has AppArmor. */
  readonly apparmorProfile?: string;
}
