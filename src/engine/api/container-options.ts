import type {
  DependencyCondition,
  HealthCheck,
  HostDevice,
  LogSettings,
  PortMapping,
  Resources,
  RestartPolicy,
  Ulimit,
} from "../../model/container.ts";

export type { Abortable } from "../../base/abortable.ts";

/** When to fetch an image (podman-create(1), `--pull`). */
export type PullPolicy = "always" | "missing" | "never" | "newer";

/** A mount by structure; `model/notation/mounts.ts` parses podman's `-v`, `--mount` and `--tmpfs` texts to it. */
export type MountOption =
  | {
      readonly type: "bind";
      readonly source: string;
      readonly destination: string;
      readonly options?: readonly string[];
    }
  | {
      readonly type: "volume";
      /** Absent means an anonymous volume. */
      readonly name?: string;
      readonly destination: string;
      readonly options?: readonly string[];
      readonly subpath?: string;
    }
  | { readonly type: "tmpfs"; readonly destination: string; readonly options?: readonly string[] }
  | { readonly type: "image"; readonly image: string; readonly destination: string; readonly readWrite?: boolean }
  | { readonly type: "devpts"; readonly destination: string; readonly options?: readonly string[] };

/** A network to join. `name` is a network's name, or one of `bridge`, `host`, `none`, `private`, `container:X`, `ns:PATH`. */
export interface NetworkOption {
  readonly name: string;
  readonly ips?: readonly string[];
  readonly mac?: string;
  readonly aliases?: readonly string[];
  readonly interfaceName?: string;
}

/** Namespace choices as podman writes them: `private`, `host`, `pod`, `container:X`, `ns:PATH`, `none`, `shareable`. */
export interface NamespaceOptions {
  readonly ipc?: string;
  readonly uts?: string;
  readonly pid?: string;
  readonly user?: string;
  readonly cgroup?: string;
}

export interface SecurityOptions {
  readonly privileged?: boolean;
  readonly capAdd?: readonly string[];
  readonly capDrop?: readonly string[];
  /** podman's `--security-opt` texts. */
  readonly securityOpt?: readonly string[];
  readonly readOnly?: boolean;
  /** Writable tmpfs on /run, /tmp and /var/tmp of a read-only container; default true. */
  readonly readOnlyTmpfs?: boolean;
}

/** What a container is made from; also the members of `pods.create({ containers })`. */
export interface ContainerCreateOptions extends SecurityOptions {
  /** Image reference. Exactly one of `image` and `rootfs`. */
  readonly image?: string;
  /** Path of a root file system on the host; `:O` at the end mounts it under an overlay. */
  readonly rootfs?: string;
  readonly pull?: PullPolicy;
  readonly name?: string;
  /** Overrides the image's CMD. */
  readonly command?: readonly string[];
  /** Overrides the image's ENTRYPOINT; `[]` or `[""]` clears it. */
  readonly entrypoint?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly unsetEnv?: readonly string[];
  readonly unsetEnvAll?: boolean;
  /** Pass the engine's own environment on. */
  readonly envHost?: boolean;
  /** Pass http_proxy and kin on; default true. */
  readonly httpProxy?: boolean;
  readonly workdir?: string;
  readonly user?: string;
  readonly groupAdd?: readonly string[];
  readonly hostname?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly terminal?: boolean;
  readonly stdinOpen?: boolean;
  /** Name or number. */
  readonly stopSignal?: string | number;
  /** Seconds, default 10. */
  readonly stopTimeout?: number;
  /** Seconds until it is killed; default never. */
  readonly timeout?: number;
  readonly restart?: RestartPolicy;
  readonly autoRemove?: boolean;
  readonly init?: boolean;
  readonly initPath?: string;
  readonly namespaces?: NamespaceOptions;
  readonly uidMap?: readonly string[];
  readonly gidMap?: readonly string[];
  readonly networks?: readonly NetworkOption[];
  readonly networkAliases?: readonly string[];
  readonly ports?: readonly PortOption[];
  readonly publishAll?: boolean;
  readonly expose?: readonly string[];
  /** `["none"]` leaves resolv.conf to the image. */
  readonly dns?: readonly string[];
  readonly dnsSearch?: readonly string[];
  readonly dnsOptions?: readonly string[];
  readonly addHosts?: readonly string[];
  readonly noHosts?: boolean;
  readonly mounts?: readonly MountOption[];
  readonly volumesFrom?: readonly string[];
  /** What to do with the image's VOLUMEs: `bind` (anonymous volumes, default), `tmpfs`, `ignore`. */
  readonly imageVolumes?: "bind" | "anonymous" | "tmpfs" | "ignore";
  readonly devices?: readonly HostDevice[];
  readonly deviceCgroupRules?: readonly string[];
  /** Bytes. */
  readonly shmSize?: number;
  readonly resources?: Resources;
  readonly ulimits?: readonly Ulimit[];
  readonly sysctls?: Readonly<Record<string, string>>;
  readonly oomScoreAdj?: number;
  /** Octal mode. */
  readonly umask?: number;
  readonly timezone?: string;
  readonly cgroupParent?: string;
  readonly cgroups?: "enabled" | "disabled" | "no-conmon";
  /** Pod name or id. */
  readonly pod?: string;
  readonly initContainer?: "always" | "once";
  readonly dependsOn?: readonly DependencyOption[];
  readonly health?: HealthCheck | "none";
  readonly readiness?: HealthCheck;
  readonly log?: Partial<LogSettings>;
  readonly pidFile?: string;
  readonly conmonPidFile?: string;
  readonly cidFile?: string;
  /** Remove a container of the same name first. */
  readonly replace?: boolean;
  readonly platform?: { readonly os?: string; readonly architecture?: string; readonly variant?: string };
  readonly createCommand?: readonly string[];
  /** Registry options for a pull. */
  readonly tlsVerify?: boolean;
  readonly authFile?: string;
}

/** `host` absent takes a free port; `container` and `host` may carry a `range`. */
export interface PortOption {
  readonly host?: number;
  readonly container: number;
  readonly hostIp?: string;
  readonly protocol?: PortMapping["protocol"];
  readonly range?: number;
}

export interface DependencyOption {
  /** Name or id. */
  readonly container: string;
  readonly condition?: DependencyCondition;
  readonly timeoutSeconds?: number;
}
