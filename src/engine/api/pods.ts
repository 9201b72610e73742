import type { ContainerId, PodId } from "../../base/brand.ts";
import type { EngineError } from "../../base/errors.ts";
import type { DependencyCondition, HostDevice, Resources, RestartPolicy } from "../../model/container.ts";
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
  readonly containers?: Readonly<Record<string, PodMemberOptions>>;
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

export type PodPlanVerb = "start" | "stop" | "remove";

/** What a plan does to one container, or at the end to the pod itself. */
export type PlanAction =
  /** Starts it. */
  | "start"
  /** Starts an init container and waits until it exits with 0; a `once` container is removed then. */
  | "run"
  | "stop"
  | "remove"
  /** Leaves it as it is: there is nothing to do. */
  | "leave"
  /** The verb would fail on it, for the reason given. */
  | "refuse";

export interface PlanStep {
  /** From 1, in an order in which the steps could be done one by one. */
  readonly number: number;
  readonly action: PlanAction;
  readonly target: { readonly kind: "container" | "pod"; readonly id: string; readonly name: string };
  /** Steps that come first, and why. */
  readonly after: readonly { readonly step: number; readonly reason: string }[];
  /** Why this is done, or what is special about it. */
  readonly notes: readonly string[];
}

/** What a verb would do to a pod as it is now, step by step. Steps that do not wait for one another happen side by side. */
export interface PodPlan {
  readonly verb: PodPlanVerb;
  readonly pod: { readonly id: PodId; readonly name: string; readonly status: PodStatus };
  readonly steps: readonly PlanStep[];
  /** False if the verb would fail, at least in part. */
  readonly ok: boolean;
}

/**
 * What to wait for: `exited`, the default, until nothing of the pod runs any more but its infra container, or with the exit policy
 * `main` until that container has ended; `removed`; any other status of a pod; `healthy` and `ready`, which every member with
 * such a check must be.
 */
export type PodWaitCondition =
  | "created"
  | "running"
  | "degraded"
  | "paused"
  | "stopped"
  | "exited"
  | "removed"
  | "healthy"
  | "ready";

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
  /**
   * Makes a pod like another one with all its containers, all or nothing; dependencies and joined namespaces lead to the clones.
   *
   * @throws NO_SUCH_POD, NAME_IN_USE, what `create` throws; CLONE_UNFINISHED when the clone is there, and removing the source
   *   or starting the clone failed
   */
  clone(
    ref: string,
    options?: PodCloneOptions,
    io?: Abortable & { readonly progress?: (line: string) => void },
  ): Promise<PodHandle>;
  /**
   * What a verb would do now, from the same graphs that it uses; nothing is touched.
   *
   * @param options.force as of `remove`
   * @param options.timeout seconds, as of `stop` and `remove`
   * @throws NO_SUCH_POD, POD_NO_ROOT, DEPENDENCY_CYCLE
   */
  plan(
    ref: string,
    verb: PodPlanVerb,
    options?: { readonly force?: boolean; readonly timeout?: number },
  ): Promise<PodPlan>;
  /**
   * Waits until one of the conditions is true of a pod; several are alternatives.
   *
   * @returns the pod's exit code when it has ended: that of the main container with the exit policy `main`, else that of the
   *   first member that failed, else 0; -1 if another condition came true
   * @throws NO_SUCH_POD, or the signal's reason
   */
  wait(ref: string, options?: Abortable & { readonly conditions?: readonly PodWaitCondition[] }): Promise<number>;
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
