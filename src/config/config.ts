import type { Ulimit } from "../model/container.ts";
import type { RegistriesConfig } from "./registries.ts";

export type CgroupManager = "auto" | "cgroupfs" | "systemd";

/** What the command line's global flags fix; each wins over the files. */
export interface ConfigOverrides {
  /** A relative path counts from the working directory. */
  readonly root?: string;
  readonly runRoot?: string;
  /** Name or path of the OCI runtime. */
  readonly runtime?: string;
  readonly cgroupManager?: CgroupManager;
  /** Path of conmon. */
  readonly conmon?: string;
  /** Path of netavark. */
  readonly networkCmdPath?: string;
  /** Parallel container operations, at least 1. */
  readonly maxWorkers?: number;
}

/** What the command line and who we are decide alone: known without reading a file. */
export interface ConfigPaths {
  /** Durable state: database, images, volumes. */
  readonly root: string;
  /** Boot-scoped state, usually on tmpfs. */
  readonly runRoot: string;
  /** netavark's and aardvark-dns's own run directory. */
  readonly networkRunDir: string;
  /** Parallel container operations of one command. */
  readonly maxWorkers: number;
}

/** What containers.conf(5) decides where the command line does not. Paths are absolute. */
export interface ConfigSettings {
  readonly cgroupManager: CgroupManager;
  /** Name or path of the OCI runtime that the user chose; absent means probe. */
  readonly runtime: string | undefined;
  /** Where to look for an OCI runtime, by its name. */
  readonly runtimes: Readonly<Record<string, readonly string[]>>;
  readonly conmonPaths: readonly string[];
  /** Extra environment of conmon, `KEY=value`. */
  readonly conmonEnv: readonly string[];
  /** Extra environment of the engine's own helpers, `KEY=value`, e.g. proxies for pulling. */
  readonly engineEnv: readonly string[];
  /** Directories that are searched for helper programs, in order. */
  readonly helperDirs: readonly string[];
  readonly netavarkPaths: readonly string[];
  readonly aardvarkPaths: readonly string[];
  /** Where to look for the init program of `--init`. */
  readonly initPaths: readonly string[];
  /** Absent: the engine's own pause root file system. */
  readonly infraImage: string | undefined;
  readonly infraCommand: readonly string[] | undefined;
  /** `CAP_` first, sorted. */
  readonly defaultCapabilities: readonly string[];
  readonly defaultSysctls: Readonly<Record<string, string>>;
  readonly defaultUlimits: readonly Ulimit[];
  /** `KEY=value` of every container's environment, in order. */
  readonly env: readonly string[];
  /** Pass the host's environment into containers. */
  readonly envHost: boolean;
  /** Pass the host's proxy variables into containers. */
  readonly httpProxy: boolean;
  /** May hold the one word `none`. */
  readonly dnsServers: readonly string[];
  readonly dnsSearch: readonly string[];
  readonly dnsOptions: readonly string[];
  readonly noHosts: boolean;
  /** A path, `none` or `image`; absent means the host's /etc/hosts. */
  readonly baseHostsFile: string | undefined;
  /** Address of `host.containers.internal`, or `none`; absent means the host's own. */
  readonly hostContainersInternalIp: string | undefined;
  /** Bind mounts and volumes of every container, in `-v` notation. */
  readonly volumes: readonly string[];
  /** Devices of every container, in `--device` notation. */
  readonly devices: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
  /** Path, or `unconfined`; absent means where distributions put it, else the built-in profile. */
  readonly seccompProfile: string | undefined;
  readonly apparmorProfile: string | undefined;
  /** Processes; 0 is unlimited. */
  readonly pidsLimit: number;
  /** Bytes. */
  readonly shmSize: number;
  /** Octal mode. */
  readonly umask: number;
  /** IANA name or `local`. */
  readonly timezone: string | undefined;
  /** Run an init program in every container. */
  readonly init: boolean;
  readonly logDriver: "k8s-file" | "none" | "passthrough";
  /** Bytes; absent means no limit. */
  readonly logMaxSize: number | undefined;
  readonly logTag: string | undefined;
  readonly readOnlyRootfs: boolean;
  /** Default namespace modes as `--cgroupns`, `--ipc`, ... take them; empty means the built-in default. */
  readonly cgroupns: string;
  readonly ipcns: string;
  readonly netns: string;
  readonly pidns: string;
  readonly utsns: string;
  readonly userns: string;
  readonly cgroups: "enabled" | "disabled" | "no-conmon";
  /** Seconds. */
  readonly stopTimeout: number;
  readonly podExitPolicy: "continue" | "stop";
  readonly pullPolicy: "missing" | "always" | "never" | "newer";
  /** Attempts after a failed transfer. */
  readonly pullRetries: number;
  readonly defaultNetwork: string;
  /** CIDR of the default network. */
  readonly defaultSubnet: string;
  /** Pools for new networks: subnets of `size` prefix bits. */
  readonly subnetPools: readonly { readonly base: string; readonly size: number }[];
  /** Port of aardvark-dns. */
  readonly dnsPort: number;
  /** Who joins containers to plain bridges: the engine by rtnetlink (absent), or netavark. */
  readonly networkSetup: "rtnetlink" | "netavark" | undefined;
  readonly detachKeys: string;
  /** Newest events that are kept. */
  readonly eventsKeep: number;
  /** Files that were read, weakest first. */
  readonly sources: readonly string[];
}

type WithoutUndefined<T> = {
  readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & {
  readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> | undefined;
};

/**
 * Everything that configuration decides, frozen. Files are read at the first look at a value that needs them, so that
 * commands which only look at state pay nothing, and a malformed file fails the commands that need it (INVALID_ARGUMENT,
 * naming file and line or key).
 */
export interface EngineConfig extends ConfigPaths, WithoutUndefined<ConfigSettings> {
  readonly registries: RegistriesConfig;
}
