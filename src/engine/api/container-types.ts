import type { ContainerId } from "../../base/brand.ts";
import type { EngineError } from "../../base/errors.ts";
import type { ContainerConfig } from "../../model/container.ts";
import type { BootState, ContainerStatus, LastRun } from "../../model/container-state.ts";
import type { HealthRecord } from "../../model/health.ts";
import type { Abortable } from "./container-options.ts";

/** The outcome for one input of a call over several; such calls never throw for one bad input. */
export type Report<T = string> =
  | { readonly input: string; readonly ok: true; readonly id: T }
  | { readonly input: string; readonly ok: false; readonly error: EngineError };

/** Filters as podman's `--filter`: key to values. Unknown keys are `INVALID_ARGUMENT`. */
export type Filters = Readonly<Record<string, readonly string[]>>;

/** Hears what a long operation is doing: one line for a person. */
export interface Progress {
  readonly progress?: (line: string) => void;
}

/** One row of `ps`, raw: the CLI and callers format it. */
export interface ContainerSummary {
  readonly config: ContainerConfig;
  readonly status: ContainerStatus;
  readonly lastRun: LastRun;
  /** Facts of this boot; undefined before the first start. */
  readonly state: BootState | undefined;
  /** Empty outside of pods. */
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
  /** Measure the layers: slow for large containers. */
  readonly size?: boolean;
  readonly namespaces?: boolean;
  /** podman-ps(1) filters. */
  readonly filters?: Filters;
}

/** Which containers a verb is for: names, ids or unique prefixes of ids; all; or the newest. */
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
  /** Go on with what is written next, until the container ends. Default false. */
  readonly follow?: boolean;
  /** Last N lines; absent is all. */
  readonly tail?: number;
  /** Milliseconds since the epoch. */
  readonly since?: number;
  /** Milliseconds since the epoch. */
  readonly until?: number;
}

/** One end of a copy: a path of a container, or an absolute path of the host. */
export interface CopyEnd {
  /** Name or id; absent is the host. */
  readonly container?: string;
  /** A final `/.` means what is in the directory. */
  readonly path: string;
}

export interface CopyOptions extends Abortable {
  /** Keep owners in a container as the source has them; default false: its user's. On the host all becomes root's. */
  readonly keepOwner?: boolean;
  /** Directories and other files may take each other's place. */
  readonly overwrite?: boolean;
}

/** One difference between a container's files and its image's. */
export interface ContainerChange {
  readonly kind: "added" | "changed" | "deleted";
  readonly path: string;
}

export interface CommitOptions extends Abortable, Progress {
  /** Name of the image; absent makes a nameless one. */
  readonly reference?: string;
  readonly author?: string;
  /** Comment in the image's history. */
  readonly message?: string;
  /** Containerfile instructions such as `CMD ["sh"]`. */
  readonly changes?: readonly string[];
  /** Freeze a running container meanwhile; default false. */
  readonly pause?: boolean;
  /** Note the container's volumes in the image. */
  readonly includeVolumes?: boolean;
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
  /** argv; not a shell line. */
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Absolute path in the container; default the container's own. */
  readonly workdir?: string;
  /** `user[:group]`; default the container's own. */
  readonly user?: string;
  readonly terminal?: boolean;
  readonly privileged?: boolean;
}

/** How the output of a process is collected, and what it reads. */
export interface CollectOptions extends Abortable {
  /** All that the process reads from stdin; absent is no input. */
  readonly input?: string | Uint8Array;
  /** Bytes kept of each of stdout and stderr, default 1 MiB. The rest is read and dropped, and `truncated` says so. */
  readonly maxOutput?: number;
}

/** A process that ran to its end. */
export interface ProcessOutput {
  readonly exitCode: number;
  /** UTF-8; bytes that are none become U+FFFD. */
  readonly stdout: string;
  /** Empty for a process with a terminal, whose output is all in `stdout`. */
  readonly stderr: string;
  /** True if there was more than `maxOutput`. */
  readonly truncated: boolean;
}

/** A container that ran to its end. */
export interface RunOutput extends ProcessOutput {
  /** The container's id; it is gone unless `autoRemove: false` kept it. */
  readonly id: ContainerId;
  readonly warnings: readonly string[];
}

/** Statuses, and what checks say. `stopped` and `exited` both mean that it has ended. */
export type WaitCondition = ContainerStatus | "healthy" | "unhealthy" | "ready";

/** JSON-ready description with podman's field names (podman-container-inspect(1)). */
export type InspectContainer = Readonly<Record<string, unknown>>;

export interface RemoveOptions extends Abortable {
  /** Running ones are stopped first. */
  readonly force?: boolean;
  /** Anonymous volumes as well. */
  readonly volumes?: boolean;
  /** Dependants first. */
  readonly depend?: boolean;
  /** Seconds before SIGKILL. */
  readonly timeout?: number;
}

export interface CreateResult {
  readonly id: ContainerId;
  /** What was asked for and this host can't do. */
  readonly warnings: readonly string[];
}

/** Resource use at one moment. Memory, network and block values are bytes. */
export interface ContainerStats {
  readonly id: ContainerId;
  readonly name: string;
  /** Empty outside of pods. */
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
