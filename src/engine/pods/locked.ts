import type { Abortable } from "../../base/abortable.ts";
import type { PodId } from "../../base/brand.ts";
import { fail } from "../../base/errors.ts";
import type { ContainerConfig } from "../../model/container.ts";
import type { PodConfig } from "../../model/pod.ts";
import type { HeldLock } from "../../store/locks.ts";
import type { EngineDeps } from "../deps.ts";

/** A pod under its lock, read again after the lock was taken. Container locks are taken inside, never the other way round. */
export class LockedPod implements AsyncDisposable {
  readonly id: PodId;
  readonly config: PodConfig;
  readonly #deps: EngineDeps;
  readonly #held: HeldLock;

  private constructor(deps: EngineDeps, held: HeldLock, config: PodConfig) {
    this.id = config.id;
    this.config = config;
    this.#deps = deps;
    this.#held = held;
  }

  /** @throws NO_SUCH_POD if it was removed meanwhile */
  static async acquire(deps: EngineDeps, id: PodId, options?: Abortable): Promise<LockedPod> {
    const held = await deps.locks.pod(id, options);
    try {
      const config = deps.store.read((tx) => tx.pods.get(id));
      if (config === undefined) throw fail("NO_SUCH_POD", { ref: id });
      return new LockedPod(deps, held, config);
    } catch (error) {
      await held[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** All members at this moment, infra and init containers included, oldest first. */
  members(): readonly ContainerConfig[] {
    return this.#deps.store.read((tx) => tx.containers.inPod(this.id));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#held[Symbol.asyncDispose]();
  }
}

/** Runs `body` with the pod locked. */
export async function withPod<T>(
  deps: EngineDeps,
  id: PodId,
  body: (pod: LockedPod) => Promise<T>,
  options?: Abortable,
): Promise<T> {
  await using pod = await LockedPod.acquire(deps, id, options);
  return await body(pod);
}
