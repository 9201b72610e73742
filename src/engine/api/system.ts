import type { EngineEvent } from "../../model/events.ts";
import type { NetworkDefinition } from "../../model/network.ts";
import type { VolumeDefinition } from "../../model/volume.ts";
import type { Abortable } from "./container-options.ts";
import type { Report } from "./containers.ts";

export interface VolumeCreateOptions {
  readonly name?: string;
  readonly driver?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly options?: Readonly<Record<string, string>>;
  readonly ignoreExisting?: boolean;
}

type Filters = Readonly<Record<string, readonly string[]>>;

export interface Volumes {
  create(options?: VolumeCreateOptions): Promise<VolumeDefinition>;
  list(options?: { readonly filters?: Filters }): Promise<readonly VolumeDefinition[]>;
  inspect(name: string): Promise<Readonly<Record<string, unknown>>>;
  exists(name: string): Promise<boolean>;
  remove(
    names: readonly string[],
    options?: { readonly force?: boolean; readonly all?: boolean },
  ): Promise<readonly Report[]>;
  prune(options?: { readonly filters?: Filters }): Promise<readonly Report[]>;
}

export interface NetworkCreateOptions {
  readonly name?: string;
  readonly driver?: string;
  readonly subnets?: readonly { readonly subnet: string; readonly gateway?: string; readonly ipRange?: string }[];
  readonly ipv6?: boolean;
  readonly internal?: boolean;
  readonly disableDns?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly options?: Readonly<Record<string, string>>;
  readonly ignoreExisting?: boolean;
}

export interface Networks {
  create(options?: NetworkCreateOptions): Promise<NetworkDefinition>;
  list(options?: { readonly filters?: Filters }): Promise<readonly NetworkDefinition[]>;
  inspect(name: string): Promise<Readonly<Record<string, unknown>>>;
  exists(name: string): Promise<boolean>;
  remove(names: readonly string[], options?: { readonly force?: boolean }): Promise<readonly Report[]>;
  prune(options?: { readonly filters?: Filters }): Promise<readonly Report[]>;
}

export interface EventOptions extends Abortable {
  /** Milliseconds since the epoch. */
  readonly since?: number;
  readonly until?: number;
  readonly filters?: Filters;
  /** Go on with what happens next; default false. */
  readonly follow?: boolean;
  /** Only events after this sequence number. */
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

export interface System {
  /** podman-info(1) shape: `host`, `store`, `registries`, `version`. */
  info(): Promise<Readonly<Record<string, unknown>>>;
  doctor(): Promise<readonly Finding[]>;
  version(): Readonly<Record<string, string>>;
  /**
   * Does what is due after the commands have left: health checks, planned restarts, pods that end with their owner. Returns
   * when there is nothing left to do, or at once where another process does it. The engine starts it by itself.
   */
  supervise(options?: Abortable): Promise<void>;
}

export interface EventSource {
  events(options?: EventOptions): AsyncIterable<EngineEvent>;
}
