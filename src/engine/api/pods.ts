import type { ContainerId, PodId } from "../../base/brand.ts";
import type { EngineEvent } from "../../model/events.ts";
import type { Abortable } from "./container-options.ts";
import type { Filters, LogOptions, Progress } from "./container-types.ts";
import type { PodCloneOptions, PodCreateOptions } from "./pod-options.ts";
import type {
  InspectPod,
  PodLogLine,
  PodPlan,
  PodPlanVerb,
  PodReport,
  PodSelection,
  PodSummary,
  PodWaitCondition,
} from "./pod-types.ts";
import type { EventOptions } from "./system.ts";

export type * from "./pod-options.ts";
export type * from "./pod-types.ts";

/**
 * A pod that leaves with the scope it was created in; the verbs are those of `Pods`, bound to its id, with one report each.
 * `K` are the keys of the members it was created with.
 */
export interface PodHandle<K extends string = string> extends AsyncDisposable {
  readonly id: PodId;
  readonly name: string;
  /** What was asked for and this host can't do. */
  readonly warnings: readonly string[];
  /** Ids of the members that were created with it, by their keys. Those with `init: "once"` are gone after the first start. */
  readonly containers: Readonly<Record<K, ContainerId>>;
  /** As `pods.start`: the report says which members failed; POD_REMOVED if the pod is gone. */
  start(options?: Abortable): Promise<PodReport>;
  /**
   * As `pods.stop`.
   *
   * @param options.timeout seconds before SIGKILL; absent is each member's own
   */
  stop(options?: Abortable & { readonly timeout?: number }): Promise<PodReport>;
  /** As `pods.restart`. */
  restart(options?: Abortable): Promise<PodReport>;
  /**
   * As `pods.kill`.
   *
   * @param options.signalToSend name or number, default KILL
   */
  kill(options?: Abortable & { readonly signalToSend?: string | number }): Promise<PodReport>;
  /** As `pods.pause`. */
  pause(options?: Abortable): Promise<PodReport>;
  /** As `pods.unpause`. */
  unpause(options?: Abortable): Promise<PodReport>;
  /**
   * As `pods.remove`. Not needed where the handle leaves with its scope.
   *
   * @param options.force stop running members first
   * @param options.timeout seconds before SIGKILL
   */
  remove(options?: Abortable & { readonly force?: boolean; readonly timeout?: number }): Promise<PodReport>;
  /** As `pods.inspect`. */
  inspect(): Promise<InspectPod>;
  /** As `pods.wait`. */
  wait(options?: Abortable & { readonly conditions?: readonly PodWaitCondition[] }): Promise<number>;
  /** As `pods.logs`. */
  logs(options?: LogOptions): AsyncIterable<PodLogLine>;
  /** Events of the pod and of its members: `engine.events` with `pod` set. */
  events(options?: Omit<EventOptions, "pod">): AsyncIterable<EngineEvent>;
}

/**
 * Verbs on pods. A `ref` is a name, an id or a unique prefix of an id: everywhere NO_SUCH_POD if nothing has it,
 * POD_IS_CONTAINER if a container has it, POD_AMBIGUOUS if several begin so, EMPTY_ID if it is empty. Verbs on a selection
 * return one report for each pod; a bad ref throws before anything is touched. A failing member never keeps a verb from the
 * others: the report is then POD_PARTIAL, with every member that failed and why.
 */
