import { join } from "node:path";
import type { Abortable } from "../../base/abortable.ts";
import { fail } from "../../base/errors.ts";
import type { Files, Processes, RunResult } from "../../host/ports.ts";
import { commandArgs, globalArgs, type RuntimeCommand } from "./args.ts";
import { messageFromLog, runtimeError, saysGone, saysNotRunning } from "./reply.ts";

const TIMEOUT_MS = 60_000;
const decoder = new TextDecoder();

export interface OciRuntimeOptions {
  readonly name: string;
  readonly path: string;
  /** State directory of the runtime. */
  readonly root: string;
  readonly systemdCgroup: boolean;
  readonly env: Readonly<Record<string, string>>;
}

/** A runtime's answer to a verb that may come too late: the container had ended or was gone. */
export type Late = "done" | "not-running" | "gone";

/**
 * A thin wrapper around an OCI runtime: no state rules here. `create` and `exec` are missing on purpose, conmon calls them
 * with `createArgs()`.
 */
export class OciRuntime {
  readonly name: string;
  readonly path: string;
  readonly root: string;
  readonly systemdCgroup: boolean;
  readonly #env: Readonly<Record<string, string>>;
  readonly #processes: Processes;
  readonly #files: Files;

  constructor(deps: { readonly processes: Processes; readonly files: Files }, options: OciRuntimeOptions) {
    this.name = options.name;
    this.path = options.path;
    this.root = options.root;
    this.systemdCgroup = options.systemdCgroup;
    this.#env = options.env;
    this.#processes = deps.processes;
    this.#files = deps.files;
  }

  /** Arguments before conmon's own sub-command; `log` is the file for the runtime's JSON messages. */
  conmonArgs(log: string): readonly string[] {
    return globalArgs({ root: this.root, log, systemdCgroup: false });
  }

  /**
   * Starts a created container. crun's init waits at a FIFO for one byte, and its `start` does nothing but write that, so the
   * engine writes it itself and saves a process (docs/decisions/0020). Throws OCI_* when the runtime refuses.
   */
  async start(id: string, options?: Abortable): Promise<void> {
    options?.signal?.throwIfAborted();
    if (this.name === "crun" && this.#files.consumeFifo(join(this.root, id, "exec.fifo"), "\0")) return;
    await this.#must(id, { do: "start" }, options);
  }

  /** Sends a signal to the init process, or to every process of the container's cgroup. */
  async kill(id: string, options: Abortable & { readonly signalNumber: number; readonly all: boolean }): Promise<Late> {
    return this.#late(id, { do: "kill", signal: options.signalNumber, all: options.all }, options);
  }

  /** Removes the runtime's record, cgroup included; with `force` a living container is killed first. Missing is fine. */
  async delete(id: string, options?: Abortable & { readonly force?: boolean }): Promise<Late> {
    return this.#late(id, { do: "delete", force: options?.force ?? false }, options);
  }

  /**
   * Drops the runtime's record of a container whose init is gone, which is all that `delete` does to one, its cgroup apart. The
   * caller has made sure of the end and removes the cgroup.
   */
  forget(id: string): void {
    this.#files.removeTree(join(this.root, id));
  }

  async pause(id: string, options?: Abortable): Promise<void> {
    await this.#must(id, { do: "pause" }, options);
  }

  async resume(id: string, options?: Abortable): Promise<void> {
    await this.#must(id, { do: "resume" }, options);
  }

  /** Applies an OCI LinuxResources JSON file. */
  async update(id: string, resourcesFile: string, options?: Abortable): Promise<void> {
    await this.#must(id, { do: "update", resourcesFile }, options);
  }

  /** First line of `--version`, for `doctor` and `info`. */
  async version(): Promise<string> {
    const result = await this.#processes.run(this.path, ["--version"], { env: this.#env, timeoutMs: TIMEOUT_MS });
    return decoder.decode(result.stdout).split("\n")[0] ?? "";
  }

  async #call(id: string, command: RuntimeCommand, options?: Abortable): Promise<RunResult> {
    const args = commandArgs({ root: this.root, systemdCgroup: this.systemdCgroup }, id, command);
    options?.signal?.throwIfAborted();
    return this.#processes.run(this.path, args, {
      env: this.#env,
      timeoutMs: TIMEOUT_MS,
      ...(options?.signal ? { signal: options.signal } : {}),
    });
  }

  async #must(id: string, command: RuntimeCommand, options?: Abortable): Promise<void> {
    const result = await this.#call(id, command, options);
    if (result.outcome === "exited" && result.code === 0) return;
    throw this.#error(command, result, options);
  }

  async #late(id: string, command: RuntimeCommand, options?: Abortable): Promise<Late> {
    const result = await this.#call(id, command, options);
    if (result.outcome === "exited" && result.code === 0) return "done";
    const text = messageFromLog(decoder.decode(result.stderr));
    if (saysGone(text)) return "gone";
    if (command.do === "kill" && saysNotRunning(text)) return "not-running";
    throw this.#error(command, result, options);
  }

  #error(command: RuntimeCommand, result: RunResult, options?: Abortable): Error {
    options?.signal?.throwIfAborted();
    const text = messageFromLog(decoder.decode(result.stderr));
    if (result.outcome === "timed-out")
      return fail("TIMEOUT", { operation: `${this.name} ${command.do}`, seconds: TIMEOUT_MS / 1000 });
    if (result.outcome === "not-started")
      return fail("OCI_RUNTIME_UNUSABLE", { runtime: this.path, reason: result.errno });
    return runtimeError(this.name, text === "" ? `${command.do} failed (${result.outcome})` : text);
  }
}
