import type { ContainerConfig } from "../../model/container.ts";
import type { ContainerStats } from "../api/containers.ts";
import type { EngineDeps } from "../deps.ts";
import { isAlive } from "./observe.ts";

/** Resource use of containers at this moment, read from the kernel; zeros for one that does not run. */
export function containerStats(deps: EngineDeps, configs: readonly ContainerConfig[]): readonly ContainerStats[] {
  return configs.map((config) => statsOf(deps, config));
}

function statsOf(deps: EngineDeps, config: ContainerConfig): ContainerStats {
  const state = deps.store.boot.get(config.id);
  const running = isAlive(deps, state?.process) && state?.phase === "started";
  const cgroup = running && state?.cgroupPath !== undefined ? deps.host.cgroups.stats(state.cgroupPath) : undefined;
  const network = running ? networkBytes(deps, state?.process?.pid ?? 0) : { rx: 0, tx: 0 };
  return {
    id: config.id,
    name: config.name,
    podId: config.pod ?? "",
    running,
    cpuNs: cgroup?.cpuNs ?? 0,
    uptimeMs: running && state?.startedAt !== undefined ? Math.max(0, deps.host.clock.now() - state.startedAt) : 0,
    memory: cgroup?.memory ?? 0,
    memoryLimit: cgroup?.memoryLimit ?? 0,
    pids: cgroup?.pids ?? 0,
    netRx: network.rx,
    netTx: network.tx,
    blockRead: cgroup?.blockRead ?? 0,
    blockWrite: cgroup?.blockWrite ?? 0,
  };
}

/** Bytes through every interface of a process's network namespace but loopback. */
function networkBytes(deps: EngineDeps, pid: number): { readonly rx: number; readonly tx: number } {
  const rows = (deps.host.files.readTextIfExists(`/proc/${pid}/net/dev`) ?? "").split("\n").slice(2);
  let rx = 0;
  let tx = 0;
  for (const row of rows) {
    const [name, ...columns] = row.trim().split(/[\s:]+/);
    if (name === undefined || name === "" || name === "lo") continue;
    rx += Number(columns[0] ?? 0);
    tx += Number(columns[8] ?? 0);
  }
  return { rx, tx };
}
