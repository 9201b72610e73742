import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import { builtin } from "./builtin.ts";
import type { Processes, RunOptions, RunResult } from "./ports.ts";
import { findProgram, killProcess, processArgv, processStat } from "./proc.ts";
import { spawnProgram, whyNotStarted } from "./spawn.ts";

const MAX_OUTPUT = 1024 * 1024;
const KILL_AFTER_MS = 5000;

/** Milliseconds that output may still come after the end: only descendants that outlive the program hold the pipe then. */
const STRAGGLERS_MS = 1000;

type Ending =
  | { readonly outcome: "exited"; readonly code: number }
  | { readonly outcome: "signalled"; readonly signal: string };

/** Keeps the first `limit` bytes of a stream, and drops the rest so that the program never blocks. */
class BoundedOutput {
  readonly ended: Promise<void>;
  readonly #chunks: Uint8Array[] = [];
  #size = 0;

  constructor(stream: Readable | null, limit: number, onChunk: ((chunk: Uint8Array) => void) | undefined) {
    this.ended = new Promise((resolve) => {
      if (stream === null) return resolve();
      stream
        .on("end", resolve)
        .on("close", resolve)
        .on("error", () => resolve());
    });
    stream?.on("data", (chunk: Uint8Array) => {
      onChunk?.(chunk);
      const kept = chunk.subarray(0, limit - this.#size);
      this.#size += kept.byteLength;
      if (kept.byteLength > 0) this.#chunks.push(kept);
    });
  }

  bytes(): Uint8Array {
    return this.#chunks.length === 1 && this.#chunks[0] ? this.#chunks[0] : Buffer.concat(this.#chunks);
  }
}

/** Ends a program that took too long or is no longer wanted. The first reason stays. */
class Terminator implements Disposable {
  reason: "timed-out" | "aborted" | undefined;
  readonly #child: ChildProcess;
  readonly #options: RunOptions;
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(child: ChildProcess, options: RunOptions) {
    this.#child = child;
    this.#options = options;
    options.signal?.addEventListener("abort", this.#onAbort);
    if (options.timeoutMs !== undefined)
      this.#timers.push(setTimeout(() => this.#terminate("timed-out"), options.timeoutMs));
  }

  readonly #onAbort = () => this.#terminate("aborted");

  #terminate(reason: "timed-out" | "aborted"): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    this.#child.kill("SIGTERM");
    this.#timers.push(setTimeout(() => this.#child.kill("SIGKILL"), this.#options.killAfterMs ?? KILL_AFTER_MS));
  }

  [Symbol.dispose](): void {
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    for (const timer of this.#timers) clearTimeout(timer);
  }
}

/** Resolves when the streams ended, or a while after the program did. */
async function drain(streams: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, STRAGGLERS_MS);
  });
  await Promise.race([streams, patience]);
  clearTimeout(timer);
}

function start(path: string, args: readonly string[], options: RunOptions): ChildProcess | string {
  try {
    const child = builtin.childProcess().spawn(path, args, {
      env: options.env as NodeJS.ProcessEnv,
      stdio: [options.stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    child.on("error", () => {});
    return child.pid === undefined ? whyNotStarted(path, options.cwd) : child;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "EAGAIN";
  }
}

function ended(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve) => {
    child.once("exit", (code, signal) =>
      resolve(signal === null ? { outcome: "exited", code: code ?? 0 } : { outcome: "signalled", signal }),
    );
  });
}

/**
 * Runs a program to its end.
 *
 * Time-out and abort send SIGTERM to the program itself (not to its descendants), and SIGKILL after `killAfterMs`.
 */
const run: Processes["run"] = async (path, args, options) => {
  const from = performance.now();
  const empty = new Uint8Array();
  const common = { argv: [path, ...args], stdout: empty, stderr: empty };
  const result = (rest: object) =>
    ({ ...common, milliseconds: performance.now() - from, ...rest }) as unknown as RunResult;
  if (options.signal?.aborted) return result({ outcome: "aborted" });
  const child = start(path, args, options);
  if (typeof child === "string") return result({ outcome: "not-started", errno: child });
  const end = ended(child);
  using terminator = new Terminator(child, options);
  const limit = options.maxOutput ?? MAX_OUTPUT;
  const stdout = new BoundedOutput(child.stdout, limit, options.onStdout);
  const stderr = new BoundedOutput(child.stderr, limit, options.onStderr);
  // A program may end without reading its input.
  child.stdin?.on("error", () => {});
  child.stdin?.end(options.stdin);
  const ending = await end;
  await drain(Promise.all([stdout.ended, stderr.ended]));
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
  const output = { stdout: stdout.bytes(), stderr: stderr.bytes() };
  return result({ ...output, ...(terminator.reason === undefined ? ending : { outcome: terminator.reason }) });
};

/** Processes of the real host. */
export function openProcesses(): Processes {
  return {
    run,
    spawn: spawnProgram,
    kill: killProcess,
    stat: processStat,
    argv: processArgv,
    find: findProgram,
    self: process.pid,
  };
}
