import type { ContainerId } from "../../base/brand.ts";
import type { EngineError } from "../../base/errors.ts";
import type { ContainerConfig } from "../../model/container.ts";
import type { BootState, ContainerStatus, LastRun } from "../../model/container-state.ts";
import type { HealthRecord } from "../../model/health.ts";
import type { Abortable, ContainerCreateOptions } from "./container-options.ts";

/** The outcome for one input of a call over several; such calls never throw for one bad input. */
export type Report<T = string> =
  | { readonly input: string; readonly ok: true; readonly id: T }
  | { readonly input: string; readonly ok: false; readonly error: EngineError };

/** One row of `ps`, raw: the CLI and callers format it. */
export interface ContainerSummary {
  readonly config: ContainerConfig;
  readonly status: ContainerStatus;
  readonly lastRun: LastRun;
  readonly state: BootState | undefined;
  readonly podName: string;
  /** State of its health check in this boot; undefined without a check, or before it ran. */
  readonly health?: HealthRecord;
  /** Bytes in the writable layer and in all layers; only if asked for. */
  readonly size?: { readonly writable: number; readonly total: number };
  /** Inode numbers of the namespaces of a running one, by name; only if asked for. */
  readonly namespaces?: Readonly<Partial<Record<NamespaceName, string>>>;
}

/** Namespaces as /proc/PID/ns calls them. */
export type NamespaceName = "cgroup" | "ipc" | "mnt" | "net" | "pid" | "user" | "uts";

export interface ContainerListOptions {
  /** Also those that do not run; default false. */
  readonly all?: boolean;
  /** The newest N, running or not. */
  readonly last?: number;
  readonly size?: boolean;
  readonly namespaces?: boolean;
  /** podman-ps(1) filters: key to values. Unknown keys are `INVALID_ARGUMENT`. */
  readonly filters?: Readonly<Record<string, readonly string[]>>;
}

/** Which containers a verb is for. */
export type ContainerSelection =
  | { readonly refs: readonly string[]; readonly ignoreMissing?: boolean }
  | { readonly all: true }
  | { readonly latest: true };

export interface LogLine {
  /** Nanoseconds since the epoch. */
  readonly timeNs: bigint;
  readonly stream: "stdout" | "stderr";
  readonly text: string;
  /** True if the container did not end the line. */
  readonly partial: boolean;
}

export interface LogOptions extends Abortable {
  readonly follow?: boolean;
  /** Last N lines; absent is all. */
  readonly tail?: number;
  /** Milliseconds since the epoch. */
  readonly since?: number;
  readonly until?: number;
}

/** Where a foreground process's bytes go and come from. */
export interface Stdio {
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** Resolves when the consumer has taken the chunk: back-pressure. */
  readonly stdout: (chunk: Uint8Array) => void | Promise<void>;
  readonly stderr: (chunk: Uint8Array) => void | Promise<void>;
  /** Terminal sizes as they change; the first at once. */
  readonly resizes?: AsyncIterable<{ readonly rows: number; readonly columns: number }>;
  /** Bytes that end the session without ending the process; default ctrl-p ctrl-q, empty for none. */
  readonly detachKeys?: Uint8Array;
}

export type AttachEnd = { readonly reason: "ended"; readonly exitCode: number } | { readonly reason: "detached" };

export interface ExecOptions extends Abortable {
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly workdir?: string;
  readonly user?: string;
  readonly terminal?: boolean;
  readonly privileged?: boolean;
}

export type WaitCondition = ContainerStatus | "healthy" | "unhealthy" | "ready";

/** JSON-ready description with podman's field names (podman-container-inspect(1)). */
export type InspectContainer = Readonly<Record<string, unknown>>;

export interface RemoveOptions extends Abortable {
  readonly force?: boolean;
  /** Anonymous volumes as well. */
  readonly volumes?: boolean;
  /** Dependants first. */
  readonly depend?: boolean;
  /** Seconds before SIGKILL. */
  readonly timeout?: number;
}

