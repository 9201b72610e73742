import type { ContainerId } from "../../base/brand.ts";
import { fail } from "../../base/errors.ts";
import { parseSignal } from "../../model/notation/signals.ts";
import type {
  CollectOptions,
  ContainerSelection,
  Containers,
  ExecOptions,
  ProcessOutput,
  Stdio,
} from "../api/containers.ts";
import type { EngineDeps } from "../deps.ts";
import { checkHealthNow } from "../health/check-now.ts";
import { attachContainer } from "./attach.ts";
import { removeEnded } from "./auto-remove.ts";
import { containerByRef } from "./by-ref.ts";
import { type CleanupOptions, cleanupContainer, isStateRefusal } from "./cleanup.ts";
import { Collector } from "./collect.ts";
import { commitContainer } from "./commit.ts";
import { copyFiles, copyIn, copyOut } from "./copy.ts";
import { createContainer } from "./create.ts";
import { containerChanges } from "./diff.ts";
import { endExec, execContainer, execDetached } from "./exec.ts";
import { exportContainer } from "./export.ts";
import { inspectContainer } from "./inspect.ts";
import { killContainer } from "./kill.ts";
import { listContainers } from "./list.ts";
import { containerLogs } from "./logs.ts";
import { observe } from "./observe.ts";
import { pauseContainer, unpauseContainer } from "./pause.ts";
import { portLines } from "./ports.ts";
import { pruneContainers } from "./prune.ts";
import { removeContainers } from "./remove-many.ts";
import { renameContainer } from "./rename.ts";
import { runContainer } from "./run.ts";
import { forEachSelected } from "./select.ts";
import { autoRemoved, startAttached } from "./start-attached.ts";
import { initWithDependencies, restartWithDependencies, startWithDependencies } from "./start-single.ts";
import { containerStats } from "./stats.ts";
import { stopContainer } from "./stop.ts";
import { topContainer } from "./top.ts";
import { waitContainer } from "./wait.ts";

