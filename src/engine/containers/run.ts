import type { ContainerId } from "../../base/brand.ts";
import { hasCode } from "../../base/errors.ts";
import type { ContainerCreateOptions } from "../api/container-options.ts";
import type { CollectOptions, Progress, RunOutput } from "../api/containers.ts";
import type { EngineDeps } from "../deps.ts";
import { isStateRefusal } from "./cleanup.ts";
import { Collector } from "./collect.ts";
import { createContainer } from "./create.ts";
import { killContainer } from "./kill.ts";
import { removeContainer } from "./remove.ts";
import { KILL } from "./signals.ts";
import { startAttached } from "./start-attached.ts";

/**
 * Creates a container, runs it to its end and collects its output. When it does not get that far, it does not stay running.
 *
 * @param options.autoRemove default true
 * @throws what creating and starting throws, or the signal's reason
 */
export async function runContainer(
  deps: EngineDeps,
  options: ContainerCreateOptions,
  io: CollectOptions & Progress = {},
): Promise<RunOutput> {
  const collector = new Collector(io);
  const autoRemove = options.autoRemove ?? true;
  const stdinOpen = options.stdinOpen ?? io.input !== undefined;
  const { id, warnings } = await createContainer(deps, { ...options, autoRemove, stdinOpen }, io);
  await using undo = new AsyncDisposableStack();
  undo.defer(() => abandon(deps, id, autoRemove));
  const signal = io.signal === undefined ? {} : { signal: io.signal };
  const end = await startAttached(deps, id, { ...signal, stdio: collector.stdio });
  undo.move();
  return { id, warnings, ...collector.result(end.reason === "ended" ? end.exitCode : 0) };
}

/** Ends what nobody waits for any more. It may have ended, and be gone, by itself. */
async function abandon(deps: EngineDeps, id: ContainerId, remove: boolean): Promise<void> {
  try {
    if (remove) await removeContainer(deps, id, { force: true, volumes: true, timeout: 0 });
    else await killContainer(deps, id, { signalNumber: KILL });
  } catch (error) {
    if (!isStateRefusal(error) && !hasCode(error, "NO_SUCH_CONTAINER")) throw error;
  }
}
