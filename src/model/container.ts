import type { ContainerId, PodId } from "../base/brand.ts";

/** How a namespace of a container comes about. */
export type NamespaceMode =
  | { readonly mode: "private" }
  | { readonly mode: "host" }
  | { readonly mode: "container"; readonly id: ContainerId }
  | { readonly mode: "path"; readonly path: string };

/** The network namespace has more ways than the others. */
export type NetworkMode = NamespaceMode | { readonly mode: "none" } | { readonly mode: "bridge" };

export interface Namespaces {
  readonly net: NetworkMode;
  readonly ipc: NamespaceMode | { readonly mode: "none" } | { readonly mode: "shareable" };
  readonly uts: NamespaceMode;
  readonly pid: NamespaceMode;
  readonly user: NamespaceMode;
  readonly cgroup: NamespaceMode;
}

export type DependencyCondition = "started" | "healthy" | "ready" | "completed";

/** A stored edge of the dependency graph: this container needs `id` to be in `condition` before it starts. */
export interface Dependency {
  readonly id: ContainerId;
  readonly condition: DependencyCondition;
  /** Seconds to wait for the condition; absent means as long as the start's own signal allows. */
  readonly timeoutSeconds?: number;
}

export interface PortMapping {
  /** Empty string means every address of the host. */
  readonly hostIp: string;
  readonly hostPort: number;
  readonly containerPort: number;
  readonly protocol: "tcp" | "udp" | "sctp";
  /** Number of consecutive ports, at least 1. */
  readonly range: number;
}

/** One network that a container joins, with what the user fixed for it. */
export interface NetworkAttachment {
  readonly network: string;
  readonly interfaceName: string;
  readonly staticIps: readonly string[];
  readonly staticMac?: string;
  readonly aliases: readonly string[];
}

export interface NetworkSettings {
  readonly attachments: readonly NetworkAttachment[];
  readonly ports: readonly PortMapping[];
  readonly dnsServers: readonly string[];
  readonly dnsSearch: readonly string[];
  readonly dnsOptions: readonly string[];
  /** `host:ip` pairs in the user's order. */
  readonly addHosts: readonly string[];
  readonly noHosts: boolean;
  /** `--dns none`: leave the image's resolv.conf alone. */
  readonly noResolvConf: boolean;
}

/** A mount that the user or the image asked for. `destination` is absolute and normalised. */
export type UserMount =
  | {
      readonly type: "bind";
      readonly source: string;
      readonly destination: string;
      readonly options: readonly string[];
    }
  | {
      readonly type: "volume";
      readonly name: string;
      readonly anonymous: boolean;
      readonly destination: string;
      readonly options: readonly string[];
      readonly subpath?: string;
    }
  | { readonly type: "tmpfs"; readonly destination: string; readonly options: readonly string[] }
  | { readonly type: "image"; readonly imageId: string; readonly destination: string; readonly readWrite: boolean }
  | { readonly type: "devpts"; readonly destination: string; readonly options: readonly string[] };

/** Linux resource limits; every field is optional and absent means "no limit of its own". */
export interface Resources {
  /** Microseconds. */
  readonly cpuPeriod?: number;
  /** Microseconds per period; -1 is unlimited. */
  readonly cpuQuota?: number;
  readonly cpuShares?: number;
  readonly cpuRtPeriod?: number;
  readonly cpuRtRuntime?: number;
  readonly cpusetCpus?: string;
  readonly cpusetMems?: string;
  /** Bytes. */
  readonly memory?: number;
  /** Bytes, memory and swap together; -1 is unlimited. */
  readonly memorySwap?: number;
  /** Bytes. */
  readonly memoryReservation?: number;
  readonly memorySwappiness?: number;
  readonly oomKillDisable?: boolean;
  /** 0 or less means unlimited. */
  readonly pidsLimit?: number;
  readonly blkioWeight?: number;
  readonly blkioWeightDevice?: readonly { readonly path: string; readonly weight: number }[];
  readonly readBps?: readonly DeviceRate[];
  readonly writeBps?: readonly DeviceRate[];
  readonly readIops?: readonly DeviceRate[];
  readonly writeIops?: readonly DeviceRate[];
  /** cgroup v2 only: file name to value. */
  readonly unified?: Readonly<Record<string, string>>;
}

export interface DeviceRate {
  readonly path: string;
  /** Bytes or operations per second. */
  readonly rate: number;
}

export interface Ulimit {
  /** Lower case without prefix: `nofile`. */
  readonly name: string;
  /** -1 is unlimited. */
  readonly soft: number;
  readonly hard: number;
}

export interface HostDevice {
  readonly source: string;
  readonly destination: string;
  /** Any of `r`, `w`, `m`. */
  readonly permissions: string;
}

