export type CgroupVersion = "v1" | "hybrid" | "v2";

export interface CgroupStats {
  /** Nanoseconds. */
  readonly cpuNs: number;
  readonly cpuSystemNs: number;
  /** Bytes. */
  readonly memory: number;
  /** Bytes; the host's memory when there is no limit. */
  readonly memoryLimit: number;
  readonly pids: number;
  /** Bytes. */
  readonly blockRead: number;
  readonly blockWrite: number;
}

/** Control groups by absolute cgroup path (`/minke_parent/ID`), whatever the version. */
export interface Cgroups {
  version(): CgroupVersion;
  /** Controllers that this host can use, e.g. `cpu`, `memory`, `pids`. */
  controllers(): readonly string[];
  /** Creates the group in every hierarchy, and its parents. */
  create(path: string): void;
  /** Writes one limit file, e.g. (`/a`, `memory`, `memory.limit_in_bytes`, `1048576`). */
  write(path: string, controller: string, file: string, value: string): void;
  read(path: string, controller: string, file: string): string | undefined;
  /** Pids in the group itself (not below). */
  processes(path: string): readonly number[];
  /** Moves a process into the group in every hierarchy. */
  attach(path: string, pid: number): void;
  /** rmdir of the group and all empty groups below it in every hierarchy; missing is fine; false if something still lives in it. */
  remove(path: string): boolean;
  exists(path: string): boolean;
  /** True if frozen; undefined if the group is gone. */
  frozen(path: string): boolean | undefined;
  /** Asks the kernel to freeze or thaw, and returns once the group is. */
  setFrozen(path: string, frozen: boolean, options?: { readonly signal?: AbortSignal }): Promise<void>;
  stats(path: string): CgroupStats | undefined;
}
