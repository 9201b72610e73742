import type { ContainerId, PodId } from "../../base/brand.ts";
import type { EngineError } from "../../base/errors.ts";
import type { DependencyCondition, HostDevice, Resources } from "../../model/container.ts";
import type { ContainerStatus } from "../../model/container-state.ts";
import type { ExitPolicy, PodConfig, PodStatus } from "../../model/pod.ts";
import type {
  Abortable,
  ContainerCreateOptions,
  DependencyOption,
  MountOption,
  NetworkOption,
  PortOption,
} from "./container-options.ts";

/** A member described inside `pods.create`; its key is its name, prefixed with the pod's. */
export interface PodMemberOptions extends Omit<ContainerCreateOptions, "pod" | "name" | "dependsOn" | "initContainer"> {
  readonly name?: string;
  readonly initContainer?: "always" | "once";
  readonly dependsOn?: Readonly<Record<string, DependencyCondition>> | readonly DependencyOption[];
}

export interface PodCreateOptions {
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
  readonly lifetime?: "independent" | "owner";
  /** Members to create with the pod, in one go: all or nothing. */
  readonly containers?: Readonly<Record<string, PodMemberOptions>>;
}

export type PodSelection =
  | { readonly refs: readonly string[]; readonly ignoreMissing?: boolean }
  | { readonly all: true }
  | { readonly latest: true };

/** What a pod verb did: `ok` for every member, or the members that failed with their reasons. */
export type PodReport =
  | { readonly input: string; readonly ok: true; readonly id: PodId }
  | {
      readonly input: string;
      readonly ok: false;
      readonly id?: PodId;
      /** `POD_PARTIAL` if some members failed, else why nothing was attempted. */
      readonly error: EngineError;
      readonly failed: readonly { readonly container: ContainerId; readonly error: EngineError }[];
    };

export interface PodSummary {
  readonly config: PodConfig;
  readonly status: PodStatus;
  readonly members: readonly {
    readonly id: ContainerId;
    readonly name: string;
    readonly status: ContainerStatus;
    readonly isInit: boolean;
  }[];
  readonly networks: readonly string[];
}

export type InspectPod = Readonly<Record<string, unknown>>;

/** A pod that leaves with the scope it was created in; the verbs are those of `Pods`, bound to its id. */
export interface PodHandle extends AsyncDisposable {
  readonly id: PodId;
  readonly name: string;
  /** What was asked for and this host can't do. */
  readonly warnings: readonly string[];
  start(options?: Abortable): Promise<PodReport>;
  stop(options?: Abortable & { readonly timeout?: number }): Promise<PodReport>;
  restart(options?: Abortable): Promise<PodReport>;
  kill(options?: Abortable & { readonly signalToSend?: string | number }): Promise<PodReport>;
  pause(options?: Abortable): Promise<PodReport>;
  unpause(options?: Abortable): Promise<PodReport>;
  remove(options?: Abortable & { readonly force?: boolean }): Promise<PodReport>;
  inspect(): Promise<InspectPod>;
}

export interface Pods {
  create(
    options?: PodCreateOptions,
    io?: Abortable & { readonly progress?: (line: string) => void },
  ): Promise<PodHandle>;
  start(selection: PodSelection, options?: Abortable): Promise<readonly PodReport[]>;
  /** `timeout` in seconds; absent is each member's own. */
  stop(selection: PodSelection, options?: Abortable & { readonly timeout?: number }): Promise<readonly PodReport[]>;
  kill(
    selection: PodSelection,
    options?: Abortable & { readonly signalToSend?: string | number },
  ): Promise<readonly PodReport[]>;
  restart(selection: PodSelection, options?: Abortable): Promise<readonly PodReport[]>;
  pause(selection: PodSelection, options?: Abortable): Promise<readonly PodReport[]>;
  unpause(selection: PodSelection, options?: Abortable): Promise<readonly PodReport[]>;
  cleanup(selection: PodSelection, options?: Abortable): Promise<readonly PodReport[]>;
  remove(
    selection: PodSelection,
    options?: Abortable & { readonly force?: boolean; readonly timeout?: number },
  ): Promise<readonly PodReport[]>;
  prune(options?: Abortable): Promise<readonly PodReport[]>;
  list(options?: {
    readonly filters?: Readonly<Record<string, readonly string[]>>;
    readonly latest?: boolean;
  }): Promise<readonly PodSummary[]>;
  inspect(ref: string): Promise<InspectPod>;
  exists(ref: string): Promise<boolean>;
  resolve(ref: string): Promise<PodId>;
  /** Ids of the pod's containers, infra and init included, oldest first. */
  members(ref: string): Promise<readonly ContainerId[]>;
}
