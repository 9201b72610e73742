import { basename, dirname } from "node:path";
import { fail } from "../base/errors.ts";
import type { EngineEvent } from "../model/events.ts";
import type { EventOptions } from "./api/system.ts";
import { matchesLabel } from "./containers/filters.ts";
import type { EngineDeps } from "./deps.ts";

/** Milliseconds between looks when no change of the database was announced. */
const FOLLOW_MS = 500;
const BATCH = 500;

/**
 * Events of this engine root: those that were recorded, and, with `follow`, those to come, in order and without gaps. The place
 * where it begins is that of the call, not of the first step.
 *
 * @returns events; the first step throws INVALID_ARGUMENT for an unknown filter
 */
export function engineEvents(deps: EngineDeps, options: EventOptions = {}): AsyncGenerator<EngineEvent> {
  const begin = beginningOf(deps, options);
  return eventsFrom(deps, begin, options);
}

/** Where the events of a call begin. An error belongs to its first step. */
function beginningOf(deps: EngineDeps, options: EventOptions): () => number {
  try {
    const seq = options.afterSeq ?? startSeq(deps, options);
    return () => seq;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

async function* eventsFrom(deps: EngineDeps, begin: () => number, options: EventOptions): AsyncGenerator<EngineEvent> {
  const matches = compileEventFilters(options.filters ?? {});
  const concerns = subjectTest(deps, options);
  // Every event is shown to `concerns`, which learns ids by names.
  const passes = (event: EngineEvent) => concerns(event) && inTime(event, options) && matches(event);
  let last = begin();
  for (;;) {
    options.signal?.throwIfAborted();
    const batch = deps.store.read((tx) => tx.events.after(last, BATCH));
    for (const event of batch) {
      last = event.seq;
      if (passes(event)) yield event;
    }
    if (batch.length > 0) continue;
    if (options.follow !== true) return;
    const now = deps.host.clock.now();
    if (options.until !== undefined && now >= options.until) return;
    const left = options.until === undefined ? FOLLOW_MS : Math.min(FOLLOW_MS, options.until - now);
    await nextChange(deps, { ...options, milliseconds: left });
  }
}

/** Following without `since` begins with what happens next; a plain listing begins with the first event kept. */
function startSeq(deps: EngineDeps, options: EventOptions): number {
  const history = options.since !== undefined || options.until !== undefined || options.follow !== true;
  return history ? 0 : deps.store.read((tx) => tx.events.lastSeq());
}

function inTime(event: EngineEvent, options: EventOptions): boolean {
  const milliseconds = Number(event.timeNs / 1000n) / 1000;
  if (options.since !== undefined && milliseconds < options.since) return false;
  return options.until === undefined || milliseconds <= options.until;
}

/** Waits until the write-ahead log of the database changes, or for a while. */
async function nextChange(deps: EngineDeps, options: EventOptions & { readonly milliseconds: number }): Promise<void> {
  const done = new AbortController();
  const signal = options.signal === undefined ? done.signal : AbortSignal.any([done.signal, options.signal]);
  const database = `${deps.paths.root}/minke.db-wal`;
  const changed = (async () => {
    for await (const name of deps.host.streams.watch(dirname(database), { signal }))
      if (name === basename(database)) return;
  })().catch(() => undefined);
  try {
    await Promise.race([changed, deps.host.clock.sleep(options.milliseconds, { signal })]);
    options.signal?.throwIfAborted();
  } finally {
    done.abort();
    await changed;
  }
}

/** Tells the events of the pod or container that the options name, from their ids, names or beginnings of ids. */
function subjectTest(deps: EngineDeps, options: EventOptions): (event: EngineEvent) => boolean {
  const { pod, container } = options;
  const isPod = pod === undefined ? () => true : podTest(deps, pod);
  const isContainer = container === undefined ? () => true : containerTest(container);
  return (event) => {
    const ofPod = isPod(event);
    return ofPod && isContainer(event);
  };
}

/** A member's event carries its pod's id only: the id of a name is that of the pod that has it, or had it when it was seen. */
function podTest(deps: EngineDeps, ref: string): (event: EngineEvent) => boolean {
  const known = deps.store.read((tx) => tx.pods.byName(ref)?.id);
  const ids = new Set<string>(known === undefined ? [] : [known]);
  const isId = (id: string) => ids.has(id) || (ref !== "" && id.startsWith(ref));
  return (event) => {
    if (event.type === "container") return event.podId !== undefined && isId(event.podId);
    if (event.type !== "pod") return false;
    if (event.name === ref) ids.add(event.id);
    return isId(event.id);
  };
}

function containerTest(ref: string): (event: EngineEvent) => boolean {
  return (event) => event.type === "container" && (event.name === ref || (ref !== "" && event.id.startsWith(ref)));
}

type Test = (event: EngineEvent, value: string) => boolean;

const TESTS: Readonly<Record<string, Test>> = {
  container: (event, value) => event.type === "container" && (event.name === value || event.id.startsWith(value)),
  pod: (event, value) => event.type === "pod" && (event.name === value || event.id.startsWith(value)),
  image: (event, value) => event.type === "image" && (event.name === value || event.id.startsWith(value)),
  volume: (event, value) => event.type === "volume" && event.name.startsWith(value),
  network: (event, value) => event.type === "network" && (event.name === value || event.id.startsWith(value)),
  event: (event, value) => event.action === value || (value === "die" && event.action === "died"),
  status: (event, value) => event.action === value || (value === "die" && event.action === "died"),
  type: (event, value) => event.type === value,
  label: (event, value) => "labels" in event && matchesLabel(event.labels, value),
};

/** Values of one key are alternatives, keys must all match (spec/pods.md 7.5). Throws INVALID_ARGUMENT. */
export function compileEventFilters(
  filters: Readonly<Record<string, readonly string[]>>,
): (event: EngineEvent) => boolean {
  const tests = Object.entries(filters).map(([key, values]) => {
    const word = key.toLowerCase();
    const test = Object.hasOwn(TESTS, word) ? TESTS[word] : undefined;
    if (test === undefined) throw fail("INVALID_ARGUMENT", { message: `${key} is an invalid filter` });
    return (event: EngineEvent) => values.some((value) => test(event, value));
  });
  return (event) => tests.every((test) => test(event));
}
