import type { ChildProcess, StdioOptions } from "node:child_process";
import { accessSync, closeSync, constants, openSync, statSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { HostError } from "../base/host-error.ts";
import { builtin } from "./builtin.ts";
import { Inflow } from "./inflow.ts";
import type { Child, ChildPipe, Processes, SpawnOptions } from "./ports.ts";
import { toHostError } from "./system-call.ts";

/** Why a program could not be started: the runtime tells it only after the fact, in an event. */
function whyNotStarted(path: string, cwd: string | undefined): string {
  try {
    if (cwd !== undefined && !statSync(cwd).isDirectory()) return "ENOTDIR";
    accessSync(path, constants.X_OK);
    if (!statSync(path).isFile()) return "EACCES";
    closeSync(openSync("/dev/null", "r"));
    return "EAGAIN";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "EAGAIN";
  }
}

/** Our end of one pipe. The read side starts at once. */
class StreamPipe implements ChildPipe {
  readonly data: AsyncIterable<Uint8Array>;
  readonly #stream: Readable | Writable;

  constructor(stream: Readable | Writable) {
    this.#stream = stream;
    const readable = "read" in stream ? stream : undefined;
    const inflow = new Inflow({ pause: () => readable?.pause(), resume: () => readable?.resume() });
    this.data = inflow.data;
    // A reset means that the other side died with unread bytes of ours: its end, not our failure.
    stream.on("error", () => inflow.end());
    stream.on("close", () => inflow.end());
    readable?.on("end", () => inflow.end());
    readable?.on("data", (chunk: Uint8Array) => inflow.push(chunk));
  }

  write(data: string | Uint8Array): void {
    if ("write" in this.#stream && !this.#stream.destroyed) this.#stream.write(data);
  }

  close(): void {
    const stream = this.#stream;
    if ("write" in stream && stream.writableLength > 0 && !stream.writableEnded) stream.end(() => stream.destroy());
    else stream.destroy();
  }

  unref(): void {
    (this.#stream as { unref?: () => void }).unref?.();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}

function started(path: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  try {
    return builtin.childProcess().spawn(path, args, {
      env: options.env as NodeJS.ProcessEnv,
      stdio: [...options.stdio] as StdioOptions,
      detached: options.detached ?? false,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.argv0 === undefined ? {} : { argv0: options.argv0 }),
    });
  } catch (error) {
    throw toHostError(error, "spawn", path);
  }
}

/**
 * Starts a program through `node:child_process`, and returns while it runs.
 *
 * @throws HostError ENOENT, EACCES, EMFILE... if it can't be started
 */
export const spawnInNode: Processes["spawn"] = (path, args, options) => {
  const child = started(path, args, options);
  const exited = new Promise<{ readonly code: number } | { readonly signal: string }>((resolve) => {
    // Not `close`: it waits for pipes that grandchildren may hold for ever.
    child.once("exit", (code, signal) => resolve(signal === null ? { code: code ?? 0 } : { signal }));
  });
  child.on("error", () => {});
  const { pid } = child;
  if (pid === undefined) throw new HostError(whyNotStarted(path, options.cwd), "spawn", path);
  const pipes = options.stdio.map((choice, index) => {
    const stream = choice === "pipe" ? child.stdio[index] : undefined;
    return stream ? new StreamPipe(stream) : undefined;
  });
  return toChild(child, pid, { pipes, exited });
};

function toChild(
  child: ChildProcess,
  pid: number,
  parts: { readonly pipes: readonly (StreamPipe | undefined)[]; readonly exited: Child["exited"] },
): Child {
  return {
    pid,
    ...parts,
    kill: (signal) => void child.kill(signal as unknown as NodeJS.Signals),
    unref: () => {
      child.unref();
      for (const pipe of parts.pipes) pipe?.unref();
    },
  };
}