/** The verbs on containers as `engine/api` promises them, each from its own file. */
export function containersOf(deps: EngineDeps): Containers {
  const byRef = (ref: string) => containerByRef(deps, ref);
  const running = (selection: ContainerSelection) => ("all" in selection ? runningOnly(deps) : selection);
  return {
    create: (options, io) => createContainer(deps, options, io),
    run: (options, io) => runContainer(deps, options, io),
    start: async (ref, options) => {
      const { id } = byRef(ref);
      await startWithDependencies(deps, id, options);
      return id;
    },
    startAttached: async (ref, stdio, options) => startAttached(deps, byRef(ref).id, { ...options, stdio }),
    attach: async (ref, stdio, options) => attachContainer(deps, byRef(ref).id, { ...options, stdio }),
    exec: execOf(deps),
    execDetached: async (ref, options) => execDetached(deps, byRef(ref).id, options),
    stop: (selection, options = {}) =>
      forEachSelected(deps, selection, {
        ...options,
        ignore: isStateRefusal,
        apply: async (id) => {
          await refusePaused(deps, id);
          await stopContainer(deps, id, options);
          await (autoRemoved(deps, id)
            ? removeEnded(deps, id)
            : cleanupContainer(deps, id, { ...options, stoppedOnly: true }));
        },
      }),
    kill: async (selection, options = {}) => {
      const signalNumber = parseSignal(String(options.signalToSend ?? "KILL"));
      return forEachSelected(deps, running(selection), {
        ...options,
        apply: (id) => killContainer(deps, id, { ...options, signalNumber }),
      });
    },
    restart: (selection, options = {}) =>
      forEachSelected(deps, options.runningOnly === true ? runningOnly(deps) : selection, {
        ...options,
        apply: (id) => restartWithDependencies(deps, id, options),
      }),
    pause: (selection, options = {}) =>
      forEachSelected(deps, running(selection), { ...options, apply: (id) => pauseContainer(deps, id, options) }),
    unpause: (selection, options = {}) =>
      forEachSelected(deps, selection, {
        ...options,
        ignore: (error) => "all" in selection && isStateRefusal(error),
        apply: (id) => unpauseContainer(deps, id, options),
      }),
    init: (selection, options = {}) =>
      forEachSelected(deps, selection, { ...options, apply: (id) => initWithDependencies(deps, id, options) }),
    remove: (selection, options = {}) => removeContainers(deps, selection, options),
    cleanup: (selection, options = {}) =>
      forEachSelected(deps, selection, {
        ...options,
        apply: async (id) => {
          if (options.execSession !== undefined) return endExec(deps, id, { session: options.execSession });
          const stoppedOnly: CleanupOptions =
            options.stoppedOnly === undefined ? {} : { stoppedOnly: options.stoppedOnly };
          if (options.remove === true) return removeEnded(deps, id);
          await cleanupContainer(deps, id, { ...options, ...stoppedOnly });
        },
      }),
    prune: (options = {}) => pruneContainers(deps, options),
    rename: async (ref, name, options) => renameContainer(deps, byRef(ref).id, { ...options, name }),
    list: async (options) => listContainers(deps, options),
    inspect: async (ref, options) => inspectContainer(deps, byRef(ref), options),
    copy: (from, to, options) => copyFiles(deps, { from, to }, options),
    copyIn: (container, path, tar, options) => copyIn(deps, { container, path, tar }, options),
    copyOut: (container, path, options) => copyOut(deps, { container, path }, options),
    diff: async (ref) => containerChanges(deps, byRef(ref)),
    export: async function* (ref, options) {
      yield* exportContainer(deps, byRef(ref).id, options);
    },
    commit: async (ref, options) => commitContainer(deps, byRef(ref).id, options),
    exists: async (ref) => exists(deps, ref),
    resolve: async (ref) => byRef(ref).id,
    logs: (ref, options) => containerLogs(deps, byRef(ref), options),
    wait: async (ref, options) => waitContainer(deps, idForWait(deps, ref), options),
    healthcheck: async (ref, options) => checkHealthNow(deps, byRef(ref).id, options),
    top: async (ref, descriptors) => topContainer(deps, byRef(ref), descriptors),
    ports: async (ref) => portLines(byRef(ref)),
    stats: async (refs) => containerStats(deps, refs.map(byRef)),
  };
}

/** `exec` of a command whose bytes the caller carries, or whose output is collected. */
function execOf(deps: EngineDeps): Containers["exec"] {
  function exec(ref: string, options: ExecOptions, stdio: Stdio): Promise<number>;
  function exec(ref: string, options: ExecOptions & CollectOptions): Promise<ProcessOutput>;
  async function exec(ref: string, options: ExecOptions & CollectOptions, stdio?: Stdio) {
    const { id } = containerByRef(deps, ref);
    if (stdio !== undefined) return execContainer(deps, id, { options, stdio });
    const collector = new Collector(options);
    return collector.result(await execContainer(deps, id, { options, stdio: collector.stdio }));
  }
  return exec;
}

/** podman's stop of a paused container fails in its clean-up. */
async function refusePaused(deps: EngineDeps, id: ContainerId): Promise<void> {
  const lastRun = deps.store.read((tx) => tx.containers.lastRun(id));
  if (observe(deps, id, { state: deps.store.boot.get(id), lastRun }).status === "paused")
    throw fail("NOT_RUNNING", {
      message: `container ${id} is running or paused, refusing to clean up: container state improper`,
    });
}

/** A container that `wait` is for may have been removed while its exit code is kept; then only a full id finds it. */
function idForWait(deps: EngineDeps, ref: string): ContainerId {
  try {
    return containerByRef(deps, ref).id;
  } catch (error) {
    if (/^[0-9a-f]{64}$/.test(ref) && deps.store.read((tx) => tx.containers.exitCode(ref)) !== undefined)
      return ref as ContainerId;
    throw error;
  }
}

function exists(deps: EngineDeps, ref: string): boolean {
  try {
    containerByRef(deps, ref);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return typeof error === "object" && error !== null && "kind" in error && error.kind === "not-found";
}

function runningOnly(deps: EngineDeps): ContainerSelection {
  return { refs: listContainers(deps).map((row) => row.config.id) };
}
