import type { Abortable } from "../../base/abortable.ts";
import type { ContainerId } from "../../base/brand.ts";
import { fail } from "../../base/errors.ts";
import type { ContainerConfig } from "../../model/container.ts";
import type { BootState, ContainerStatus, LastRun } from "../../model/container-state.ts";
import type { ContainerAction } from "../../model/events.ts";
import type { HeldLock } from "../../store/locks.ts";
import type { EngineDeps } from "../deps.ts";
import { containerEvent } from "../event-subject.ts";
import { waitFor } from "../wait-for.ts";
import { isAlive, observe, readExit } from "./observe.ts";

/** How long an exit record may take after the process is gone, in milliseconds (spec/pods.md 0). */
const EXIT_RECORD_MS = 5000;

/** An empty boot state: nothing has been done yet. */
export const FRESH_STATE: BootState = {
  phase: "configured",
  mounts: [],
  restartCount: 0,
  stoppedByUser: false,
  execSessions: {},
};

/**
 * A container under its lock, read again after the lock was taken and in step with reality. Verbs that change a container
 * take one of these, so that forgetting the lock is a type error.
 */
export class LockedContainer implements AsyncDisposable {
  readonly id: ContainerId;
  readonly config: ContainerConfig;
  readonly #deps: EngineDeps;
  readonly #held: HeldLock;
  #state: BootState | undefined;
  #lastRun: LastRun;

  private constructor(deps: EngineDeps, held: HeldLock, config: ContainerConfig) {
    this.id = config.id;
    this.config = config;
    this.#deps = deps;
    this.#held = held;
    this.#state = deps.store.boot.get(config.id);
    this.#lastRun = deps.store.read((tx) => tx.containers.lastRun(config.id));
  }

  /**
   * Takes the container's lock, reads it again and records an exit that nobody has recorded.
   *
   * @throws NO_SUCH_CONTAINER if it was removed meanwhile
   */
  static async acquire(deps: EngineDeps, id: ContainerId, options?: Abortable): Promise<LockedContainer> {
    const held = await deps.locks.container(id, options);
    try {
      const config = deps.store.read((tx) => tx.containers.get(id));
      if (config === undefined) throw fail("NO_SUCH_CONTAINER", { ref: id });
      const locked = new LockedContainer(deps, held, config);
      await locked.sync(options);
      return locked;
    } catch (error) {
      await held[Symbol.asyncDispose]();
      throw error;
    }
  }

  get state(): BootState | undefined {
    return this.#state;
  }

  get lastRun(): LastRun {
    return this.#lastRun;
  }

  /** Status at this moment. */
  get status(): ContainerStatus {
    const { status } = observe(this.#deps, this.id, { state: this.#state, lastRun: this.#lastRun });
    if (status !== "initialized" || this.#state?.networks !== undefined) return status;
    // The engine that made it was killed before its network was there: it has to be made again.
    return this.#lastRun.finishedAt === undefined ? "created" : "exited";
  }

  /** Replaces the boot-scoped facts; undefined forgets them. */
  save(state: BootState | undefined): void {
    this.#state = state;
    if (state === undefined) this.#deps.store.boot.remove(this.id);
    else this.#deps.store.boot.set(this.id, state);
  }

  /** Changes some boot-scoped facts. */
  patch(change: Partial<BootState>): void {
    this.save({ ...(this.#state ?? FRESH_STATE), ...change });
  }

  /** Drops facts by name. */
  forget(...keys: readonly (keyof BootState)[]): void {
    const next: Record<string, unknown> = { ...(this.#state ?? FRESH_STATE) };
    for (const key of keys) delete next[key];
    this.save(next as unknown as BootState);
  }

  /** Records an event of this container. */
  async emit(action: ContainerAction, extra: Parameters<typeof containerEvent>[2] = {}): Promise<void> {
    await this.#deps.store.write((tx) => tx.events.add(containerEvent(this.config, action, extra)));
  }

  /** Records an exit that has happened; waits for conmon's record of it, at most five seconds. */
  async sync(options?: Abortable): Promise<void> {
    const seen = observe(this.#deps, this.id, { state: this.#state, lastRun: this.#lastRun });
    if (!seen.unrecordedExit) return;
    const state = this.#state ?? FRESH_STATE;
    const exit = await this.#awaitExit(options);
    const lastRun: LastRun = {
      ...(state.startedAt === undefined ? {} : { startedAt: state.startedAt }),
      ...exit,
      ...(state.restartCount === 0 ? {} : { restartCount: state.restartCount }),
      ...(state.stoppedByUser ? { stoppedByUser: true } : {}),
    };
    const wasInitOnly = state.phase === "initialized";
    this.#lastRun = lastRun;
    await this.#deps.store.write((tx) => {
      tx.containers.setLastRun(this.id, lastRun);
      tx.containers.recordExit(this.id, exit.exitCode, exit.finishedAt);
      // Whoever records the end records what asked for it: the exit command is often faster than the stop that waits.
      if (state.stoppingSince !== undefined) tx.events.add(containerEvent(this.config, "stop"));
      if (!wasInitOnly || state.stoppingSince !== undefined)
        tx.events.add(containerEvent(this.config, "died", { exitCode: exit.exitCode }));
    });
    this.patch({ phase: "stopped" });
    this.forget("stoppingSince", "stopper", "paused");
  }

  async #awaitExit(
    options?: Abortable,
  ): Promise<{ exitCode: number; finishedAt: number; oomKilled?: boolean; error?: string }> {
    const deps = this.#deps;
    const look = () => {
      const exit = readExit(deps, this.id);
      if (exit !== undefined) return exit;
      return isAlive(deps, this.#state?.conmon) ? undefined : ("no monitor" as const);
    };
    const found = await waitFor(look, {
      clock: deps.host.clock,
      timeoutMs: EXIT_RECORD_MS,
      operation: `waiting for the exit record of container ${this.id}`,
      ...(options?.signal === undefined ? {} : { signal: options.signal }),
    }).catch((error: unknown) => {
      options?.signal?.throwIfAborted();
      return { exitCode: -1, finishedAt: deps.host.clock.now(), error: String(error) };
    });
    if (found !== "no monitor") return found;
    // The monitor may have written the file between our two looks.
    return (
      readExit(deps, this.id) ?? {
        exitCode: -1,
        finishedAt: deps.host.clock.now(),
        error: "its monitor died before it did",
      }
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#held[Symbol.asyncDispose]();
  }
}

/** Runs `body` with the container locked. */
export async function withContainer<T>(
  deps: EngineDeps,
  id: ContainerId,
  body: (container: LockedContainer) => Promise<T>,
  options?: Abortable,
): Promise<T> {
  await using container = await LockedContainer.acquire(deps, id, options);
  return await body(container);
}
