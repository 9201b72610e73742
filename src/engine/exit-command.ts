import type { ContainerConfig } from "../model/container.ts";
import type { EngineDeps } from "./deps.ts";

/** argv of what conmon runs when the container ends: exit policy, restart policy, auto-remove, unmounting. */
export function exitCommand(deps: EngineDeps, config: ContainerConfig): readonly string[] {
  return [
    ...deps.selfArgv,
    "container",
    "cleanup",
    "--stopped-only",
    ...(config.autoRemove ? ["--rm"] : []),
    config.id,
  ];
}

/** argv of what conmon runs when a detached exec session ends. */
export function execExitCommand(deps: EngineDeps, config: ContainerConfig, session: string): readonly string[] {
  return [...deps.selfArgv, "container", "cleanup", "--exec", session, config.id];
}
