import type { Abortable } from "../../base/abortable.ts";
import type { ContainerId } from "../../base/brand.ts";
import { fail } from "../../base/errors.ts";
import type { MessageSocket } from "../../host/ports.ts";
import type { AttachEnd, Stdio } from "../api/containers.ts";
import type { EngineDeps } from "../deps.ts";
import { attachContainer, finish, followResizes, pump } from "./attach.ts";
import { removeEnded } from "./auto-remove.ts";
import { startWithDependencies } from "./start-single.ts";

/**
 * Starts a container and stays with it until it ends. The attach socket is connected before the process runs, so no output is
 * lost. A running container is only attached to.
 */
export async function startAttached(
  deps: EngineDeps,
  id: ContainerId,
  io: Abortable & { readonly stdio: Stdio },
): Promise<AttachEnd> {
  const bundle = deps.paths.bundle(id);
  const signal = io.signal === undefined ? {} : { signal: io.signal };
  let socket: MessageSocket | undefined;
  const outcome = await startWithDependencies(deps, id, {
    ...signal,
    attached: true,
    beforeStart: async () => {
      socket = await deps.conmon().connect(bundle, signal);
      void followResizes(deps.conmon(), bundle, io.stdio).catch(() => undefined);
    },
  });
  if (outcome === "already running") return attachContainer(deps, id, io);
  if (socket === undefined)
    throw fail("INTERNAL", { message: `container ${id} was started without its attach socket` });
  await using held = socket;
  const end = await finish(deps, id, { ...signal, detached: await pump(held, io.stdio, signal) });
  // As podman: when a foreground run returns, the container is gone.
  if (end.reason === "ended" && autoRemoved(deps, id)) await removeEnded(deps, id);
  return end;
}

/** True if the container goes when it ends (`--rm`). */
export function autoRemoved(deps: EngineDeps, id: ContainerId): boolean {
  return deps.store.read((tx) => tx.containers.get(id)?.autoRemove ?? false);
}
