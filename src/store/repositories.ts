import type { Abortable } from "../base/abortable.ts";
import type { ContainerId, PodId } from "../base/brand.ts";
import type { ContainerConfig } from "../model/container.ts";
import type { BootState, LastRun } from "../model/container-state.ts";
import type { EngineEvent, EventSubject } from "../model/events.ts";
import type { ImageRecord } from "../model/image.ts";
import type { NetworkDefinition } from "../model/network.ts";
import type { PodConfig } from "../model/pod.ts";
import type { VolumeDefinition } from "../model/volume.ts";

/** A value that is not a promise: a transaction's body has ended when it returns. */
export type Synchronous<T> = T extends PromiseLike<unknown> ? never : T;

/**
 * The state of one engine root. Definitions, exit codes and events live in a database under `root`; what a reboot erases
 * lives in files under `runRoot` (`boot`). Several processes may have the same root open.
 */
export interface Store extends Disposable {
  /**
   * Runs `body` on one consistent snapshot, without waiting for writers. The body is synchronous and may be nested in
   * another `read` or `write` body, whose transaction it joins then.
   */
  read<T>(body: (tx: Transaction) => Synchronous<T>): T;
  /**
   * Runs `body` in a write transaction that commits when it returns and rolls back when it throws. Waits, without
   * blocking the event loop, while another process writes. Aborted before the body runs means nothing was done.
   */
  write<T>(body: (tx: Transaction) => Synchronous<T>, options?: Abortable): Promise<T>;
  readonly boot: BootStates;
}

/** What a body sees. It is dead when the body has returned. */
export interface Transaction {
  readonly containers: ContainerRepository;
  readonly pods: PodRepository;
  readonly images: ImageRepository;
  readonly volumes: VolumeRepository;
  readonly networks: NetworkRepository;
  readonly leases: LeaseRepository;
  readonly events: EventRepository;
}

export interface ContainerRepository {
  /**
   * Throws CONTAINER_NAME_IN_USE if a container has the name, NAME_IN_USE if a pod has it, NO_SUCH_POD if its pod is
   * gone, NO_SUCH_CONTAINER if a container that it depends on is gone.
   */
  insert(config: ContainerConfig): void;
  /** Replaces the definition of the same id; the name may change. Throws NAME_IN_USE, CONTAINER_REMOVED. */
  replace(config: ContainerConfig): void;
  /** Forgets a container, its last run and its address leases, and keeps its exit code for a while. Missing is fine. */
  remove(id: string): void;
  get(id: string): ContainerConfig | undefined;
  /** Oldest first. */
  list(): readonly ContainerConfig[];
  /** Members of a pod, infra included, oldest first. */
  inPod(podId: string): readonly ContainerConfig[];
  byName(name: string): ContainerConfig | undefined;
  /** Full ids that begin with `prefix`, sorted. */
  idsWithPrefix(prefix: string): readonly ContainerId[];
  /** Containers that depend on `id`, by a stored edge or by joining one of its namespaces, oldest first. */
  dependants(id: string): readonly ContainerId[];
  /** Empty if it never ran. */
  lastRun(id: string): LastRun;
  /** Throws CONTAINER_REMOVED. */
  setLastRun(id: string, run: LastRun): void;
  /** By container id. */
  lastRuns(): ReadonlyMap<string, LastRun>;
  /** The code of the last exit; known for at least five minutes after the container was removed. */
  exitCode(id: string): number | undefined;
  /** `atMs`: milliseconds since the epoch. Also forgets codes of containers that were removed longer ago. */
  recordExit(id: string, code: number, atMs: number): void;
  /** Full id, then name, then unique prefix of an id. Throws EMPTY_ID, NO_SUCH_CONTAINER, CONTAINER_AMBIGUOUS. */
  resolve(ref: string): ContainerId;
}

