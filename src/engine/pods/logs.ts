import type { ContainerConfig } from "../../model/container.ts";
import type { PodConfig } from "../../model/pod.ts";
import type { LogLine, LogOptions } from "../api/containers.ts";
import type { PodLogLine } from "../api/pods.ts";
import { containerLogs } from "../containers/logs.ts";
import type { EngineDeps } from "../deps.ts";

/** Where the history of a log ends: lines at the very last instant are counted. */
interface Mark {
  readonly timeNs: bigint;
  readonly count: number;
}

/**
 * The logs of a pod's members, infra left out, in one: what is there in order of time, then, with `follow`, lines as they come
 * until every member has ended. Members that have not run yet are followed as well. Leaving the loop stops everything.
 */
export async function* podLogs(deps: EngineDeps, pod: PodConfig, options: LogOptions = {}): AsyncGenerator<PodLogLine> {
  const { follow = false, ...range } = options;
  const members = deps.store
    .read((tx) => tx.containers.inPod(pod.id))
    .filter((member) => !member.isInfra && member.log.driver === "k8s-file");
  const marks = new Map<string, Mark>();
  for await (const line of inOrderOfTime(members.map((member) => named(member, containerLogs(deps, member, range))))) {
    const mark = marks.get(line.container);
    marks.set(line.container, { timeNs: line.timeNs, count: mark?.timeNs === line.timeNs ? mark.count + 1 : 1 });
    yield line;
  }
  if (!follow) return;
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, options.signal]);
  const logs = members.map((member) => {
    const mark = marks.get(member.id);
    const { tail, since = 0, ...rest } = range;
    const start = mark === undefined ? since : Number(mark.timeNs / 1_000_000n);
    // Without a last line there are no more to take than those that come; but none at all may have been asked for.
    const none = tail === 0 ? { tail } : {};
    const lines = containerLogs(deps, member, { ...rest, ...none, since: start, follow, signal });
    return named(member, after(lines, mark));
  });
  yield* asTheyCome(logs, stop);
}

async function* named(member: ContainerConfig, lines: AsyncIterable<LogLine>): AsyncGenerator<PodLogLine> {
  for await (const line of lines) yield { ...line, container: member.id, name: member.name };
}

/** Lines of a followed log without those that were told already. */
async function* after(lines: AsyncIterable<LogLine>, mark: Mark | undefined): AsyncGenerator<LogLine> {
  let same = 0;
  for await (const line of lines) {
    if (mark !== undefined && line.timeNs < mark.timeNs) continue;
    if (mark !== undefined && line.timeNs === mark.timeNs && same++ < mark.count) continue;
    yield line;
  }
}

type Log = AsyncGenerator<PodLogLine>;

/** Merges logs that end; lines of one log keep their order, and so do logs at the same instant. */
async function* inOrderOfTime(logs: readonly Log[]): AsyncGenerator<PodLogLine> {
  const heads = await Promise.all(logs.map(async (log) => ({ log, line: await nextOf(log) })));
  try {
    for (;;) {
      const [first] = heads
        .filter((head) => head.line !== undefined)
        .toSorted((a, b) => Number((a.line?.timeNs ?? 0n) - (b.line?.timeNs ?? 0n)));
      if (first?.line === undefined) return;
      yield first.line;
      first.line = await nextOf(first.log);
    }
  } finally {
    await Promise.all(logs.map((log) => log.return(undefined)));
  }
}

async function nextOf(log: Log): Promise<PodLogLine | undefined> {
  const next = await log.next();
  return next.done === true ? undefined : next.value;
}

/** @param stop ends the logs: a generator that waits for a line can't be told to return */
async function* asTheyCome(logs: readonly Log[], stop: AbortController): AsyncGenerator<PodLogLine> {
  const next = async (log: Log) => ({ log, line: await nextOf(log) });
  const waiting = new Map(logs.map((log) => [log, next(log)] as const));
  try {
    while (waiting.size > 0) {
      const { log, line } = await Promise.race(waiting.values());
      waiting.delete(log);
      if (line === undefined) continue;
      yield line;
      waiting.set(log, next(log));
    }
  } finally {
    stop.abort();
    await Promise.allSettled([...waiting.values(), ...logs.map((log) => log.return(undefined))]);
  }
}
