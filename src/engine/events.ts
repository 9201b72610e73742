import { basename, dirname } from "node:path";
import { fail } from "../base/errors.ts";
import type { EngineEvent } from "../model/events.ts";
import type { EventOptions } from "./api/system.ts";
import type { EngineDeps } from "./deps.ts";

/** Milliseconds between looks when no change of the database was announced. */
const FOLLOW_MS = 500;
const BATCH = 500;

/**
 * Events of this engine root: those that were recorded, and, with `follow`, those to come, in order and without gaps.
 *
 * @throws INVALID_ARGUMENT for an unknown filter
 */
export async function* engineEvents(deps: EngineDeps, options: EventOptions = {}): AsyncGenerator<EngineEvent> {
  const matches = compileEventFilters(options.filters ?? {});
  const passes = (event: EngineEvent) => inTime(event, options) && matches(event);
  let last = options.afterSeq ?? startSeq(deps, options);
  for (;;) {
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
  label: (event, value) => "labels" in event && labelMatches(event.labels, value),
};

function labelMatches(labels: Readonly<Record<string, string>>, filter: string): boolean {
  const [key = "", ...rest] = filter.split("=");
  return labels[key] !== undefined && (rest.length === 0 || labels[key] === rest.join("="));
}

/** Values of one key are alternatives, keys must all match (spec/pods.md 7.5). Throws INVALID_ARGUMENT. */
export function compileEventFilters(
  filters: Readonly<Record<string, readonly string[]>>,
): (event: EngineEvent) => boolean {
  const tests = Object.entries(filters).map(([key, values]) => {
    const test = TESTS[key.toLowerCase()];
    if (test === undefined) throw fail("INVALID_ARGUMENT", { message: `${key} is an invalid filter` });
    return (event: EngineEvent) => values.some((value) => test(event, value));
  });
  return (event) => tests.every((test) => test(event));
}
