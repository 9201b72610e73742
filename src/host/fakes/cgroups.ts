import { HostError } from "../../base/host-error.ts";
import { checkCgroupPath } from "../cgroup-hierarchies.ts";
import type { CgroupStats, Cgroups, CgroupVersion } from "../ports.ts";
import type { FakeKernel } from "./kernel.ts";
import type { FakeProcess, FakeProcessTable } from "./process-table.ts";

interface Group {
  readonly pids: Set<number>;
  readonly files: Map<string, string>;
  frozen: boolean;
}

const NO_USE: CgroupStats = {
  cpuNs: 0,
  cpuSystemNs: 0,
  memory: 0,
  memoryLimit: 8 * 1024 ** 3,
  pids: 0,
  blockRead: 0,
  blockWrite: 0,
};

/** The control groups of a fake machine: one tree, whatever the version says. */
export class FakeCgroups implements Cgroups {
  /** What `version` says. */
  layout: CgroupVersion = "v2";
  available: readonly string[] = ["cpu", "cpuset", "io", "memory", "pids"];
  /** What `stats` says beside the number of processes. */
  readonly use = new Map<string, Partial<CgroupStats>>();
  readonly #kernel: FakeKernel;
  readonly #table: FakeProcessTable;
  readonly #groups = new Map<string, Group>();

  constructor(kernel: FakeKernel, table: FakeProcessTable) {
    this.#kernel = kernel;
    this.#table = table;
    table.onStart.add((process) => this.#inherit(process));
    table.onExit.add((process) => this.#forget(process.pid));
  }

  #inherit(process: FakeProcess): void {
    for (const group of this.#groups.values()) if (group.pids.has(process.start.parent)) group.pids.add(process.pid);
  }

  #forget(pid: number): void {
    for (const group of this.#groups.values()) group.pids.delete(pid);
  }

  #group(syscall: string, path: string): Group {
    const group = this.#groups.get(checkCgroupPath(path));
    if (group === undefined) throw new HostError("ENOENT", syscall, path);
    return group;
  }

  /** All groups, for leak checks. */
  get paths(): readonly string[] {
    return [...this.#groups.keys()].sort();
  }

  version(): CgroupVersion {
    return this.layout;
  }

  controllers(): readonly string[] {
    return this.available;
  }

  create(path: string): void {
    this.#kernel.effect("cgroups", "create", path);
    const parts = checkCgroupPath(path).slice(1).split("/");
    for (const [index] of parts.entries()) {
      const ancestor = `/${parts.slice(0, index + 1).join("/")}`;
      if (!this.#groups.has(ancestor)) this.#groups.set(ancestor, { pids: new Set(), files: new Map(), frozen: false });
    }
  }

  write(path: string, controller: string, file: string, value: string): void {
    this.#kernel.effect("cgroups", "write", path);
    if (file.includes("/")) throw new RangeError(`cgroup file "${file}" must be a plain name`);
    this.#group("write", path).files.set(`${controller}/${file}`, value);
  }

  read(path: string, controller: string, file: string): string | undefined {
    return this.#groups.get(checkCgroupPath(path))?.files.get(`${controller}/${file}`);
  }

  processes(path: string): readonly number[] {
    return [...(this.#groups.get(checkCgroupPath(path))?.pids ?? [])];
  }

  attach(path: string, pid: number): void {
    this.#kernel.effect("cgroups", "attach", path);
    const group = this.#group("open", path);
    if (!this.#table.get(pid)?.alive) throw new HostError("ESRCH", "write", path);
    this.#forget(pid);
    group.pids.add(pid);
  }

  remove(path: string): boolean {
    checkCgroupPath(path);
    this.#kernel.effect("cgroups", "remove", path);
    const below = [...this.#groups.keys()]
      .filter((name) => name === path || name.startsWith(`${path}/`))
      .sort((a, b) => b.length - a.length);
    for (const name of below) {
      const occupied = (this.#groups.get(name)?.pids.size ?? 0) > 0;
      const hasChild = [...this.#groups.keys()].some((other) => other.startsWith(`${name}/`));
      if (!occupied && !hasChild) this.#groups.delete(name);
    }
    return !this.#groups.has(path);
  }

  exists(path: string): boolean {
    return this.#groups.has(checkCgroupPath(path));
  }

  frozen(path: string): boolean | undefined {
    return this.#groups.get(checkCgroupPath(path))?.frozen;
  }

  async setFrozen(path: string, frozen: boolean, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    options.signal?.throwIfAborted();
    this.#kernel.effect("cgroups", "setFrozen", path);
    this.#group("write", path).frozen = frozen;
  }

  stats(path: string): CgroupStats | undefined {
    const group = this.#groups.get(checkCgroupPath(path));
    if (group === undefined) return undefined;
    const below = [...this.#groups].filter(([name]) => name === path || name.startsWith(`${path}/`));
    const pids = below.reduce((sum, [, { pids: own }]) => sum + own.size, 0);
    return { ...NO_USE, pids, ...this.use.get(path) };
  }
}
