import type { PodId } from "../../base/brand.ts";
import { EngineError, fail, hasCode } from "../../base/errors.ts";
import { parseSignal } from "../../model/notation/signals.ts";
import type { PodConfig } from "../../model/pod.ts";
import type { Abortable } from "../api/container-options.ts";
import type { LogOptions } from "../api/containers.ts";
import type { PodHandle, PodLogLine, PodReport, PodSelection, Pods } from "../api/pods.ts";
import { cleanupContainer } from "../containers/cleanup.ts";
import { killContainer } from "../containers/kill.ts";
import { pauseContainer, unpauseContainer } from "../containers/pause.ts";
import type { EngineDeps } from "../deps.ts";
import { engineEvents } from "../events.ts";
import { clonePod } from "./clone.ts";
import { type CreatedPod, createPod } from "./create.ts";
import { fanOut } from "./fan-out.ts";
import { inspectPod } from "./inspect.ts";
import { listPods } from "./list.ts";
import { type LockedPod, withPod } from "./locked.ts";
import { podLogs } from "./logs.ts";
import { asEngineError, PartialFailure } from "./outcome.ts";
import { planPod } from "./plan-pod.ts";
import { removePod } from "./remove.ts";
import { settleService } from "./service.ts";
import { restartPod, startPod } from "./start.ts";
import { stopPod } from "./stop.ts";
import { waitPod } from "./wait.ts";

type Verb = (pod: LockedPod) => Promise<void>;

/** The verbs on pods as `engine/api` promises them. */
export function podsOf(deps: EngineDeps): Pods {
  const each = (selection: PodSelection, verb: Verb, options?: Abortable) =>
    forEachPod(deps, selection, { ...options, verb });
  const pods: Pods = {
    create: async (options = {}, io = {}) => {
      return handleOf(deps, pods, await createPod(deps, options, io));
    },
    start: (selection, options = {}) => each(selection, (pod) => startPod(deps, pod, options), options),
    stop: (selection, options = {}) => each(selection, (pod) => stopPod(deps, pod, options), options),
    restart: (selection, options = {}) => each(selection, (pod) => restartPod(deps, pod, options), options),
    kill: async (selection, options = {}) => {
      const signalNumber = parseSignal(String(options.signalToSend ?? "KILL"));
      const verb: Verb = (pod) =>
        fanOut(deps, pod, {
          ...options,
          action: "killing",
          event: "kill",
          apply: (id) => killContainer(deps, id, { ...options, signalNumber, insidePodVerb: true }),
        });
      return each(selection, verb, options);
    },
    pause: (selection, options = {}) =>
      each(
        selection,
        (pod) =>
          fanOut(deps, pod, {
            ...options,
            action: "pausing",
            event: "pause",
            apply: (id) => pauseContainer(deps, id, options),
          }),
        options,
      ),
    unpause: (selection, options = {}) =>
      each(
        selection,
        (pod) =>
          fanOut(deps, pod, {
            ...options,
            action: "unpausing",
            event: "unpause",
            apply: (id) => unpauseContainer(deps, id, options),
          }),
        options,
      ),
    cleanup: (selection, options = {}) =>
      each(
        selection,
        (pod) =>
          fanOut(deps, pod, {
            ...options,
            action: "cleaning up",
            apply: (id) => cleanupContainer(deps, id, { ...options, insidePodVerb: true }),
          }),
        options,
      ),
    remove: (selection, options = {}) => each(selection, (pod) => removePod(deps, pod, options), options),
    prune: async (options = {}) => {
      const refs = listPods(deps)
        .filter((row) => row.status === "Stopped" || row.status === "Exited")
        .map((row) => row.config.id);
      return each({ refs, ignoreMissing: true }, (pod) => removePod(deps, pod, options), options);
    },
    clone: async (ref, options = {}, io = {}) => {
      return handleOf(deps, pods, await clonePod(deps, podByRef(deps, ref), { options, io }));
    },
    plan: async (ref, verb, options = {}) => planPod(deps, podByRef(deps, ref), { ...options, verb }),
    wait: async (ref, options = {}) => waitPod(deps, podByRef(deps, ref).id, options),
    logs: (ref, options) => logsOf(deps, ref, options),
    list: async (options) => listPods(deps, options),
    inspect: async (ref) => inspectPod(deps, podByRef(deps, ref)),
    exists: async (ref) => podExists(deps, ref),
    resolve: async (ref) => podByRef(deps, ref).id,
    members: async (ref) => {
      const { id } = podByRef(deps, ref);
      return deps.store.read((tx) => tx.containers.inPod(id)).map((m) => m.id);
    },
  };
  return pods;
}

