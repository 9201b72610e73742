import type { ContainerConfig } from "../../model/container.ts";
import type { BootState, ContainerStatus, LastRun } from "../../model/container-state.ts";
import { isAlive, observe, readExit } from "../containers/observe.ts";
import { shouldRestart } from "../containers/restart-policy.ts";
import type { EngineDeps } from "../deps.ts";
import { recordOfRun } from "../health/health-files.ts";
import type { DependencyFacts } from "./judge.ts";

/** Looks at a dependency without its lock. */
export function factsOf(deps: EngineDeps, config: ContainerConfig): DependencyFacts {
  const { id } = config;
  const recorded = deps.store.read((tx) => tx.containers.lastRun(id));
  const state = deps.store.boot.get(id);
  const seen = observe(deps, id, { state, lastRun: recorded });
  const exit = seen.unrecordedExit ? readExit(deps, id) : undefined;
  const lastRun = seen.unrecordedExit ? { exitCode: -1, finishedAt: deps.host.clock.now(), ...exit } : recorded;
  const exitCode = isOfThisBoot(deps, lastRun) ? lastRun.exitCode : undefined;
  return {
    status: seen.status,
    ending: seen.unrecordedExit && exit === undefined && isAlive(deps, state?.conmon),
    exitCode,
    restarts: state !== undefined && restarts(config, { state, status: seen.status, exitCode }),
    health: state && recordOfRun(deps, config, { kind: "health", state })?.status,
    readiness: state && recordOfRun(deps, config, { kind: "readiness", state })?.status,
  };
}

interface Ended {
  readonly state: BootState;
  readonly status: ContainerStatus;
  readonly exitCode: number | undefined;
}

/** True if its policy will start it again, whether that is planned already or its exit command is on the way. */
function restarts(config: ContainerConfig, { state, status, exitCode }: Ended): boolean {
  if (state.restartAt !== undefined) return true;
  if (status !== "stopped") return false;
  const { restartCount, stoppedByUser } = state;
  return shouldRestart({ policy: config.restartPolicy, exitCode: exitCode ?? -1, restartCount, stoppedByUser });
}

/** True if a run ended after this boot: what a job did on tmpfs or in memory before it is lost. */
function isOfThisBoot(deps: Pick<EngineDeps, "host">, lastRun: LastRun): boolean {
  const seconds = Number(/^btime (\d+)$/m.exec(deps.host.files.readTextIfExists("/proc/stat") ?? "")?.[1] ?? 0);
  return (lastRun.finishedAt ?? 0) >= seconds * 1000;
}
