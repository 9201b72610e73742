import type { DependencyCondition, HostDevice, Resources, RestartPolicy } from "../../model/container.ts";
import type { ExitPolicy } from "../../model/pod.ts";
import type {
  ContainerCreateOptions,
  DependencyOption,
  MountOption,
  NetworkOption,
  PortOption,
} from "./container-options.ts";

/** A member described inside `pods.create`; its key is its name, prefixed with the pod's. */
export interface PodMemberOptions
  extends Omit<ContainerCreateOptions, "pod" | "name" | "dependsOn" | "initContainer" | "init"> {
  /** Name of the container; default the pod's name, a hyphen and the key. */
  readonly name?: string;
  /**
   * `"always"` or `"once"`: an init container, which runs before the members, at every start of the pod or only at the first.
   * A boolean: whether an init program is pid 1 of this member.
   */
  readonly init?: boolean | "always" | "once";
  /** The same as `init: "always"` or `init: "once"`, beside which `init` may be a boolean. */
  readonly initContainer?: "always" | "once";
  /** Members that come first, by key, and what they must be by then; or a list, which also takes time-outs. */
  readonly dependsOn?: Readonly<Record<string, DependencyCondition>> | readonly DependencyOption[];
}

/** What a pod is made from. `K` are the keys of its members. */
export interface PodCreateOptions<K extends string = string> {
  readonly name?: string;
  readonly hostname?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Default true. */
  readonly infra?: boolean;
  readonly infraName?: string;
  readonly infraImage?: string;
  readonly infraCommand?: readonly string[];
  readonly infraConmonPidFile?: string;
  /** Comma list as podman's `--share`; default `ipc,net,uts`. */
  readonly share?: string;
  readonly shareParent?: boolean;
  readonly exitPolicy?: ExitPolicy;
  readonly cgroupParent?: string;
  readonly resources?: Resources;
  readonly networks?: readonly NetworkOption[];
  readonly networkAliases?: readonly string[];
  readonly ports?: readonly PortOption[];
  readonly dns?: readonly string[];
  readonly dnsSearch?: readonly string[];
  readonly dnsOptions?: readonly string[];
  readonly addHosts?: readonly string[];
  readonly noHosts?: boolean;
  readonly pid?: string;
  readonly uts?: string;
  readonly userns?: string;
  readonly uidMap?: readonly string[];
  readonly gidMap?: readonly string[];
  readonly sysctls?: Readonly<Record<string, string>>;
  readonly shmSize?: number;
  readonly securityOpt?: readonly string[];
  readonly devices?: readonly HostDevice[];
  readonly mounts?: readonly MountOption[];
  readonly volumesFrom?: readonly string[];
  readonly replace?: boolean;
  readonly podIdFile?: string;
  readonly createCommand?: readonly string[];
  /** `owner`: the pod is removed when the process that creates it is gone, whatever ended it. */
  readonly lifetime?: "independent" | "owner";
  /** For members without a policy of their own. */
  readonly restart?: RestartPolicy;
  /**
   * Name or id of a container outside of pods that runs while any of the pods that name it does: started before them, stopped
   * when the last of them is done, removed with the last of them.
   */
  readonly serviceContainer?: string;
  /** Members to create with the pod, in one go: all or nothing. */
  readonly containers?: Readonly<Record<K, PodMemberOptions>>;
}

/**
 * What a clone has other than its source. Labels and limits are laid over the source's, devices, mounts and security options
 * are added to them, everything else replaces what the source has.
 */
export interface PodCloneOptions
  extends Omit<PodCreateOptions, "replace" | "podIdFile" | "containers" | "infra" | "serviceContainer"> {
  /** Remove the source, by force, when the clone is there. */
  readonly destroy?: boolean;
  /** Start the clone when it is there, and the source gone if that was asked. */
  readonly start?: boolean;
}
