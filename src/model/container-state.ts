/**
 * Container statuses by podman's words (spec/pods.md 2.1): `created` has nothing in the OCI runtime, `initialized` has
 * been through OCI create, `stopped` ended but is not cleaned up, `exited` is.
 */
export type ContainerStatus =
  | "created"
  | "initialized"
  | "running"
  | "paused"
  | "stopping"
  | "stopped"
  | "exited"
  | "removing"
  | "unknown";

/** A process that is told apart from a later one with the same pid by its start time (/proc/PID/stat field 22). */
export interface ProcessRef {
  readonly pid: number;
  /** Clock ticks since boot. */
  readonly startTicks: number;
}

/** What joining one network gave. */
export interface NetworkResult {
  readonly network: string;
  readonly interfaceName: string;
  readonly mac: string;
  readonly addresses: readonly { readonly ip: string; readonly prefix: number; readonly gateway: string }[];
  readonly dnsServers: readonly string[];
  readonly dnsSearch: readonly string[];
}

/**
 * Boot-scoped facts about a container: on tmpfs, gone after a reboot. `phase` is what the engine last did; the status is
 * derived from it and from the kernel (see engine/containers/observe.ts).
 */
export interface BootState {
  readonly phase: "configured" | "initialized" | "started" | "stopped";
  /** The init process; absent in phase `configured`. */
  readonly process?: ProcessRef;
  readonly conmon?: ProcessRef;
  /** A stop is in progress since this time (ms since the epoch). */
  readonly stoppingSince?: number;
  /** The process that stops it: when that is gone, nobody does. */
  readonly stopper?: ProcessRef;
  readonly removing?: boolean;
  readonly paused?: boolean;
  /** Milliseconds since the epoch. */
  readonly startedAt?: number;
  /** Absolute path of the engine's network namespace file, if it made one. */
  readonly netns?: string;
  readonly networks?: readonly NetworkResult[];
  /** Mount points to take down, in the order in which they were made. */
  readonly mounts: readonly string[];
  /** Absolute cgroup path as in config.json. */
  readonly cgroupPath?: string;
  /** OCI runtime that created it: absolute path and root. */
  readonly runtime?: { readonly path: string; readonly root: string };
  readonly restartCount: number;
  /** Its restart policy starts it again at this time (ms since the epoch); it has ended and is not cleaned up meanwhile. */
  readonly restartAt?: number;
  /** Restarts by policy in a row after short runs: how far the back-off has come. */
  readonly restartStep?: number;
  readonly stoppedByUser: boolean;
  readonly execSessions: Readonly<Record<string, ExecSession>>;
}

export interface ExecSession {
  readonly id: string;
  readonly argv: readonly string[];
  readonly process?: ProcessRef;
  readonly exitCode?: number;
  readonly startedAt: number;
}

/** What outlives a boot: how the container last ran. */
export interface LastRun {
  /** Milliseconds since the epoch. */
  readonly startedAt?: number;
  readonly finishedAt?: number;
  /** 0..255, or -1 when it could not be learnt. */
  readonly exitCode?: number;
  readonly oomKilled?: boolean;
  readonly error?: string;
  /** How often its restart policy had started it again when it ended. */
  readonly restartCount?: number;
  /** Somebody had asked it to stop. */
  readonly stoppedByUser?: boolean;
}
