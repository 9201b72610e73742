import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  writeSync,
} from "node:fs";
import { totalmem } from "node:os";
import { HostError } from "../base/host-error.ts";
import { type Freezer, isFrozen, setFrozen } from "./cgroup-freezer.ts";
import { type CgroupLayout, cgroupLayout, checkCgroupPath, type Hierarchy } from "./cgroup-hierarchies.ts";
import { readCgroupStats } from "./cgroup-stats.ts";
import { parseMountInfo } from "./mount-info.ts";
import type { Cgroups, MountInfo } from "./ports.ts";
import { systemCall, unlessMissing } from "./system-call.ts";

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

function readIfExists(path: string): string | undefined {
  try {
    return unlessMissing("open", path, () => readFileSync(path, "utf8"));
  } catch (error) {
    // The group went away between open and read.
    if ((error as HostError).errno === "ENODEV") return undefined;
    throw error;
  }
}

/** One write(2) without creation: kernel files take nothing else. */
function writeKernelFile(path: string, value: string): void {
  systemCall("write", path, () => {
    const fd = openSync(path, constants.O_WRONLY);
    try {
      writeSync(fd, value);
    } finally {
      closeSync(fd);
    }
  });
}

const isDirectory = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** v1: a group without CPUs and memory nodes takes no process, and a new one has none. */
function inheritCpuset(parent: string, child: string): void {
  for (const file of ["cpuset.cpus", "cpuset.mems"]) {
    if (readIfExists(`${child}/${file}`)?.trim() !== "") continue;
    const value = readIfExists(`${parent}/${file}`)?.trim();
    if (value) writeKernelFile(`${child}/${file}`, value);
  }
}

/** v2: a controller works in a group only if the parent passes it on. Some can't be passed on everywhere. */
function passOnControllers(parent: string): void {
  const available = (readIfExists(`${parent}/cgroup.controllers`) ?? "").trim().split(" ");
  const enabled = (readIfExists(`${parent}/cgroup.subtree_control`) ?? "").trim().split(" ");
  for (const controller of available) {
    if (controller === "" || enabled.includes(controller)) continue;
    try {
      writeKernelFile(`${parent}/cgroup.subtree_control`, `+${controller}`);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
    }
  }
}

function makeGroup(hierarchy: Hierarchy, path: string): void {
  let parent = hierarchy.directory;
  for (const part of path.slice(1).split("/")) {
    const child = `${parent}/${part}`;
    if (hierarchy.version === 2) passOnControllers(parent);
    if (!isDirectory(child)) systemCall("mkdir", child, () => mkdirSync(child, { recursive: true, mode: 0o755 }));
    if (hierarchy.controllers.includes("cpuset")) inheritCpuset(parent, child);
    parent = child;
  }
}

/** Removes a group from the leaves up. False if a process or a busy group is in it. */
function removeGroup(directory: string): boolean {
  const entries = unlessMissing("open", directory, () => readdirSync(directory, { withFileTypes: true }));
  if (entries === undefined) return true;
  const children = entries.filter((entry) => entry.isDirectory()).map((entry) => `${directory}/${entry.name}`);
  const emptied = children.map(removeGroup).every((gone) => gone);
  if (!emptied) return false;
  try {
    rmdirSync(directory);
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return true;
    if (codeOf(error) === "EBUSY" || codeOf(error) === "ENOTEMPTY") return false;
    return systemCall("rmdir", directory, () => {
      throw error;
    });
  }
}

/** Control groups of the real host. The layout is read once. */
class KernelCgroups implements Cgroups {
  readonly #layout: CgroupLayout;

  constructor(layout: CgroupLayout) {
    this.#layout = layout;
  }

  version() {
    return this.#layout.version;
  }

  controllers(): readonly string[] {
    const v1 = this.#layout.hierarchies.flatMap((hierarchy) => hierarchy.controllers);
    return [...v1, ...this.#unifiedControllers()].sort();
  }

  #unified(): Hierarchy | undefined {
    return this.#layout.hierarchies.find((hierarchy) => hierarchy.version === 2);
  }

