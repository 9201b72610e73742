import { join } from "node:path";
import type { BootState, ContainerStatus, LastRun, ProcessRef } from "../../model/container-state.ts";
import type { EngineDeps } from "../deps.ts";

/** What the kernel and conmon's files say about a container, whoever may hold its lock. */
export interface Observation {
  readonly status: ContainerStatus;
  /** How it ran last; from the exit file where nobody has recorded it yet. */
  readonly lastRun: LastRun;
  /** The process ended and the end is not recorded yet. */
  readonly unrecordedExit: boolean;
}

type Deps = Pick<EngineDeps, "host" | "paths">;

/** True while the very process lives: not a zombie, not a later one with the same pid. */
export function isAlive(deps: Pick<EngineDeps, "host">, ref: ProcessRef | undefined): boolean {
  if (ref === undefined || ref.pid <= 0) return false;
  const stat = deps.host.processes.stat(ref.pid);
  return stat !== undefined && stat.startTicks === ref.startTicks && stat.state !== "Z" && stat.state !== "X";
}

/** The reference of a process that lives now; undefined if it is gone already. */
export function processRef(deps: Pick<EngineDeps, "host">, pid: number): ProcessRef | undefined {
  const stat = deps.host.processes.stat(pid);
  return stat === undefined ? undefined : { pid, startTicks: stat.startTicks };
}

export interface ExitRecord {
  readonly exitCode: number;
  /** Milliseconds since the epoch. */
  readonly finishedAt: number;
  readonly oomKilled: boolean;
}

/** conmon's exit file (spec/components.md 1.7); undefined until it is written. */
export function readExit(deps: Deps, id: string): ExitRecord | undefined {
  const path = deps.paths.exitFile(id);
  const text = deps.host.files.readTextIfExists(path);
  const code = text === undefined ? Number.NaN : Number.parseInt(text, 10);
  if (!Number.isInteger(code)) return undefined;
  return {
    exitCode: code,
    finishedAt: deps.host.inodes.stat(path)?.ctimeMs ?? deps.host.clock.now(),
    oomKilled: deps.host.inodes.stat(join(deps.paths.bundle(id), "oom")) !== undefined,
  };
}

/**
 * Derives a container's status from facts (DESIGN: "reality wins"): no stored "running" is believed.
 *
 * @param state boot-scoped facts, undefined after cleanup or a reboot
 */
export function observe(
  deps: Deps,
  id: string,
  known: { readonly state: BootState | undefined; readonly lastRun: LastRun },
): Observation {
  const { state, lastRun } = known;
  const settled = (status: ContainerStatus): Observation => ({ status, lastRun, unrecordedExit: false });
  const idle = lastRun.finishedAt === undefined ? "created" : "exited";
  if (state === undefined) return settled(idle);
  if (state.removing === true) return settled("removing");
  if (state.phase === "configured") return settled(idle);
  if (state.phase === "stopped") return settled("stopped");
  if (!isAlive(deps, state.process)) {
    const exit = readExit(deps, id);
    const startedAt = state.startedAt === undefined ? {} : { startedAt: state.startedAt };
    return {
      status: "stopped",
      lastRun: exit === undefined ? { ...lastRun, ...startedAt } : { ...startedAt, ...exit },
      unrecordedExit: true,
    };
  }
  // The end of the run before stays known, as podman's.
  const ended = lastRun.finishedAt === undefined ? {} : { finishedAt: lastRun.finishedAt };
  const running = state.startedAt === undefined ? lastRun : { startedAt: state.startedAt, ...ended };
  const alive = (status: ContainerStatus): Observation => ({ status, lastRun: running, unrecordedExit: false });
  if (state.stoppingSince !== undefined && isAlive(deps, state.stopper)) return alive("stopping");
  if (state.phase === "initialized" && awaitsStart(deps, id, state)) {
    const { exitCode: _code, oomKilled: _oom, error: _error, ...times } = lastRun;
    return { ...alive("initialized"), lastRun: times };
  }
  const frozen = state.cgroupPath === undefined ? undefined : deps.host.cgroups.frozen(state.cgroupPath);
  return alive(frozen === true || (frozen === undefined && state.paused === true) ? "paused" : "running");
}

/** True if a container runs at this moment, without its lock. */
export function isRunning(deps: Deps & Pick<EngineDeps, "store">, id: string): boolean {
  return observe(deps, id, { state: deps.store.boot.get(id), lastRun: {} }).status === "running";
}

/**
 * True while the container's init waits for the runtime's `start`. Both runtimes remove their FIFO when it comes, so an
 * engine that died between that start and its own record of it is noticed.
 */
function awaitsStart(deps: Deps, id: string, state: BootState): boolean {
  return state.runtime === undefined || deps.host.inodes.lstat(join(state.runtime.root, id, "exec.fifo")) !== undefined;
}
