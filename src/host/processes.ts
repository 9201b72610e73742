import { constants } from "node:os";
import { HostError } from "../base/host-error.ts";
import type { Child, ChildPipe, Processes, RunOptions, RunResult } from "./ports.ts";
import { findProgram, killProcess, processArgv, processStat } from "./proc.ts";

const MAX_OUTPUT = 1024 * 1024;
const KILL_AFTER_MS = 5000;
const { SIGTERM, SIGKILL } = constants.signals;

/** Milliseconds that output may still come after the end: only descendants that outlive the program hold the pipe then. */
const STRAGGLERS_MS = 1000;

/** Keeps the first `limit` bytes of a stream, and drops the rest so that the program never blocks. */
class BoundedOutput {
  readonly ended: Promise<void>;
  readonly #chunks: Uint8Array[] = [];
  #size = 0;

  constructor(pipe: ChildPipe | undefined, limit: number, onChunk: ((chunk: Uint8Array) => void) | undefined) {
    this.ended = this.#collect(pipe, limit, onChunk);
  }

  async #collect(
    pipe: ChildPipe | undefined,
    limit: number,
    onChunk: ((chunk: Uint8Array) => void) | undefined,
  ): Promise<void> {
    for await (const chunk of pipe?.data ?? []) {
      onChunk?.(chunk);
      const kept = chunk.subarray(0, limit - this.#size);
      this.#size += kept.byteLength;
      if (kept.byteLength > 0) this.#chunks.push(kept);
    }
  }

  bytes(): Uint8Array {
    return this.#chunks.length === 1 && this.#chunks[0] ? this.#chunks[0] : Buffer.concat(this.#chunks);
  }
}

/** Ends a program that took too long or is no longer wanted. The first reason stays. */
class Terminator implements Disposable {
  reason: "timed-out" | "aborted" | undefined;
  readonly #child: Child;
  readonly #options: RunOptions;
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(child: Child, options: RunOptions) {
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
    this.#child.kill(SIGTERM);
    this.#timers.push(setTimeout(() => this.#child.kill(SIGKILL), this.#options.killAfterMs ?? KILL_AFTER_MS));
  }

  [Symbol.dispose](): void {
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    for (const timer of this.#timers) clearTimeout(timer);
  }
}

/** Lets the event loop look at the pipes once. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Resolves when the streams ended, or a while after the program did. */
async function drain(streams: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, STRAGGLERS_MS);
  }).then(async () => {
    // On a loaded machine the timer may be due before what the program wrote was even looked at.
    await turn();
    await turn();
  });
  await Promise.race([streams, patience]);
  clearTimeout(timer);
}

/** Starts the program, or tells the errno. */
function start(spawn: Processes["spawn"], argv: readonly [string, ...string[]], options: RunOptions): Child | string {
  const [path, ...args] = argv;
  try {
    return spawn(path, args, {
      env: options.env,
      stdio: [options.stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
  } catch (error) {
    if (error instanceof HostError) return error.errno;
    throw error;
  }
}

/**
 * Runs a program to its end.
 *
 * Time-out and abort send SIGTERM to the program itself (not to its descendants), and SIGKILL after `killAfterMs`.
 */
async function run(
  spawn: Processes["spawn"],
  argv: readonly [string, ...string[]],
  options: RunOptions,
): Promise<RunResult> {
  const from = performance.now();
  const finish = (rest: object) => {
    const empty = new Uint8Array();
    const common = { argv, stdout: empty, stderr: empty, milliseconds: performance.now() - from };
    return { ...common, ...rest } as unknown as RunResult;
  };
  if (options.signal?.aborted) return finish({ outcome: "aborted" });
  const child = start(spawn, argv, options);
  if (typeof child === "string") return finish({ outcome: "not-started", errno: child });
  using terminator = new Terminator(child, options);
  const limit = options.maxOutput ?? MAX_OUTPUT;
  const stdout = new BoundedOutput(child.pipes[1], limit, options.onStdout);
  const stderr = new BoundedOutput(child.pipes[2], limit, options.onStderr);
  if (options.stdin !== undefined) child.pipes[0]?.write(options.stdin);
  child.pipes[0]?.close();
  const ending = await child.exited;
  await drain(Promise.all([stdout.ended, stderr.ended]));
  for (const pipe of child.pipes) pipe?.close();
  const ended = "signal" in ending ? { outcome: "signalled", ...ending } : { outcome: "exited", ...ending };
  return finish({
    stdout: stdout.bytes(),
    stderr: stderr.bytes(),
    ...(terminator.reason === undefined ? ended : { outcome: terminator.reason }),
  });
}

/** Processes of the real host, started the way that this runtime does it best. */
export function openProcesses(spawn: Processes["spawn"]): Processes {
  return {
    run: (path, args, options) => run(spawn, [path, ...args], options),
    spawn,
    kill: killProcess,
    stat: processStat,
    argv: processArgv,
    find: findProgram,
    self: process.pid,
  };
}
