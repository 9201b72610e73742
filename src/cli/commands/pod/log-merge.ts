import { fail } from "../../../base/errors.ts";
import type { LogLine } from "../../../engine/api/containers.ts";
import { parseTime } from "../../../model/notation/times.ts";

/** One container's log in a merged one. */
export interface LogSource {
  readonly id: string;
  readonly name: string;
}

export interface SourcedLine {
  readonly source: LogSource;
  readonly line: LogLine;
}

/** Milliseconds since the epoch of `--since` or `--until`. Throws INVALID_ARGUMENT with podman's text. */
export function parseLogTime(flag: "since" | "until", text: string | undefined, now: number): number | undefined {
  if (text === undefined || text === "") return undefined;
  try {
    return parseTime(text, { now });
  } catch (error) {
    const message = `parsing --${flag} ${JSON.stringify(text)}: unable to interpret time value`;
    throw fail("INVALID_ARGUMENT", { message }, { cause: error });
  }
}

interface Head {
  readonly source: LogSource;
  readonly iterator: AsyncIterator<LogLine>;
  line: LogLine | undefined;
}

/**
 * Merges logs that end into one in order of time; lines of one log keep their order, and so do logs at the same instant.
 */
export async function* mergeByTime(
  logs: readonly { readonly source: LogSource; readonly lines: AsyncIterable<LogLine> }[],
): AsyncGenerator<SourcedLine> {
  const heads: Head[] = logs.map(({ source, lines }) => ({
    source,
    iterator: lines[Symbol.asyncIterator](),
    line: undefined,
  }));
  const advance = async (head: Head) => {
    const next = await head.iterator.next();
    head.line = next.done === true ? undefined : next.value;
  };
  try {
    await Promise.all(heads.map(advance));
    for (;;) {
      const first = heads.reduce<Head | undefined>((earliest, head) => {
        if (!head.line) return earliest;
        return earliest?.line && earliest.line.timeNs <= head.line.timeNs ? earliest : head;
      }, undefined);
      if (!first?.line) return;
      yield { source: first.source, line: first.line };
      await advance(first);
    }
  } finally {
    await Promise.all(heads.map((head) => head.iterator.return?.()));
  }
}

/** Merges logs that go on as their lines come. */
export async function* mergeAsTheyCome(
  logs: readonly { readonly source: LogSource; readonly lines: AsyncIterable<LogLine> }[],
): AsyncGenerator<SourcedLine> {
  const iterators = logs.map(({ source, lines }) => ({ source, iterator: lines[Symbol.asyncIterator]() }));
  const next = async (from: (typeof iterators)[number]) => ({ from, result: await from.iterator.next() });
  const waiting = new Map(iterators.map((from) => [from, next(from)] as const));
  try {
    while (waiting.size > 0) {
      const { from, result } = await Promise.race(waiting.values());
      if (result.done === true) {
        waiting.delete(from);
        continue;
      }
      yield { source: from.source, line: result.value };
      waiting.set(from, next(from));
    }
  } finally {
    for (const pending of waiting.values()) pending.catch(() => {});
    await Promise.all(iterators.map(({ iterator }) => iterator.return?.()));
  }
}
