import type { ContainerId, PodId } from "../../base/brand.ts";
import type { ContainerConfig } from "../../model/container.ts";
import type { BootState } from "../../model/container-state.ts";
import type { CheckKind } from "../../model/health.ts";
import { isAlive, isRunning } from "../containers/observe.ts";
import type { EngineDeps } from "../deps.ts";
import { CHECK_KINDS, checkOf, recordOfRun } from "../health/health-files.ts";
import { nextProbeAt } from "../health/transition.ts";

/** Milliseconds between two looks whether the owner of a pod lives. */
const OWNER_LOOK_MS = 500;

/** Milliseconds between two looks whether a paused container goes on. */
const PAUSED_LOOK_MS = 1000;

/** Something to do at a time (ms since the epoch). `key` tells tasks apart: one of a key runs at a time. */
export type Task = { readonly key: string; readonly at: number } & (
  | { readonly does: "probe"; readonly id: ContainerId; readonly kind: CheckKind }
  | { readonly does: "restart"; readonly id: ContainerId }
  | { readonly does: "record-exit"; readonly id: ContainerId }
  | { readonly does: "watch-owner"; readonly pod: PodId }
  | { readonly does: "remove-pod"; readonly pod: PodId }
);

/** Reads everything that is due or will be from the store and the boot-scoped files; nothing is kept from the last time. */
export function readAgenda(deps: EngineDeps): readonly Task[] {
  const now = deps.host.clock.now();
  const found = deps.store.read((tx) => ({
    pods: tx.pods.list().filter((pod) => pod.lifetime === "owner"),
    states: [...deps.store.boot.all()].flatMap(([id, state]) => {
      const config = tx.containers.get(id as ContainerId);
      return config === undefined ? [] : [{ config, state }];
    }),
  }));
  const owned = found.pods.map((pod): Task => {
    const alive = isAlive(deps, pod.owner);
    const key = `owner ${pod.id}`;
    return alive
      ? { does: "watch-owner", key, at: now + OWNER_LOOK_MS, pod: pod.id }
      : { does: "remove-pod", key, at: now, pod: pod.id };
  });
  return [...owned, ...found.states.flatMap(({ config, state }) => tasksOf(deps, config, { state, now }))];
}

interface Moment {
  readonly state: BootState;
  readonly now: number;
}

function tasksOf(deps: EngineDeps, config: ContainerConfig, { state, now }: Moment): readonly Task[] {
  const { id } = config;
  if (state.restartAt !== undefined && !isRunning(deps, id))
    return [{ does: "restart", key: `restart ${id}`, at: Math.min(state.restartAt, now + 60_000), id }];
  if (state.phase !== "started") return [];
  const restarts = !["", "no"].includes(config.restartPolicy.name);
  if (!isAlive(deps, state.process)) {
    // Its monitor was killed, so no exit command came: the policy is ours to honour.
    const orphaned = restarts && !isAlive(deps, state.conmon);
    return orphaned ? [{ does: "record-exit", key: `restart ${id}`, at: now, id }] : [];
  }
  return CHECK_KINDS.flatMap((kind): readonly Task[] => {
    const check = checkOf(config, kind);
    const record = recordOfRun(deps, config, { kind, state });
    const at = check && record && nextProbeAt(record, check, now);
    // A frozen container answers nothing; it is looked at again when it goes on.
    const due = state.paused === true ? now + PAUSED_LOOK_MS : at;
    return due === undefined || at === undefined ? [] : [{ does: "probe", key: `${kind} ${id}`, at: due, id, kind }];
  });
}