/** A name that means nothing is told at the first step. */
async function* logsOf(deps: EngineDeps, ref: string, options: LogOptions | undefined): AsyncGenerator<PodLogLine> {
  yield* podLogs(deps, podByRef(deps, ref), options);
}

/** The pod that a name, id or prefix means. Throws NO_SUCH_POD, POD_IS_CONTAINER, POD_AMBIGUOUS. */
export function podByRef(deps: EngineDeps, ref: string): PodConfig {
  return deps.store.read((tx) => {
    const config = tx.pods.get(tx.pods.resolve(ref));
    if (config === undefined) throw fail("NO_SUCH_POD", { ref });
    return config;
  });
}

function podExists(deps: EngineDeps, ref: string): boolean {
  try {
    podByRef(deps, ref);
    return true;
  } catch (error) {
    if (error instanceof EngineError && error.kind === "not-found") return false;
    throw error;
  }
}

/** The selected pods. A look-up that fails ends the call before any pod is touched (spec/pods.md 3.0). */
function select(deps: EngineDeps, selection: PodSelection): readonly { readonly input: string; readonly id: PodId }[] {
  if ("all" in selection) return deps.store.read((tx) => tx.pods.list()).map(({ id }) => ({ input: id, id }));
  if ("latest" in selection) {
    const latest = deps.store.read((tx) => tx.pods.latest());
    if (latest === undefined) throw fail("NO_PODS", {});
    return [{ input: latest.id, id: latest.id }];
  }
  return selection.refs.flatMap((input) => {
    try {
      return [{ input, id: podByRef(deps, input).id }];
    } catch (error) {
      if (selection.ignoreMissing === true && hasCode(error, "NO_SUCH_POD")) return [];
      throw error;
    }
  });
}

/**
 * Pods one after another; a failing one never stops the rest (spec/pods.md 3.0). What a verb means for a service container is done
 * when the pod's lock is free.
 */
async function forEachPod(
  deps: EngineDeps,
  selection: PodSelection,
  work: Abortable & { readonly verb: Verb },
): Promise<readonly PodReport[]> {
  const reports: PodReport[] = [];
  for (const { input, id } of select(deps, selection)) {
    try {
      const service = await withPod(
        deps,
        id,
        async (pod) => {
          await work.verb(pod);
          return pod.config.serviceContainer;
        },
        work,
      );
      await settleService(deps, service, work.signal === undefined ? {} : { signal: work.signal });
      reports.push({ input, ok: true, id });
    } catch (error) {
      work.signal?.throwIfAborted();
      reports.push({
        input,
        ok: false,
        id,
        error: asEngineError(error),
        failed: error instanceof PartialFailure ? error.failed : [],
      });
    }
  }
  return reports;
}

function handleOf(deps: EngineDeps, pods: Pods, made: CreatedPod): PodHandle {
  const { id, name } = made.config;
  const selection: PodSelection = { refs: [id] };
  const only = async (reports: Promise<readonly PodReport[]>): Promise<PodReport> => {
    const [report] = await reports;
    if (report === undefined) throw fail("POD_REMOVED", { id });
    return report;
  };
  return {
    id,
    name,
    warnings: made.warnings,
    containers: made.members,
    start: (options) => only(pods.start(selection, options)),
    stop: (options) => only(pods.stop(selection, options)),
    restart: (options) => only(pods.restart(selection, options)),
    kill: (options) => only(pods.kill(selection, options)),
    pause: (options) => only(pods.pause(selection, options)),
    unpause: (options) => only(pods.unpause(selection, options)),
    remove: (options) => only(pods.remove(selection, options)),
    inspect: () => pods.inspect(id),
    wait: (options) => pods.wait(id, options),
    logs: (options) => pods.logs(id, options),
    events: (options) => engineEvents(deps, { ...options, pod: id }),
    [Symbol.asyncDispose]: async () => {
      const [report] = await pods.remove({ refs: [id], ignoreMissing: true }, { force: true, timeout: 0 });
      if (report !== undefined && !report.ok) throw report.error;
    },
  };
}
