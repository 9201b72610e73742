import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EngineCli } from "./engine-cli.ts";
import type { TestImage } from "./images.ts";
import { mountsBelow, sweep } from "./leaks.ts";
import { needs } from "./needs.ts";

/**
 * A limit that containers can have where CAP_SYS_RESOURCE is missing: no higher than this process's own, and than the
 * 32768 processes to which podman lowers itself.
 */
function hardLimit(name: string): number {
  const line = readFileSync("/proc/self/limits", "utf8")
    .split("\n")
    .find((text) => text.startsWith(name));
  const value = line?.slice(26).trim().split(/\s+/)[1] ?? "1024";
  return Math.min(value === "unlimited" ? 65_536 : Number(value), name === "Max processes" ? 32_768 : 1_048_576);
}

/** Line of containers.conf with limits that every container can have where CAP_SYS_RESOURCE is missing. */
export function ulimitSetting(): string {
  const ulimits = [`nofile=1024:${hardLimit("Max open files")}`, `nproc=1024:${hardLimit("Max processes")}`];
  return `default_ulimits = ${JSON.stringify(ulimits)}`;
}

function renderConfig(directory: string): string {
  return [
    "[containers]",
    ulimitSetting(),
    "[engine]",
    'lock_type = "file"',
    'events_logger = "file"',
    "[network]",
    'network_backend = "netavark"',
    `network_config_dir = ${JSON.stringify(join(directory, "networks"))}`,
    "",
  ].join("\n");
}

/**
 * A podman with its own storage, run directories, locks and network definitions, set so that it works as root on hosts
 * without systemd and without CAP_SYS_RESOURCE.
 */
export class Podman extends EngineCli {
  constructor(directory: string, runtime: string) {
    const place = (name: string) => {
      mkdirSync(join(directory, name));
      return join(directory, name);
    };
    const storage = ["--root", place("root"), "--runroot", place("run"), "--tmpdir", place("tmp")];
    const choices = ["--storage-driver", "overlay", "--cgroup-manager", "cgroupfs", "--runtime", runtime];
    mkdirSync(join(directory, "networks"));
    super(directory, ["podman", ...storage, ...choices], renderConfig(directory));
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await this.removeAll();
    if (mountsBelow(this.directory).length > 0) sweep({ directory: this.directory, ids: [], bridges: [] });
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/**
 * Opens a podman of its own.
 *
 * @param options.images default busybox
 * @param options.runtime default crun where it can run, else runc
 */
export async function openPodman(
  options: { readonly images?: readonly TestImage[]; readonly runtime?: string } = {},
): Promise<Podman> {
  const directory = mkdtempSync(join(tmpdir(), "minke-test-podman-"));
  const podman = new Podman(directory, options.runtime ?? (needs.crun.met ? "crun" : "runc"));
  for (const image of options.images ?? ["busybox"]) await podman.import(image);
  return podman;
}
