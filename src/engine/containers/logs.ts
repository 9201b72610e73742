import { basename, dirname } from "node:path";
import { fail } from "../../base/errors.ts";
import type { OpenFile } from "../../host/ports.ts";
import type { ContainerConfig } from "../../model/container.ts";
import type { LogLine, LogOptions } from "../api/containers.ts";
import type { EngineDeps } from "../deps.ts";
import { PartialJoiner, parseLogLine } from "./log-parser.ts";
import { observe } from "./observe.ts";

const CHUNK = 65_536;
/** Milliseconds between looks at a followed log when nothing was announced. */
const FOLLOW_MS = 250;

/**
 * The lines of a container's log, oldest first; with `follow`, those to come until the container ends.
 *
 * @throws NO_LOGS if its log driver keeps none
 */
export async function* containerLogs(
  deps: EngineDeps,
  config: ContainerConfig,
  options: LogOptions = {},
): AsyncGenerator<LogLine> {
  if (config.log.driver !== "k8s-file")
    throw fail("NO_LOGS", {
      message: `this container is using the '${config.log.driver}' log driver, cannot read logs`,
    });
  const path = config.log.path ?? deps.paths.logFile(config.id);
  const reader = new LogReader(deps, path);
  try {
    yield* tailOf(within(reader.available(), options), options.tail);
    if (options.tail === 0 && options.follow !== true) return;
    if (options.follow === true) yield* within(follow(deps, config, { reader, path, options }), options);
    yield* within(reader.rest(), options);
  } finally {
    reader.close();
  }
}

/** Reads a log as it grows, across conmon's rotation. */
class LogReader {
  readonly #deps: EngineDeps;
  readonly #path: string;
  readonly #joiner = new PartialJoiner();
  #decoder = new TextDecoder();
  #file: OpenFile | undefined;
  #inode = 0;
  #offset = 0;
  #pending = "";
  #lastNs = 0n;

  constructor(deps: EngineDeps, path: string) {
    this.#deps = deps;
    this.#path = path;
  }

  /** Complete lines that have not been read yet. */
  *available(): Generator<LogLine> {
    for (;;) {
      const buffer = new Uint8Array(CHUNK);
      const file = this.#open();
      const count = file === undefined ? 0 : file.read(buffer, this.#offset);
      if (count === 0) {
        if (!this.#rotated()) return;
        continue;
      }
      this.#offset += count;
      yield* this.#lines(this.#decoder.decode(buffer.subarray(0, count), { stream: true }));
    }
  }

  /** What was written without a final newline. */
  *rest(): Generator<LogLine> {
    yield* this.#joiner.rest(this.#lastNs);
  }

  close(): void {
    this.#file?.[Symbol.dispose]();
    this.#file = undefined;
  }

  *#lines(text: string): Generator<LogLine> {
    const parts = (this.#pending + text).split("\n");
    this.#pending = parts.pop() ?? "";
    for (const part of parts) {
      const line = parseLogLine(part);
      if (line === undefined) continue;
      this.#lastNs = line.timeNs;
      const whole = this.#joiner.push(line);
      if (whole !== undefined) yield whole;
    }
  }

  #open(): OpenFile | undefined {
    if (this.#file !== undefined) return this.#file;
    const stat = this.#deps.host.inodes.stat(this.#path);
    if (stat === undefined) return undefined;
    this.#file = this.#deps.host.streams.open(this.#path, "r");
    this.#inode = stat.inode;
    this.#offset = 0;
    return this.#file;
  }

  #rotated(): boolean {
    const stat = this.#deps.host.inodes.stat(this.#path);
    if (stat === undefined || this.#file === undefined) return false;
    if (stat.inode === this.#inode && stat.size >= this.#offset) return false;
    this.close();
    this.#decoder = new TextDecoder();
    this.#pending = "";
    return true;
  }
}

interface Following {
  readonly reader: LogReader;
  readonly path: string;
  readonly options: LogOptions;
}

async function* follow(deps: EngineDeps, config: ContainerConfig, following: Following): AsyncGenerator<LogLine> {
  const stop = new AbortController();
  const signals = [stop.signal, ...(following.options.signal === undefined ? [] : [following.options.signal])];
  let changed = Promise.withResolvers<void>();
  const watching = watch(deps, following.path, { signal: AbortSignal.any(signals), onChange: () => changed.resolve() });
  try {
    for (;;) {
      following.options.signal?.throwIfAborted();
      const ended = hasEnded(deps, config);
      changed = Promise.withResolvers<void>();
      yield* following.reader.available();
      if (ended) return;
      await Promise.race([changed.promise, deps.host.clock.sleep(FOLLOW_MS, { signal: AbortSignal.any(signals) })]);
    }
  } finally {
    stop.abort();
    await watching;
  }
}

async function watch(
  deps: EngineDeps,
  path: string,
  options: { readonly signal: AbortSignal; readonly onChange: () => void },
): Promise<void> {
  try {
    for await (const name of deps.host.streams.watch(dirname(path), options))
      if (name === basename(path)) options.onChange();
  } catch {
    // Aborted, or no watching here: the timer looks anyway.
  }
}

function hasEnded(deps: EngineDeps, config: ContainerConfig): boolean {
  const seen = deps.store.read((tx) => ({
    config: tx.containers.get(config.id),
    lastRun: tx.containers.lastRun(config.id),
  }));
  if (seen.config === undefined) return true;
  const { status } = observe(deps, config.id, { state: deps.store.boot.get(config.id), lastRun: seen.lastRun });
  return status === "exited" || status === "stopped" || status === "removing";
}

async function* within(
  lines: Iterable<LogLine> | AsyncIterable<LogLine>,
  options: LogOptions,
): AsyncGenerator<LogLine> {
  const since = options.since === undefined ? undefined : BigInt(Math.round(options.since * 1000)) * 1000n;
  const until = options.until === undefined ? undefined : BigInt(Math.round(options.until * 1000)) * 1000n;
  for await (const line of lines) {
    if (since !== undefined && line.timeNs < since) continue;
    if (until !== undefined && line.timeNs > until) continue;
    yield line;
  }
}

async function* tailOf(lines: AsyncIterable<LogLine>, count: number | undefined): AsyncGenerator<LogLine> {
  if (count === undefined || count < 0) {
    yield* lines;
    return;
  }
  let kept: LogLine[] = [];
  for await (const line of lines) {
    kept.push(line);
    if (kept.length > Math.max(2 * count, 64)) kept = kept.slice(kept.length - count);
  }
  yield* count === 0 ? [] : kept.slice(-count);
}