export interface Pods {
  /**
   * Makes a pod with its infra container and the members described in `containers`: all or nothing. Nothing runs yet
   * (podman-pod-create(1)).
   *
   * @param options what the pod is made from
   * @param io.progress hears how pulling the images goes on
   * @returns a handle; disposing it removes the pod by force
   * @throws POD_NAME_IN_USE, CONTAINER_NAME_IN_USE, DEPENDENCY_CYCLE naming the keys, NO_SUCH_IMAGE, PULL_FAILED,
   *   INVALID_ARGUMENT for options that contradict one another
   */
  create<K extends string = string>(options?: PodCreateOptions<K>, io?: Abortable & Progress): Promise<PodHandle<K>>;
  /**
   * Starts pods (podman-pod-start(1)): the service container, the infra container, init containers one after another, then the
   * members along their dependencies, independent ones at once. Members that run or are paused are left alone.
   *
   * Reports INIT_FAILED, POD_NO_ROOT, or POD_PARTIAL with DEPENDENCY_FAILED for what depends on a member that failed.
   */
  start(selection: PodSelection, options?: Abortable): Promise<readonly PodReport[]>;
  /**
   * Stops pods, dependants first, the infra container last (podman-pod-stop(1)). Members that do not run are fine.
   *
   * @param options.timeout seconds before SIGKILL; absent is each member's own
   */
  stop(selection: PodSelection, options?: Abortable & { readonly timeout?: number }): Promise<readonly PodReport[]>;
  /**
   * Sends a signal to all running members (podman-pod-kill(1)).
   *
   * @param options.signalToSend name or number, default KILL
   * @throws INVALID_ARGUMENT for an unknown signal
   */
  kill(
    selection: PodSelection,
    options?: Abortable & { readonly signalToSend?: string | number },
  ): Promise<readonly PodReport[]>;
  /** Stops what runs and starts all members in the order of their dependencies (podman-pod-restart(1)). */
  restart(selection: PodSelection, options?: Abortable): Promise<readonly PodReport[]>;
  /** Freezes all running members (podman-pod-pause(1)). */
  pause(selection: PodSelection, options?: Abortable): Promise<readonly PodReport[]>;
  /** Lets all paused members go on (podman-pod-unpause(1)). */
  unpause(selection: PodSelection, options?: Abortable): Promise<readonly PodReport[]>;
  /** Takes network and mounts of members that have ended down; the engine does so by itself when they end. */
  cleanup(selection: PodSelection, options?: Abortable): Promise<readonly PodReport[]>;
  /**
   * Removes pods with all their containers (podman-pod-rm(1)). Reports CONTAINER_STATE for running members without `force`.
   *
   * @param options.force stop running members first
   * @param options.timeout seconds before SIGKILL
   */
  remove(
    selection: PodSelection,
    options?: Abortable & { readonly force?: boolean; readonly timeout?: number },
  ): Promise<readonly PodReport[]>;
  /** Removes all pods that have ended (podman-pod-prune(1)). */
  prune(options?: Abortable): Promise<readonly PodReport[]>;
  /**
   * Makes a pod like another one with all its containers, all or nothing; dependencies and joined namespaces lead to the
   * clones (podman-pod-clone(1)). The keys of the handle's `containers` are the names of the source's members.
   *
   * @param options what the clone has other than its source
   * @param options.destroy remove the source, by force, when the clone is there
   * @param options.start start the clone
   * @returns a handle, as `create`
   * @throws NO_SUCH_POD, what `create` throws; CLONE_UNFINISHED when the clone is there, and removing the source or starting
   *   the clone failed
   */
  clone(ref: string, options?: PodCloneOptions, io?: Abortable & Progress): Promise<PodHandle>;
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
   * @param options.conditions default `exited`
   * @returns the pod's exit code when it has ended: that of the main container with the exit policy `main`, else that of the
   *   first member that failed, else 0; -1 if another condition came true
   * @throws NO_SUCH_POD, or the signal's reason
   */
  wait(ref: string, options?: Abortable & { readonly conditions?: readonly PodWaitCondition[] }): Promise<number>;
  /**
   * The logs of a pod's members in one, infra left out (podman-pod-logs(1)): what is there in order of time, then with `follow`
   * what comes, until every member has ended. Members that keep no log are left out. Leaving the loop releases everything.
   *
   * @param options.follow go on; members that start later are followed as well
   * @param options.tail only the last N lines of each member
   * @param options.since milliseconds since the epoch; `until` likewise
   * @returns lines, each with its container; the first step throws NO_SUCH_POD
   */
  logs(ref: string, options?: LogOptions): AsyncIterable<PodLogLine>;
  /**
   * Pods with their members' statuses, oldest first; never waits for a writer (podman-pod-ps(1)).
   *
   * @param options.filters podman-pod-ps(1) filters
   * @param options.latest only the newest
   * @throws INVALID_ARGUMENT for an unknown filter
   */
  list(options?: { readonly filters?: Filters; readonly latest?: boolean }): Promise<readonly PodSummary[]>;
  /** Everything about one pod, with podman's field names (podman-pod-inspect(1)). */
  inspect(ref: string): Promise<InspectPod>;
  /** True if there is such a pod (podman-pod-exists(1)). */
  exists(ref: string): Promise<boolean>;
  /** Full id of the one pod that `ref` names. */
  resolve(ref: string): Promise<PodId>;
  /** Ids of the pod's containers, infra and init included, oldest first. */
  members(ref: string): Promise<readonly ContainerId[]>;
}
