import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";

const ROOT = "/sys/fs/cgroup";

/** True where every controller is in the one hierarchy of cgroup v2. */
export const unifiedCgroups: boolean = existsSync(join(ROOT, "cgroup.controllers"));

const hierarchy = (controller: string) => (unifiedCgroups ? ROOT : join(ROOT, controller));

/**
 * Names of the files that the kernel gives every group of a controller; empty where it has no such controller. Root alone
 * may look: it makes a group and removes it again.
 */
export function controlFiles(controller: string): readonly string[] {
  const directory = hierarchy(controller);
  if (!existsSync(directory)) return [];
  const probe = join(directory, `minke-test-probe-${process.pid}`);
  mkdirSync(probe, { recursive: true });
  try {
    return readdirSync(probe);
  } finally {
    rmdirSync(probe);
  }
}

/** The value of a file of a group; undefined where there is none. */
export function readControl(controller: string, group: string, file: string): string | undefined {
  try {
    return readFileSync(join(hierarchy(controller), group, file), "utf8").trim();
  } catch {
    return undefined;
  }
}

/** The group that a process is in. */
export function groupOf(pid: string, controller: string): string {
  const lines = readFileSync(`/proc/${pid}/cgroup`, "utf8").split("\n");
  const line = lines.find((text) => {
    const [, controllers = ""] = text.split(":");
    return unifiedCgroups ? controllers === "" : controllers.split(",").includes(controller);
  });
  return line?.split(":").slice(2).join(":") ?? "";
}

export interface Disk {
  readonly path: string;
  /** `MAJOR:MINOR`. */
  readonly numbers: string;
  /** The scheduler in use. */
  readonly scheduler: string;
}

/** A disk of this host; undefined where there is none with a device file. */
export function someDisk(): Disk | undefined {
  const names = existsSync("/sys/block") ? readdirSync("/sys/block") : [];
  const name = names.find((disk) => !/^(ram|zram)/.test(disk) && existsSync(`/dev/${disk}`));
  if (name === undefined) return undefined;
  const schedulers = readFileSync(`/sys/block/${name}/queue/scheduler`, "utf8");
  return {
    path: `/dev/${name}`,
    numbers: readFileSync(`/sys/block/${name}/dev`, "utf8").trim(),
    scheduler: /\[(.*)\]/.exec(schedulers)?.[1] ?? "none",
  };
}
