import { join } from "node:path";
import type { Abortable } from "../../base/abortable.ts";
import { type EngineError, fail } from "../../base/errors.ts";
import type { Child, ChildPipe, Files, Inodes, MessageSocket, Processes, Sockets } from "../../host/ports.ts";
import { type ConmonCreate, type ConmonExec, createArgs, execArgs } from "./args.ts";
import { LineReader, parseSyncLine, type SyncMessage } from "./protocol.ts";

/** podman's limit for the pid line; only a broken runtime comes near it. */
const SYNC_TIMEOUT_MS = 240_000;
const SYNC_FD = 3;
const START_FD = 4;
const ATTACH_FD = 5;

export interface ConmonDeps {
  readonly processes: Processes;
  readonly files: Files;
  readonly inodes: Inodes;
  readonly sockets: Sockets;
}

export interface ConmonSetup {
  /** Absolute path of conmon. */
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
}

/** How a create or exec failed, before anything is made of it. */
export class ConmonFailure extends Error {
  override readonly name = "ConmonFailure";
  /** Text of the OCI runtime, if it was the runtime that refused. */
  readonly runtimeMessage: string | undefined;

  constructor(message: string, runtimeMessage: string | undefined) {
    super(message);
    this.runtimeMessage = runtimeMessage;
  }
}

/** A process in a container, monitored by its own conmon. */
export interface ExecRun extends AsyncDisposable {
  /** Pid on the host. */
  readonly pid: number;
  /** Messages and input of the process; undefined unless `attach` was asked for. */
  readonly socket: MessageSocket | undefined;
  /** The process's exit code, -1 if conmon died. */
  readonly exitCode: Promise<number>;
}

/** Creates containers and exec sessions through conmon, and talks to its sockets. */
export class Conmon {
  readonly path: string;
  readonly #deps: ConmonDeps;
  readonly #env: Readonly<Record<string, string>>;

  constructor(deps: ConmonDeps, setup: ConmonSetup) {
    this.#deps = deps;
    this.path = setup.path;
    this.#env = setup.env;
  }