export interface PodRepository {
  /** Throws NAME_IN_USE. */
  insert(config: PodConfig): void;
  /** Throws NAME_IN_USE, POD_REMOVED. */
  replace(config: PodConfig): void;
  /** The pod must have no members left (INTERNAL). Missing is fine. */
  remove(id: string): void;
  get(id: string): PodConfig | undefined;
  /** Oldest first. */
  list(): readonly PodConfig[];
  byName(name: string): PodConfig | undefined;
  idsWithPrefix(prefix: string): readonly PodId[];
  /** Full id, then name, then unique prefix. Throws EMPTY_ID, NO_SUCH_POD, POD_IS_CONTAINER, POD_AMBIGUOUS. */
  resolve(ref: string): PodId;
  /** The pod that was created last. */
  latest(): PodConfig | undefined;
}

export interface VolumeRepository {
  /** Throws VOLUME_EXISTS. */
  insert(volume: VolumeDefinition): void;
  /** Throws NO_SUCH_VOLUME. */
  replace(volume: VolumeDefinition): void;
  /** Missing is fine. Does not look at users. */
  remove(name: string): void;
  get(name: string): VolumeDefinition | undefined;
  /** By name. */
  list(): readonly VolumeDefinition[];
  /** Containers that mount it, oldest first. */
  users(name: string): readonly ContainerId[];
}

export interface NetworkRepository {
  /** Throws NETWORK_EXISTS. */
  insert(network: NetworkDefinition): void;
  /** By name. Its leases go with it. Missing is fine. */
  remove(name: string): void;
  /** By name, full id or unique prefix of an id. Throws INVALID_ARGUMENT if the prefix is ambiguous. */
  get(nameOrId: string): NetworkDefinition | undefined;
  /** By name. */
  list(): readonly NetworkDefinition[];
}

export interface Lease {
  readonly ip: string;
  readonly container: string;
}

/** Addresses that containers hold. They do not survive a reboot. */
export interface LeaseRepository {
  /** Throws ADDRESS_TAKEN if another container has it; taking one's own again is fine. */
  take(network: string, ip: string, containerId: string): void;
  /** Gives back what a container holds, on one network or on all. */
  release(containerId: string, network?: string): void;
  of(network: string): readonly Lease[];
  ofContainer(containerId: string): readonly { readonly network: string; readonly ip: string }[];
  /** The address that was given out last, where the search for the next begins. */
  last(network: string): string | undefined;
  setLast(network: string, ip: string): void;
}

export interface ImageRepository {
  /** Names that another image has move here. Throws INTERNAL if the id is there already. */
  insert(image: ImageRecord): void;
  /** Replaces record and names. Throws NO_SUCH_IMAGE. */
  replace(image: ImageRecord): void;
  /** Missing is fine. */
  remove(id: string): void;
  get(id: string): ImageRecord | undefined;
  /** In the order in which they came into the store. */
  list(): readonly ImageRecord[];
  /** By a fully qualified `name:tag`. */
  byName(fullName: string): ImageRecord | undefined;
  idsWithPrefix(prefix: string): readonly string[];
  /** Every name that an image has. */
  names(): readonly string[];
  /** Gives an image exactly these names, in this order, taking them from other images. Throws NO_SUCH_IMAGE. */
  setNames(id: string, names: readonly string[]): void;
}

export interface EventRepository {
  /** Appends an event. Its time is now, but always later than that of the event before it. */
  add(subject: EventSubject): void;
  /** Events after a sequence number, in order; at most `limit`. */
  after(seq: number, limit?: number): readonly EngineEvent[];
  /** Events at or after a time in nanoseconds since the epoch, in order. */
  sinceNs(ns: bigint): readonly EngineEvent[];
  /** 0 if there never was an event. */
  lastSeq(): number;
  /** Drops all but the newest `keep` events (at least one is kept). */
  prune(keep: number): void;
}

/** Boot-scoped facts, one JSON file per container on tmpfs; callers hold the container's lock to change one. */
export interface BootStates {
  get(id: string): BootState | undefined;
  set(id: string, state: BootState): void;
  /** Removes the container's whole directory, `directory(id)`. Missing is fine. */
  remove(id: string): void;
  /** `<runRoot>/containers/<id>`, made if missing. */
  directory(id: string): string;
  /** By container id. */
  all(): ReadonlyMap<string, BootState>;
}
