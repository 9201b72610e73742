import type { ContainerConfig } from "../../model/container.ts";
import type { ContainerStatus } from "../../model/container-state.ts";
import type { EngineEvent } from "../../model/events.ts";
import type { ImageRecord } from "../../model/image.ts";
import type { VolumeDefinition } from "../../model/volume.ts";
import type { Abortable } from "./container-options.ts";
import type { Filters } from "./container-types.ts";

export type * from "./networks.ts";
export type * from "./volumes.ts";

export interface EventOptions extends Abortable {
  /** Milliseconds since the epoch. */
  readonly since?: number;
  /** Milliseconds since the epoch; a following loop ends there. */
  readonly until?: number;
  /** podman-events(1) filters. Values of one key are alternatives, keys must all match. */
  readonly filters?: Filters;
  /** Only events of this pod, by id or name, and of its members. */
  readonly pod?: string;
  /** Only events of this container, by id or name. */
  readonly container?: string;
  /** Go on with what happens next; default false. Without `since`, `until` and `afterSeq` only what happens next. */
  readonly follow?: boolean;
  /** Only events after this sequence number: how to go on where another loop has ended. */
  readonly afterSeq?: number;
}

/** One finding of `minke doctor`. */
export interface Finding {
  readonly subject: string;
  readonly level: "ok" | "warning" | "error";
  /** What was found, and what was chosen because of it. */
  readonly detail: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** What takes space on the disk. All sizes in bytes. */
export interface DiskUsage {
  readonly images: readonly {
    readonly image: ImageRecord;
    /** In layers that other images have as well. */
    readonly sharedSize: number;
    readonly uniqueSize: number;
    /** Containers that use it. */
    readonly containers: number;
  }[];
  readonly containers: readonly {
    readonly config: ContainerConfig;
    readonly status: ContainerStatus;
    /** Bytes that it wrote itself. */
    readonly size: number;
  }[];
  readonly volumes: readonly {
    readonly volume: VolumeDefinition;
    readonly size: number;
    /** Containers that use it. */
    readonly links: number;
  }[];
}

/** Verbs on the engine itself. */
export interface System {
  /**
   * The host and this engine in podman-info(1)'s shape: `host`, `store`, `registries`, `version`.
   *
   * @throws PROGRAM_MISSING without conmon, OCI_RUNTIME_UNUSABLE without a runtime that works here
   */
  info(): Promise<Readonly<Record<string, unknown>>>;
  /** What this host can do, what the engine chose because of it, and what to do about what is missing. */
  doctor(): Promise<readonly Finding[]>;
  /** What images, containers and volumes take on the disk (podman-system-df(1)). Reads every volume: slow for large ones. */
  df(): Promise<DiskUsage>;
  /** `Version` of the engine, `APIVersion` of the podman that it follows, `Os` and `OsArch`. */
  version(): Readonly<Record<string, string>>;
  /**
   * Does what is due after the commands have left: health checks, planned restarts, pods that end with their owner. Returns
   * when there is nothing left to do, at once where another process does it, and when it is aborted. The engine starts it by
   * itself, in a process of its own.
   */
  supervise(options?: Abortable): Promise<void>;
}

export interface EventSource {
  /**
   * Events of this engine root, of every process that works on it, in order and without gaps (podman-events(1)): those that
   * are on record, and with `follow` those to come. A following loop begins where the call was made, so calling `events` before
   * an action and looping after it misses nothing. Leaving the loop releases everything.
   *
   * @param options.pod a pod and its members; `container` one container
   * @param options.since milliseconds since the epoch; `until` likewise
   * @param options.afterSeq a sequence number to go on from
   * @returns events; the first step throws INVALID_ARGUMENT for an unknown filter
   */
  events(options?: EventOptions): AsyncIterable<EngineEvent>;
}