  /**
   * Creates a container and returns the pids of its init and of conmon. The container's init waits for the runtime's
   * `start`.
   *
   * @param options.heldFds descriptors that conmon keeps open until the container ends (reserved host ports)
   * @param options.beforeRelease called with conmon's pid before it does anything, to move it into a cgroup
   * @throws ConmonFailure
   */
  async create(
    request: ConmonCreate,
    options: Abortable & {
      readonly heldFds?: readonly number[];
      readonly beforeRelease?: (pid: number) => void;
      readonly inheritStdio?: boolean;
    } = {},
  ): Promise<{ readonly pid: number; readonly conmonPid: number }> {
    const { files } = this.#deps;
    options.signal?.throwIfAborted();
    files.remove(request.conmonPidFile);
    const stdio =
      options.inheritStdio === true
        ? (["inherit", "inherit", "inherit"] as const)
        : (["ignore", "ignore", "pipe"] as const);
    const child = this.#spawn(
      createArgs(request),
      [...stdio, "pipe", "pipe", ...(options.heldFds ?? [])],
      request.bundle,
    );
    const errors = collect(child.pipes[2]);
    options.beforeRelease?.(child.pid);
    pipe(child, START_FD).write("\0");
    const sync = new LineReader(pipe(child, SYNC_FD).data);
    try {
      const message = await within(sync.next(), SYNC_TIMEOUT_MS, options);
      const parsed = await this.#expectPid(message, { stderr: errors, child });
      const conmonPid = Number(files.readTextIfExists(request.conmonPidFile) ?? Number.NaN);
      if (!Number.isInteger(conmonPid)) throw new ConmonFailure("conmon wrote no pid file", undefined);
      return { pid: parsed, conmonPid };
    } finally {
      closeAll(child);
    }
  }

  /**
   * Runs a process in a container.
   *
   * @throws ConmonFailure
   */
  async exec(request: ConmonExec, options: Abortable = {}): Promise<ExecRun> {
    options.signal?.throwIfAborted();
    const child = this.#spawn(execArgs(request), ["ignore", "ignore", "pipe", "pipe", "pipe", "pipe"], request.bundle);
    const errors = collect(child.pipes[2]);
    const start = pipe(child, START_FD);
    const sync = new LineReader(pipe(child, SYNC_FD).data);
    let socket: MessageSocket | undefined;
    try {
      start.write("\0");
      if (request.attach) {
        await this.#awaitAttach(child, errors);
        socket = await this.connect(request.bundle, options);
      }
      start.write("\0");
      const pid = await this.#expectPid(await within(sync.next(), SYNC_TIMEOUT_MS, options), { stderr: errors, child });
      const exitCode = sync.next().then((line) => exitCodeFrom(line === undefined ? undefined : parseSyncLine(line)));
      const held = socket;
      return {
        pid,
        socket: held,
        exitCode,
        [Symbol.asyncDispose]: async () => {
          closeAll(child);
          await held?.[Symbol.asyncDispose]();
        },
      };
    } catch (error) {
      closeAll(child);
      await socket?.[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Connects to the attach socket of a container's bundle or of an exec session's directory. */
  async connect(bundle: string, options: Abortable = {}): Promise<MessageSocket> {
    return this.#deps.sockets.connectSeqpacket(join(bundle, "attach"), options);
  }

  /**
   * Tells conmon a terminal's size through its control FIFO. A conmon that is gone is fine. One line a write: conmon 2.1.6
   * mixes up two that it reads together (spec/components.md 1.6).
   */
  resize(bundle: string, size: { readonly rows: number; readonly columns: number }): void {
    this.#control(bundle, `1 ${size.rows} ${size.columns}\n`);
  }

  #control(bundle: string, line: string): void {
    try {
      this.#deps.files.writeInPlace(join(bundle, "ctl"), line);
    } catch {
      // ENXIO and ENOENT: nobody reads the FIFO any more, so there is no terminal to resize.
    }
  }

  #spawn(args: readonly string[], stdio: readonly ("ignore" | "inherit" | "pipe" | number)[], cwd: string): Child {
    const env = {
      ...this.#env,
      _OCI_SYNCPIPE: String(SYNC_FD),
      _OCI_STARTPIPE: String(START_FD),
      _OCI_ATTACHPIPE: String(ATTACH_FD),
    };
    return this.#deps.processes.spawn(this.path, args, { env, cwd, stdio, detached: true });
  }

  async #awaitAttach(child: Child, stderr: Promise<string>): Promise<void> {
    const line = await within(new LineReader(pipe(child, ATTACH_FD).data).next(), SYNC_TIMEOUT_MS);
    const message = line === undefined ? undefined : parseSyncLine(line);
    if (message?.ok !== true)
      throw new ConmonFailure(`no attach socket: ${(await stderr) || "conmon ended"}`, undefined);
  }

  async #expectPid(
    line: string | undefined,
    context: { readonly stderr: Promise<string>; readonly child: Child },
  ): Promise<number> {
    const message = line === undefined ? undefined : parseSyncLine(line);
    if (message?.ok === true) return message.data;
    if (message !== undefined && message.message !== "") throw new ConmonFailure(message.message, message.message);
    const detail = await within(context.stderr, 2000).catch(() => "");
    throw new ConmonFailure(detail.trim() || "it ended without a word", undefined);
  }
}

/** Where conmon is, or PROGRAM_MISSING. */
export function findConmon(processes: Processes, paths: readonly string[]): string {
  for (const path of paths) {
    const found = processes.find("conmon", [path.replace(/\/conmon$/, "")]);
    if (found !== undefined) return found;
  }
  throw fail("PROGRAM_MISSING", { program: "conmon", package: "conmon" });
}

/** The engine error for a conmon failure that the runtime did not explain. */
export function monitorError(failure: ConmonFailure): EngineError {
  return fail("MONITOR_FAILED", { message: failure.message }, { cause: failure });
}

function exitCodeFrom(message: SyncMessage | undefined): number {
  return message === undefined ? -1 : message.data;
}

function pipe(child: Child, index: number): ChildPipe {
  const found = child.pipes[index];
  if (found === undefined) throw new TypeError(`descriptor ${index} of the child is no pipe`);
  return found;
}

function closeAll(child: Child): void {
  for (const end of child.pipes) end?.close();
  child.unref();
}

async function collect(end: ChildPipe | undefined): Promise<string> {
  if (end === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const chunk of end.data) if (text.length < 65_536) text += decoder.decode(chunk, { stream: true });
  } catch {
    // The pipe was closed under the reader: what was read until then is the text.
  }
  return text;
}

/** Rejects with TIMEOUT unless `promise` settles within `milliseconds`, and with the signal's reason when it is aborted. */
async function within<T>(promise: Promise<T>, milliseconds: number, options: Abortable = {}): Promise<T> {
  const { signal } = options;
  const timeout = AbortSignal.timeout(milliseconds);
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const onTimeout = () => reject(fail("TIMEOUT", { operation: "waiting for conmon", seconds: milliseconds / 1000 }));
  const onAbort = () => reject(signal?.reason);
  timeout.addEventListener("abort", onTimeout, { once: true });
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, ended]);
  } finally {
    timeout.removeEventListener("abort", onTimeout);
    signal?.removeEventListener("abort", onAbort);
  }
}
