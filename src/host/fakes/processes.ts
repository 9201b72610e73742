import { constants } from "node:os";
import { isAbsolute, join } from "node:path";
import { HostError } from "../../base/host-error.ts";
import type { Child, Processes, RunOptions, RunResult, SpawnOptions } from "../ports.ts";
import { orMissing } from "./files.ts";
import type { FakeKernel } from "./kernel.ts";
import { FakePipeEnd } from "./pipes.ts";
import type { FakeProcess, FakeProcessTable } from "./process-table.ts";
import { execute, type FakeProgram, type FakePrograms } from "./programs.ts";

const MAX_OUTPUT = 1024 * 1024;
const KILL_AFTER_MS = 5000;
const { SIGTERM, SIGKILL } = constants.signals;

/** A machine's programs and processes. */
export interface FakeMachineProcesses {
  readonly kernel: FakeKernel;
  readonly programs: FakePrograms;
  readonly table: FakeProcessTable;
}

/** Keeps the first bytes of what a program writes. */
class Output {
  readonly #limit: number;
  readonly #onChunk: ((chunk: Uint8Array) => void) | undefined;
  readonly #chunks: Uint8Array[] = [];
  #size = 0;

  constructor(limit: number, onChunk: ((chunk: Uint8Array) => void) | undefined) {
    this.#limit = limit;
    this.#onChunk = onChunk;
  }

  async collect(end: FakePipeEnd): Promise<void> {
    for await (const chunk of end.data) {
      this.#onChunk?.(chunk);
      const kept = chunk.subarray(0, this.#limit - this.#size);
      this.#size += kept.byteLength;
      this.#chunks.push(kept);
    }
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }
}

/** Processes as one fake process sees them. */
export class FakeProcesses implements Processes {
  readonly self: number;
  readonly #machine: FakeMachineProcesses;

  constructor(machine: FakeMachineProcesses, self: number) {
    this.#machine = machine;
    this.self = self;
  }

  #program(path: string): FakeProgram | string {
    const node = orMissing(() => this.#machine.kernel.tree.find("spawn", path, true));
    if (node === undefined) return "ENOENT";
    if (node.kind !== "file" || (node.mode & 0o111) === 0) return "EACCES";
    return this.#machine.programs.get(path) ?? "ENOEXEC";
  }

  #start(argv: readonly string[], options: { readonly env: Readonly<Record<string, string>>; readonly cwd?: string }) {
    const { env, cwd } = options;
    return this.#machine.table.start({ parent: this.self, argv, env, ...(cwd === undefined ? {} : { cwd }) });
  }

