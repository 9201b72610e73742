import type { ContainerId } from "../../base/brand.ts";
import type { HealthRecord } from "../../model/health.ts";
import type { Abortable, ContainerCreateOptions } from "./container-options.ts";
import type {
  AttachEnd,
  CollectOptions,
  CommitOptions,
  ContainerChange,
  ContainerListOptions,
  ContainerSelection,
  ContainerStats,
  ContainerSummary,
  CopyEnd,
  CopyOptions,
  CreateResult,
  ExecOptions,
  Filters,
  InspectContainer,
  LogLine,
  LogOptions,
  ProcessOutput,
  Progress,
  RemoveOptions,
  Report,
  RunOutput,
  Stdio,
  WaitCondition,
} from "./container-types.ts";

export type * from "./container-types.ts";

/**
 * Verbs on containers. A `ref` is an id, a name or a unique prefix of an id: everywhere NO_SUCH_CONTAINER if nothing has it,
 * CONTAINER_AMBIGUOUS if several begin so, EMPTY_ID if it is empty. Verbs on a selection return one report for each container
 * and throw only for a bad call or the signal's reason; a ref that nothing has keeps them from touching the others, as with
 * podman, and its report is the only one.
 */
export interface Containers {
  /**
   * Creates a container; nothing runs yet. All or nothing. The image is pulled first where `options.pull` says so
   * (podman-create(1)).
   *
   * @param options what the container is made from
   * @param io.progress hears how a pull goes on
   * @returns its id, and warnings about what this host can't do
   * @throws BAD_NAME, CONTAINER_NAME_IN_USE, NAME_IN_USE, NO_SUCH_POD, NO_SUCH_IMAGE, PULL_FAILED, INVALID_ARGUMENT
   */
  create(options: ContainerCreateOptions, io?: Abortable & Progress): Promise<CreateResult>;
  /**
   * Creates a container, runs it to its end and collects what it writes (podman-run(1)). The container is removed afterwards,
   * unless `autoRemove: false` keeps it. An aborted run is killed.
   *
   * @param options what the container is made from
   * @param io.input all that it reads from stdin
   * @param io.maxOutput bytes kept of each stream, default 1 MiB
   * @returns exit code and output; an exit code other than 0 is no error
   * @throws what `create` and `start` throw
   */
  run(options: ContainerCreateOptions, io?: CollectOptions & Progress): Promise<RunOutput>;
  /**
   * Starts a container with its dependencies (podman-start(1)). One that runs is left alone.
   *
   * @returns its id
   * @throws CONTAINER_STATE if it is paused or being removed, DEPENDENCY_FAILED, DEPENDENCY_CONDITION, DEPENDENCY_TIMEOUT,
   *   PORT_IN_USE, OCI_NOT_FOUND, OCI_PERMISSION_DENIED, OCI_RUNTIME
   */
  start(ref: string, options?: Abortable): Promise<ContainerId>;
  /**
   * Starts a container and stays with it until it ends, or attaches to a running one (podman-start(1), `--attach`). All output
   * has been handed over when it resolves. An abort ends the session, not the container.
   *
   * @param stdio where its bytes go and come from
   * @returns how the session ended
   * @throws what `start` throws
   */
  startAttached(ref: string, stdio: Stdio, options?: Abortable): Promise<AttachEnd>;
  /**
   * Attaches to a running container (podman-attach(1)).
   *
   * @param stdio where its bytes go and come from; without `stdin` it only listens
   * @returns how the session ended
   * @throws CONTAINER_STATE unless it runs
   */
  attach(ref: string, stdio: Stdio, options?: Abortable): Promise<AttachEnd>;
  /**
   * Runs a command in a running container and carries its stdio (podman-exec(1)).
   *
   * @returns its exit code, 0 if the caller detached
   * @throws CONTAINER_STATE unless the container runs, OCI_NOT_FOUND, OCI_PERMISSION_DENIED for what can't be run
   */
  exec(ref: string, options: ExecOptions, stdio: Stdio): Promise<number>;
  /**
   * Runs a command in a running container and collects what it writes.
   *
   * @param options.command argv
   * @param options.input all that it reads from stdin
   * @param options.maxOutput bytes kept of each stream, default 1 MiB
   * @returns exit code and output; an exit code other than 0 is no error
   * @throws as with `stdio`
   */
  exec(ref: string, options: ExecOptions & CollectOptions): Promise<ProcessOutput>;
  /**
   * Starts a command in a running container and leaves it alone (podman-exec(1), `--detach`).
   *
   * @returns the session's id; an `exec_died` event tells its exit code
   * @throws CONTAINER_STATE unless the container runs, OCI_NOT_FOUND, OCI_PERMISSION_DENIED
   */
  execDetached(ref: string, options: ExecOptions): Promise<string>;
  /**
   * Ends containers with their own stop signal, and with SIGKILL when they take too long (podman-stop(1)). One that does not
   * run is fine.
   *
   * @param options.timeout seconds before SIGKILL; absent is each container's own
   */
  stop(selection: ContainerSelection, options?: Abortable & { readonly timeout?: number }): Promise<readonly Report[]>;
  /**
   * Sends a signal to running containers (podman-kill(1)). SIGKILL returns when they are gone. Reports CONTAINER_STATE for
   * one that does not run.
   *
   * @param options.signalToSend name or number, default KILL
   * @throws INVALID_ARGUMENT for an unknown signal
   */
  kill(
    selection: ContainerSelection,
    options?: Abortable & { readonly signalToSend?: string | number },
  ): Promise<readonly Report[]>;
  /**
   * Stops and starts containers; one that does not run is started (podman-restart(1)).
   *
   * @param options.timeout seconds before SIGKILL; absent is each container's own
   * @param options.runningOnly all running ones instead of the selection
   */
  restart(
    selection: ContainerSelection,
    options?: Abortable & { readonly timeout?: number; readonly runningOnly?: boolean },
  ): Promise<readonly Report[]>;
  /**
   * Freezes running containers; `{ all: true }` means all running ones (podman-pause(1)). Reports CONTAINER_STATE for one
   * that does not run.
   */
  pause(selection: ContainerSelection, options?: Abortable): Promise<readonly Report[]>;
  /** Lets paused containers go on (podman-unpause(1)). Reports CONTAINER_STATE for one that is not paused. */
  unpause(selection: ContainerSelection, options?: Abortable): Promise<readonly Report[]>;
  /**
   * Prepares containers up to the point where only their process is missing: mounts, network and namespaces are there
   * (podman-init(1)). Reports CONTAINER_STATE for one that is running or paused.
   */
  init(selection: ContainerSelection, options?: Abortable): Promise<readonly Report[]>;
  /**
   * Removes containers (podman-rm(1)). Reports CONTAINER_STATE for a running one without `force`, CONTAINER_HAS_DEPENDENTS
   * without `depend`, INFRA_REMOVE for a pod's infra container.
   *
   * @param options.force stop running ones first
   * @param options.volumes remove their anonymous volumes as well
   * @param options.depend remove what depends on them first
   * @param options.timeout seconds before SIGKILL
   */
  remove(selection: ContainerSelection, options?: RemoveOptions): Promise<readonly Report[]>;
  /**
   * Takes network and mounts of ended containers down (podman-container-cleanup(1)). The engine does this by itself when a
   * container ends, through conmon's exit command, which also applies exit policy, restart policy and auto-remove.
   *
   * @param options.remove remove those with `autoRemove`
   * @param options.execSession end this exec session instead
   * @param options.stoppedOnly leave running ones alone instead of reporting CONTAINER_STATE
   */
  cleanup(
    selection: ContainerSelection,
    options?: Abortable & { readonly remove?: boolean; readonly execSession?: string; readonly stoppedOnly?: boolean },
  ): Promise<readonly Report[]>;
  /**
   * Removes all containers that do not run, with their anonymous volumes (podman-container-prune(1)).
   *
   * @param options.filters podman-container-prune(1) filters
   * @throws INVALID_ARGUMENT for an unknown filter
   */
  prune(options?: Abortable & { readonly filters?: Filters }): Promise<readonly Report[]>;
  /**
   * Gives a container another name (podman-rename(1)).
   *
   * @throws INVALID_ARGUMENT for a malformed name, RENAME_IN_USE
   */
  rename(ref: string, name: string, options?: Abortable): Promise<void>;
  /**
   * Containers, oldest first, from one snapshot; never waits for a writer (podman-ps(1)).
   *
   * @param options.all also those that do not run
   * @throws INVALID_ARGUMENT for an unknown filter
   */
  list(options?: ContainerListOptions): Promise<readonly ContainerSummary[]>;
  /**
   * Everything about one container, with podman's field names (podman-container-inspect(1)).
   *
   * @param options.size also measure its layers
   */
  inspect(ref: string, options?: { readonly size?: boolean }): Promise<InspectContainer>;
  /**
   * Copies files and directories between containers and the host, in any direction (podman-cp(1)). Containers need not run.
   * Links are followed as the container would: nothing outside of it is read or written.
   *
   * @param from what to copy; a final `/.` means what is in the directory
   * @param to a directory, a file to replace, or a new name in a directory that is there
   * @param options.keepOwner keep owners instead of giving all to the container's user; on the host all is root's
   * @param options.overwrite directories and other files may take each other's place
   * @throws INVALID_ARGUMENT naming the path that is missing or in the way
   */
  copy(from: CopyEnd, to: CopyEnd, options?: CopyOptions): Promise<void>;
  /**
   * Unpacks a tar in a directory of a container (podman-cp(1) with `-`).
   *
   * @param path an existing directory
   * @param tar not compressed
   * @throws INVALID_ARGUMENT where something is in the way, ARCHIVE_BAD for a damaged tar
   */
  copyIn(ref: string, path: string, tar: AsyncIterable<Uint8Array>, options?: CopyOptions): Promise<void>;
  /**
   * A tar of a file or directory of a container (podman-cp(1) with `-`).
   *
   * @param path a final `/.` leaves the directory's own entry out
   * @returns the tar; the first step throws INVALID_ARGUMENT if there is no such path
   */
  copyOut(ref: string, path: string, options?: Abortable): AsyncIterable<Uint8Array>;
  /** What a container has changed in the files of its image, by path (podman-diff(1)). */
  diff(ref: string): Promise<readonly ContainerChange[]>;
  /** A tar of a container's root file system, without its volumes (podman-export(1)). */
  export(ref: string, options?: Abortable): AsyncIterable<Uint8Array>;
  /**
   * Makes an image of a container: its image, and what it has changed as one more layer (podman-commit(1)).
   *
   * @param options.reference name of the image
   * @param options.changes Containerfile instructions
   * @param options.pause freeze a running container meanwhile
   * @returns the image's id
   * @throws BAD_REFERENCE, INVALID_ARGUMENT for a bad change or a container without an image
   */
  commit(ref: string, options?: CommitOptions): Promise<string>;
  /** True if there is such a container (podman-container-exists(1)). */
  exists(ref: string): Promise<boolean>;
  /** Full id of the one container that `ref` names. */
  resolve(ref: string): Promise<ContainerId>;
  /**
   * Lines of a container's log, oldest first (podman-logs(1)). Leaving the loop releases everything.
   *
   * @param options.follow go on until the container ends
   * @param options.tail only the last N lines
   * @param options.since milliseconds since the epoch; `until` likewise
   * @returns lines; the first step throws NO_SUCH_CONTAINER, or NO_LOGS if its log driver keeps none
   */
  logs(ref: string, options?: LogOptions): AsyncIterable<LogLine>;
  /**
   * Waits until a container has ended, or until the first of the conditions is true (podman-wait(1)). Looks when something
   * changes, not all the time.
   *
   * @param options.conditions alternatives; default its end
   * @returns the exit code, or -1 when another condition came true first
   * @throws NO_EXIT_CODE if it was removed too long ago, NO_HEALTHCHECK for `healthy` and `unhealthy` without a check
   */
  wait(ref: string, options?: Abortable & { readonly conditions?: readonly WaitCondition[] }): Promise<number>;
  /**
   * Runs a container's health check once and records the result (podman-healthcheck-run(1)).
   *
   * @returns what is known of its health now
   * @throws NO_HEALTHCHECK, CONTAINER_STATE unless it runs, HEALTHCHECK_TIMEOUT
   */
  healthcheck(ref: string, options?: Abortable): Promise<HealthRecord>;
  /**
   * The processes of a running container (podman-top(1)).
   *
   * @param descriptors columns by name or code (`pid`, `%p`); [] is podman's default set
   * @returns a row of headings, then one row per process
   * @throws CONTAINER_STATE unless it runs, INVALID_ARGUMENT for an unknown column
   */
  top(ref: string, descriptors: readonly string[]): Promise<readonly (readonly string[])[]>;
  /**
   * Published ports of a container (podman-port(1)).
   *
   * @returns pairs such as `{ container: "80/tcp", host: "0.0.0.0:8080" }`
   */
  ports(ref: string): Promise<readonly { readonly container: string; readonly host: string }[]>;
  /** Resource use of containers now, in the order given (podman-stats(1)). One that does not run has zeros. */
  stats(refs: readonly string[]): Promise<readonly ContainerStats[]>;
}
