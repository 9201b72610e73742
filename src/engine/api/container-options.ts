import type {
  DependencyCondition,
  HostDevice,
  LogSettings,
  PortMapping,
  Resources,
  RestartPolicy,
  Ulimit,
} from "../../model/container.ts";
import type { ParsedMount } from "../../model/notation/mounts.ts";
import type { HealthOption } from "./health-option.ts";

export type { Abortable } from "../../base/abortable.ts";
export type * from "./health-option.ts";

/** When to fetch an image (podman-create(1), `--pull`). */
export type PullPolicy = "always" | "missing" | "never" | "newer";

/** A mount by structure; `model/notation/mounts.ts` parses podman's `-v`, `--mount` and `--tmpfs` texts to it. */
export type MountOption = ParsedMount;

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
  /** Default `missing`. */
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
  /** Absolute path in the container. */
  readonly workdir?: string;
  /** `user[:group]`, by name or number. */
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
  /** Remove it when it has ended. */
  readonly autoRemove?: boolean;
  /** An init program (catatonit) is pid 1: it reaps and passes signals on. */
  readonly init?: boolean;
  readonly initPath?: string;
  readonly namespaces?: NamespaceOptions;
  readonly uidMap?: readonly string[];
  readonly gidMap?: readonly string[];
  readonly networks?: readonly NetworkOption[];
  readonly networkAliases?: readonly string[];
  readonly ports?: readonly PortOption[];
  /** Every port that the image exposes gets a free port of the host. */
  readonly publishAll?: boolean;
  /** `80`, `80/udp`, `8000-8010`. */
  readonly expose?: readonly string[];
  /** `["none"]` leaves resolv.conf to the image. */
  readonly dns?: readonly string[];
  readonly dnsSearch?: readonly string[];
  readonly dnsOptions?: readonly string[];
  /** `name:ip`. */
  readonly addHosts?: readonly string[];
  readonly noHosts?: boolean;
  readonly mounts?: readonly MountOption[];
  /** Containers whose mounts it gets as well, `name[:ro]`. */
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
  /** Runs before the pod's members: at every start of the pod, or only at the first, and is removed then. */
  readonly initContainer?: "always" | "once";
  /** Containers that come first. */
  readonly dependsOn?: readonly DependencyOption[];
  /** Replaces the image's check; `none` takes it away. */
  readonly health?: HealthOption | "none";
  /** As `health`, but only tells when the container is ready to serve; nothing is done about one that is not. */
  readonly readiness?: HealthOption;
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

/**
 * A published port. `host` absent takes a free one; `hostIp` absent is every address of the host; `protocol` is `tcp` by default;
 * `range` is the number of consecutive ports, default 1.
 */
export interface PortOption {
  readonly host?: number;
  readonly container: number;
  readonly hostIp?: string;
  readonly protocol?: PortMapping["protocol"];
  readonly range?: number;
}

/** Something that must have come so far before a container starts. */
export interface DependencyOption {
  /** Name or id. */
  readonly container: string;
  /** Default `started`. */
  readonly condition?: DependencyCondition;
  /** Seconds to wait for it; absent is as long as the start's own signal allows. */
  readonly timeoutSeconds?: number;
}