/** Verbs on containers. `ref` is an id, a name or a unique prefix of an id. */
export interface Containers {
  create(
    options: ContainerCreateOptions,
    io?: Abortable & { readonly progress?: (line: string) => void },
  ): Promise<CreateResult>;
  /** Starts with its dependencies. Running is an error (`CONTAINER_STATE`). */
  start(ref: string, options?: Abortable): Promise<ContainerId>;
  /** Starts and stays until it ends, or attaches to a running one. */
  startAttached(ref: string, stdio: Stdio, options?: Abortable): Promise<AttachEnd>;
  attach(ref: string, stdio: Stdio, options?: Abortable): Promise<AttachEnd>;
  /** Runs a command in a running container and returns its exit code. */
  exec(ref: string, options: ExecOptions, stdio: Stdio): Promise<number>;
  /** Starts a command in a running container and returns the session id. */
  execDetached(ref: string, options: ExecOptions): Promise<string>;
  /** `timeout` in seconds; absent is each container's own. */
  stop(selection: ContainerSelection, options?: Abortable & { readonly timeout?: number }): Promise<readonly Report[]>;
  kill(
    selection: ContainerSelection,
    options?: Abortable & { readonly signalToSend?: string | number },
  ): Promise<readonly Report[]>;
  restart(
    selection: ContainerSelection,
    options?: Abortable & { readonly timeout?: number; readonly runningOnly?: boolean },
  ): Promise<readonly Report[]>;
  pause(selection: ContainerSelection, options?: Abortable): Promise<readonly Report[]>;
  unpause(selection: ContainerSelection, options?: Abortable): Promise<readonly Report[]>;
  init(selection: ContainerSelection, options?: Abortable): Promise<readonly Report[]>;
  remove(selection: ContainerSelection, options?: RemoveOptions): Promise<readonly Report[]>;
  /** What conmon's exit command calls: exit policy, restart policy, auto-remove, network and mounts. */
  cleanup(
    selection: ContainerSelection,
    options?: Abortable & { readonly remove?: boolean; readonly execSession?: string; readonly stoppedOnly?: boolean },
  ): Promise<readonly Report[]>;
  prune(
    options?: Abortable & { readonly filters?: Readonly<Record<string, readonly string[]>> },
  ): Promise<readonly Report[]>;
  rename(ref: string, name: string): Promise<void>;
  list(options?: ContainerListOptions): Promise<readonly ContainerSummary[]>;
  inspect(ref: string, options?: { readonly size?: boolean }): Promise<InspectContainer>;
  exists(ref: string): Promise<boolean>;
  /** Full id of the one container that `ref` names. */
  resolve(ref: string): Promise<ContainerId>;
  logs(ref: string, options?: LogOptions): AsyncIterable<LogLine>;
  /** Resolves with the exit code, or -1 when another condition came true first. */
  wait(ref: string, options?: Abortable & { readonly conditions?: readonly WaitCondition[] }): Promise<number>;
  /**
   * Runs the container's health check once and records the result. Throws NO_HEALTHCHECK, CONTAINER_STATE unless it runs,
   * HEALTHCHECK_TIMEOUT.
   */
  healthcheck(ref: string, options?: Abortable): Promise<HealthRecord>;
  /** A row of headings, then one row per process: the requested columns. */
  top(ref: string, descriptors: readonly string[]): Promise<readonly (readonly string[])[]>;
  /** Host ports of a container. */
  ports(ref: string): Promise<readonly { readonly container: string; readonly host: string }[]>;
  stats(refs: readonly string[]): Promise<readonly ContainerStats[]>;
}

export interface CreateResult {
  readonly id: ContainerId;
  readonly warnings: readonly string[];
}

export interface ContainerStats {
  readonly id: ContainerId;
  readonly name: string;
  readonly podId: string;
  readonly running: boolean;
  /** Nanoseconds of CPU since start. */
  readonly cpuNs: number;
  /** Milliseconds since it started. */
  readonly uptimeMs: number;
  readonly memory: number;
  readonly memoryLimit: number;
  readonly pids: number;
  readonly netRx: number;
  readonly netTx: number;
  readonly blockRead: number;
  readonly blockWrite: number;
}
