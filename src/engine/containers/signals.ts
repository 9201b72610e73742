import type { ContainerConfig } from "../../model/container.ts";
import type { BootState } from "../../model/container-state.ts";
import type { EngineDeps } from "../deps.ts";
import { isAlive } from "./observe.ts";

/** SIGKILL. */
export const KILL = 9;

/** True if the container shares its pid namespace, so that its init's death does not end the rest. */
function sharesPids(config: ContainerConfig): boolean {
  return config.namespaces.pid.mode !== "private";
}

/**
 * Sends a signal to a container: to its init, or, without a pid namespace of its own, to all processes of its cgroup
 * (spec/pods.md 5.3). The engine knows the pid with its start time, so no runtime process is needed.
 *
 * @param options.all every process of the cgroup where pids are shared (stop); kill means init alone
 * @returns false if the process is gone
 */
export function signalContainer(
  deps: Pick<EngineDeps, "host">,
  container: { readonly config: ContainerConfig; readonly state: BootState | undefined },
  options: { readonly signalNumber: number; readonly all: boolean },
): boolean {
  const { state, config } = container;
  if (state?.process === undefined || !isAlive(deps, state.process)) return false;
  const reached = deps.host.processes.kill(state.process.pid, options.signalNumber);
  if (options.all && sharesPids(config) && state.cgroupPath !== undefined)
    for (const pid of deps.host.cgroups.processes(state.cgroupPath))
      if (pid !== state.process.pid) deps.host.processes.kill(pid, options.signalNumber);
  return reached;
}