export interface SecuritySettings {
  readonly privileged: boolean;
  readonly capAdd: readonly string[];
  readonly capDrop: readonly string[];
  readonly noNewPrivileges: boolean;
  /** `unconfined`, a file path, or absent for the default profile. */
  readonly seccompProfile?: string;
  readonly apparmorProfile?: string;
  readonly selinuxOptions: readonly string[];
  /** `ALL` or a path list to unmask. */
  readonly unmask: readonly string[];
  readonly mask: readonly string[];
  /** `--security-opt proc-opts=`. */
  readonly procOptions: readonly string[];
  readonly readOnlyRootfs: boolean;
  readonly readOnlyTmpfs: boolean;
}

export type RestartPolicyName = "" | "no" | "always" | "on-failure" | "unless-stopped";

export interface RestartPolicy {
  readonly name: RestartPolicyName;
  /** Only for `on-failure`; 0 is unlimited. */
  readonly maxRetries: number;
}

export type Probe =
  | { readonly kind: "exec"; readonly argv: readonly string[] }
  | { readonly kind: "shell"; readonly command: string }
  | { readonly kind: "tcp"; readonly port: number }
  | { readonly kind: "http"; readonly port: number; readonly path: string };

export type HealthAction = "none" | "kill" | "restart" | "stop";

/** Times are seconds. */
export interface HealthCheck {
  readonly probe: Probe;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly startPeriodSeconds: number;
  /** Between the probes of the start period until the first success; absent means `intervalSeconds`. */
  readonly startIntervalSeconds?: number;
  readonly retries: number;
  readonly onFailure: HealthAction;
}

export interface LogSettings {
  readonly driver: "k8s-file" | "none" | "passthrough";
  /** Absent means the file in the container's own directory. */
  readonly path?: string;
  /** Bytes; absent means no limit. */
  readonly maxSize?: number;
  readonly tag?: string;
}

/** Where a container's root file system comes from. */
export type RootfsSource =
  | {
      readonly kind: "image";
      readonly imageId: string;
      /** The name that the user gave, expanded. */
      readonly imageName: string;
      /** Chain id of the topmost layer, `sha256:…`; empty string for an image without layers. */
      readonly chainId: string;
    }
  | { readonly kind: "path"; readonly path: string; readonly overlay: boolean }
  /** The engine's own pause root file system: one static binary. */
  | { readonly kind: "pause" };

/** The definition of a container: facts that do not change while it lives, except its name. */
export interface ContainerConfig {
  readonly id: ContainerId;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly pod?: PodId;
  readonly isInfra: boolean;
  readonly initType?: "always" | "once";
  readonly rootfs: RootfsSource;
  /** The whole argv that runs, entrypoint first. */
  readonly argv: readonly string[];
  /** As given or from the image, for inspect. */
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  /** Complete environment, in order. */
  readonly env: Readonly<Record<string, string>>;
  readonly workdir: string;
  /** Absent: the engine creates an image's own workdir; true: the user gave it, so it must exist. */
  readonly workdirIsUsers: boolean;
  /** `user[:group]` as given; empty means root. */
  readonly user: string;
  readonly groupAdd: readonly string[];
  /** Empty means derived from id, pod or host. */
  readonly hostname: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly terminal: boolean;
  readonly stdinOpen: boolean;
  /** Signal number. */
  readonly stopSignal: number;
  /** Seconds. */
  readonly stopTimeout: number;
  /** Seconds after which conmon kills it; 0 is never. */
  readonly runTimeout: number;
  readonly restartPolicy: RestartPolicy;
  readonly autoRemove: boolean;
  /** Run catatonit as pid 1. */
  readonly init: boolean;
  readonly initPath?: string;
  readonly namespaces: Namespaces;
  readonly idMappings?: IdMappings;
  readonly network: NetworkSettings;
  readonly mounts: readonly UserMount[];
  readonly volumesFrom: readonly string[];
  readonly devices: readonly HostDevice[];
  readonly deviceCgroupRules: readonly string[];
  /** Bytes. */
  readonly shmSize: number;
  readonly resources: Resources;
  readonly ulimits: readonly Ulimit[];
  readonly sysctls: Readonly<Record<string, string>>;
  readonly security: SecuritySettings;
  readonly oomScoreAdj?: number;
  /** Octal mode, e.g. 0o022. */
  readonly umask: number;
  readonly timezone?: string;
  readonly systemd: boolean;
  readonly cgroupParent: string;
  readonly cgroupsMode: "enabled" | "disabled" | "no-conmon";
  readonly dependsOn: readonly Dependency[];
  readonly health?: HealthCheck;
  readonly readiness?: HealthCheck;
  readonly log: LogSettings;
  /** The argv of the process that created it. */
  readonly createCommand: readonly string[];
  readonly pidFile?: string;
  readonly conmonPidFile?: string;
  readonly cidFile?: string;
  readonly secrets: readonly string[];
}

export interface IdMapping {
  readonly containerId: number;
  readonly hostId: number;
  readonly size: number;
}

export interface IdMappings {
  readonly uids: readonly IdMapping[];
  readonly gids: readonly IdMapping[];
}