  async run(path: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
    this.#machine.kernel.effect("processes", "run", path);
    const from = this.#machine.kernel.clock.monotonic();
    const argv = [path, ...args];
    const finish = (rest: object): RunResult => {
      const milliseconds = this.#machine.kernel.clock.monotonic() - from;
      const nothing = new Uint8Array();
      return { argv, stdout: nothing, stderr: nothing, milliseconds, ...rest } as unknown as RunResult;
    };
    if (options.signal?.aborted) return finish({ outcome: "aborted" });
    const program = this.#program(path);
    if (typeof program === "string") return finish({ outcome: "not-started", errno: program });
    const pairs = [FakePipeEnd.pair(), FakePipeEnd.pair(), FakePipeEnd.pair()] as const;
    const limit = options.maxOutput ?? MAX_OUTPUT;
    const [stdout, stderr] = [new Output(limit, options.onStdout), new Output(limit, options.onStderr)];
    const collected = Promise.all([stdout.collect(pairs[1][0]), stderr.collect(pairs[2][0])]);
    pairs[0][0].write(options.stdin ?? "");
    pairs[0][0].endOutput();
    const process = this.#start(argv, options);
    const pipes = pairs.map(([, end]) => end);
    execute(this.#machine.table, program, {
      process,
      path,
      connections: { pipes, inherited: new Map(), onReleased: () => {} },
    });
    const reason = await this.#ending(process, options);
    for (const pipe of pipes) pipe.close();
    await collected;
    const ending = await process.exited;
    const outcome = "signal" in ending ? { outcome: "signalled", ...ending } : { outcome: "exited", code: ending.code };
    return finish({ stdout: stdout.bytes(), stderr: stderr.bytes(), ...(reason ? { outcome: reason } : outcome) });
  }

  /** Waits for the end, and brings it about on abort and time-out. */
  async #ending(process: FakeProcess, options: RunOptions): Promise<"aborted" | "timed-out" | undefined> {
    const { clock } = this.#machine.kernel;
    const done = new AbortController();
    let reason: "aborted" | "timed-out" | undefined;
    const terminate = async (why: "aborted" | "timed-out") => {
      if (reason !== undefined) return;
      reason = why;
      process.signal(SIGTERM);
      if (!process.alive) return;
      await clock.sleep(options.killAfterMs ?? KILL_AFTER_MS, { signal: done.signal });
      process.signal(SIGKILL);
    };
    const onAbort = () => void terminate("aborted").catch(() => {});
    options.signal?.addEventListener("abort", onAbort);
    if (options.timeoutMs !== undefined && !clock.autoAdvance)
      void clock
        .sleep(options.timeoutMs, { signal: done.signal })
        .then(() => terminate("timed-out"))
        .catch(() => {});
    await process.exited;
    options.signal?.removeEventListener("abort", onAbort);
    done.abort();
    return reason;
  }

  spawn(path: string, args: readonly string[], options: SpawnOptions): Child {
    const { kernel, table } = this.#machine;
    kernel.effect("processes", "spawn", path);
    const program = this.#program(path);
    if (typeof program === "string") throw new HostError(program, "spawn", path);
    const pairs = options.stdio.map((choice) => (choice === "pipe" ? FakePipeEnd.pair() : undefined));
    const inherited = new Map<number, number>();
    for (const [number, choice] of options.stdio.entries())
      if (typeof choice === "number") inherited.set(number, choice);
    for (const fd of inherited.values()) kernel.holdDescriptor(fd);
    const process = this.#start([options.argv0 ?? path, ...args], options);
    const onReleased = () => {
      for (const fd of inherited.values()) kernel.closeDescriptor(fd);
    };
    execute(table, program, {
      process,
      path,
      connections: { pipes: pairs.map((pair) => pair?.[1]), inherited, onReleased },
    });
    return {
      pid: process.pid,
      pipes: pairs.map((pair) => pair?.[0]),
      exited: process.exited,
      kill: (signal) => process.signal(signal),
      unref: () => {},
    };
  }

  kill(pid: number, signal: number): boolean {
    if (!Number.isInteger(pid) || pid <= 0) throw new RangeError(`pid ${pid} names no single process`);
    const process = this.#machine.table.get(pid);
    if (process === undefined) return false;
    if (signal !== 0) this.#machine.kernel.effect("processes", "kill", `${pid}`);
    process.signal(signal);
    return true;
  }

  stat(pid: number) {
    const process = this.#machine.table.get(pid);
    if (process === undefined) return undefined;
    return { startTicks: process.startTicks, state: process.state, parent: process.start.parent };
  }

  argv(pid: number): readonly string[] {
    const process = this.#machine.table.get(pid);
    return process?.alive ? process.start.argv : [];
  }

  find(program: string, directories: readonly string[]): string | undefined {
    const runs = (path: string) => {
      const node = orMissing(() => this.#machine.kernel.tree.find("access", path, true));
      return node?.kind === "file" && (node.mode & 0o111) !== 0;
    };
    if (isAbsolute(program)) return runs(program) ? program : undefined;
    if (program === "" || program.includes("/")) return undefined;
    return directories.map((directory) => join(directory, program)).find(runs);
  }
}