  #unifiedControllers(): readonly string[] {
    const text = readIfExists(`${this.#unified()?.directory}/cgroup.controllers`) ?? "";
    return text.split(/\s+/).filter((name) => name !== "");
  }

  /** The tree that has a controller: the unified one also for what v1 lacks (`cgroup.*`). */
  #treeOf(controller: string): Hierarchy | undefined {
    return this.#layout.hierarchies.find((hierarchy) => hierarchy.controllers.includes(controller)) ?? this.#unified();
  }

  #fileOf(path: string, controller: string, file: string): string {
    const tree = this.#treeOf(controller);
    const directory = `${tree?.directory ?? "/sys/fs/cgroup"}${checkCgroupPath(path)}`;
    if (file.includes("/")) throw new RangeError(`cgroup file "${file}" must be a plain name`);
    return `${directory}/${file}`;
  }

  #directories(path: string): readonly string[] {
    return this.#layout.hierarchies.map((hierarchy) => `${hierarchy.directory}${checkCgroupPath(path)}`);
  }

  create(path: string): void {
    checkCgroupPath(path);
    for (const hierarchy of this.#layout.hierarchies) makeGroup(hierarchy, path);
  }

  write(path: string, controller: string, file: string, value: string): void {
    writeKernelFile(this.#fileOf(path, controller, file), value);
  }

  read(path: string, controller: string, file: string): string | undefined {
    return readIfExists(this.#fileOf(path, controller, file));
  }

  processes(path: string): readonly number[] {
    for (const directory of this.#directories(path)) {
      const text = readIfExists(`${directory}/cgroup.procs`);
      if (text !== undefined) return text.split("\n").filter(Boolean).map(Number);
    }
    return [];
  }

  attach(path: string, pid: number): void {
    if (!this.exists(path)) throw new HostError("ENOENT", "attach", path);
    for (const hierarchy of this.#layout.hierarchies) {
      const directory = `${hierarchy.directory}${path}`;
      // A tree may have been mounted after the group was made.
      if (!isDirectory(directory)) makeGroup(hierarchy, path);
      writeKernelFile(`${directory}/cgroup.procs`, `${pid}`);
    }
  }

  remove(path: string): boolean {
    return this.#directories(path)
      .map(removeGroup)
      .every((gone) => gone);
  }

  exists(path: string): boolean {
    return this.#directories(path).some(isDirectory);
  }

  #freezer(path: string): Freezer {
    const tree = this.#treeOf("freezer");
    const directory = `${tree?.directory ?? "/sys/fs/cgroup"}${checkCgroupPath(path)}`;
    return {
      unified: tree?.version === 2,
      read: (file) => readIfExists(`${directory}/${file}`),
      write: (file, value) => writeKernelFile(`${directory}/${file}`, value),
    };
  }

  frozen(path: string): boolean | undefined {
    return isFrozen(this.#freezer(path));
  }

  setFrozen(path: string, frozen: boolean, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    return setFrozen(this.#freezer(path), frozen, options.signal);
  }

  stats(path: string) {
    if (!this.exists(path)) return undefined;
    const unified = this.#treeOf("memory")?.version === 2;
    return readCgroupStats((controller, file) => this.read(path, controller, file), unified, totalmem());
  }
}

/** Control groups in the trees of a mount table. */
export function openCgroupsOf(mounts: readonly MountInfo[]): Cgroups {
  return new KernelCgroups(cgroupLayout(mounts));
}

/** Control groups of this host, as /proc/self/mountinfo tells. */
export function openCgroups(): Cgroups {
  const text = systemCall("open", "/proc/self/mountinfo", () => readFileSync("/proc/self/mountinfo", "latin1"));
  return openCgroupsOf(parseMountInfo(text));
}
