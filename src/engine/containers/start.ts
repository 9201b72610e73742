import type { Abortable } from "../../base/abortable.ts";
import { fail } from "../../base/errors.ts";
import type { EngineDeps } from "../deps.ts";
import { beginChecks } from "../health/health-files.ts";
import { initLocked } from "./init.ts";
import { FRESH_STATE, type LockedContainer } from "./locked.ts";
import { tearDown } from "./teardown.ts";

export interface StartOptions extends Abortable {
  /** Called between OCI create and start: the attach socket is there and nothing has been written yet. */
  readonly beforeStart?: () => Promise<void>;
  /** The caller stays with the process: recorded as an event. */
  readonly attached?: boolean;
}

/**
 * Starts a container whose lock is held and whose dependencies run (spec/pods.md 5.2). A failing step undoes what came
 * before it.
 *
 * @throws CONTAINER_STATE unless it is created, initialized, stopped or exited; OCI_* for what the runtime refuses
 */
export async function startLocked(
  deps: EngineDeps,
  container: LockedContainer,
  options: StartOptions = {},
): Promise<void> {
  const { status, id } = container;
  if (!["created", "initialized", "stopped", "exited"].includes(status))
    throw fail("CONTAINER_STATE", { message: `container ${id} must be in Created or Stopped state to be started` });
  if (status !== "initialized") await initLocked(deps, container, options);
  try {
    await options.beforeStart?.();
    await deps.runtime(container.state?.runtime).start(id, options);
  } catch (error) {
    await tearDown(deps, container);
    throw error;
  }
  const startedAt = deps.host.clock.now();
  const supervised = beginChecks(deps, container.config, startedAt);
  const { restartAt: _done, ...state } = container.state ?? FRESH_STATE;
  container.save({ ...state, phase: "started", startedAt });
  await container.emit("start");
  // Under the same lock: whoever records the end comes after it.
  if (options.attached === true) await container.emit("attach");
  if (supervised) deps.supervisor.needed();
  else deps.supervisor.revive();
}
