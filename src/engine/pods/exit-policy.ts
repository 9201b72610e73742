import type { PodId } from "../../base/brand.ts";
import { hasCode } from "../../base/errors.ts";
import type { ContainerConfig } from "../../model/container.ts";
import type { ContainerStatus } from "../../model/container-state.ts";
import type { ExitPolicy } from "../../model/pod.ts";
import { observe } from "../containers/observe.ts";
import type { EngineDeps } from "../deps.ts";
import { withPod } from "./locked.ts";
import { settleService } from "./service.ts";
import { stopPod } from "./stop.ts";

/** What an exit policy looks at: the member that was just cleaned up, and the others. */
export interface PodExit {
  readonly policy: ExitPolicy;
  readonly exited: { readonly id: string; readonly name: string; readonly exitCode: number };
  /** Statuses of the other members, without infra. */
  readonly others: readonly ContainerStatus[];
}

/** Tells whether the whole pod stops now (spec/pods.md 1.9; `any`, `failure` and `main` are ours). */
export function shouldStopPod(exit: PodExit): boolean {
  const { policy, exited } = exit;
  switch (policy.policy) {
    case "continue":
      return false;
    case "stop":
      return exit.others.every((s) => ["exited", "removing", "stopping", "unknown"].includes(s));
    case "any":
      return true;
    case "failure":
      return (
        exited.exitCode !== 0 || exit.others.every((s) => ["exited", "removing", "stopping", "unknown"].includes(s))
      );
    case "main":
      return policy.container === exited.name || policy.container === exited.id;
  }
}

/**
 * Applies a pod's exit policy after a member was cleaned up. Takes the pod's lock, so nobody may hold a member's lock here.
 * A pod that is gone is fine; init containers never trigger it. Then its service container may be done as well.
 */
export async function applyExitPolicy(deps: EngineDeps, podId: PodId, exited: string): Promise<void> {
  const config = deps.store.read((tx) => tx.pods.get(podId));
  if (config === undefined) return;
  if (config.exitPolicy.policy !== "continue") await stopByPolicy(deps, podId, exited);
  await settleService(deps, config.serviceContainer);
}

async function stopByPolicy(deps: EngineDeps, podId: PodId, exited: string): Promise<void> {
  try {
    await withPod(deps, podId, async (pod) => {
      const members = pod.members();
      const ended = members.find((m) => m.id === exited);
      if (ended?.initType !== undefined) return;
      const others = members.filter((m) => m.id !== exited && !m.isInfra && m.initType === undefined);
      const exit: PodExit = {
        policy: pod.config.exitPolicy,
        exited: {
          id: exited,
          name: ended?.name ?? "",
          exitCode: deps.store.read((tx) => tx.containers.exitCode(exited)) ?? -1,
        },
        others: others.map((m) => statusOf(deps, m)),
      };
      if (shouldStopPod(exit) && anyAlive(deps, members)) await stopPod(deps, pod);
    });
  } catch (error) {
    if (!hasCode(error, "NO_SUCH_POD")) throw error;
  }
}

function statusOf(deps: EngineDeps, config: ContainerConfig): ContainerStatus {
  const lastRun = deps.store.read((tx) => tx.containers.lastRun(config.id));
  return observe(deps, config.id, { state: deps.store.boot.get(config.id), lastRun }).status;
}

function anyAlive(deps: EngineDeps, members: readonly ContainerConfig[]): boolean {
  return members.some((m) => ["running", "paused", "initialized"].includes(statusOf(deps, m)));
}
