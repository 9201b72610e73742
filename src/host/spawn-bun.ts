import { closeSync } from "node:fs";
import { openBunSocket, startInBun } from "./bun.ts";
import { Inflow } from "./inflow.ts";
import { check, type Libc } from "./libc.ts";
import type { LoopSocket } from "./loop-socket.ts";
import type { Child, ChildPipe, Processes, SpawnOptions } from "./ports.ts";
import { AF_UNIX } from "./socket-address.ts";
import { systemCall } from "./system-call.ts";

const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;
const F_SETFL = 4;
const O_RDWR_NONBLOCK = 0o4002;

/** A pipe between us and a child, made of a socket pair as Node's are. */
interface Pair {
  readonly ours: number;
  readonly theirs: number;
}

function makePair(libc: Libc, path: string): Pair {
  const fds = new Int32Array(2);
  check(libc.socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, new Uint8Array(fds.buffer)), "socketpair", path);
  const [ours = -1, theirs = -1] = fds;
  check(libc.fcntl(ours, F_SETFL, O_RDWR_NONBLOCK), "fcntl", path);
  return { ours, theirs };
}

/** Our end of one pipe. Its descriptor belongs to the event loop from the start. */
class SocketPipe implements ChildPipe {
  readonly #inflow: Inflow;
  #socket: LoopSocket | undefined;
  #referenced = true;
  /** What was asked of the socket so far: opened, written, closed. Never rejects. */
  #done: Promise<void>;

  constructor(fd: number) {
    this.#inflow = new Inflow({ pause: () => this.#socket?.pause(), resume: () => this.#socket?.resume() });
    this.#done = this.#open(fd).catch(() => this.#inflow.end());
  }

  get data(): AsyncIterable<Uint8Array> {
    return this.#inflow.data;
  }

  async #open(fd: number): Promise<void> {
    // A reset means that the other side died with unread bytes of ours: its end, not our failure.
    const events = { data: (chunk: Uint8Array) => this.#inflow.push(chunk), close: () => this.#inflow.end() };
    this.#socket = await openBunSocket(fd, events);
    if (!this.#referenced) this.#socket.unref();
  }

  write(data: string | Uint8Array): void {
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    this.#done = this.#done.then(() => this.#socket?.write(bytes));
  }

  close(): void {
    this.#inflow.end();
    this.#done = this.#done.then(() => {
      this.#socket?.close();
      this.#socket = undefined;
    });
  }

  unref(): void {
    this.#referenced = false;
    this.#socket?.unref();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.#done;
  }
}

function start(path: string, args: readonly string[], options: SpawnOptions) {
  const { argv0, cwd, env, stdio } = options;
  return systemCall("spawn", path, () =>
    startInBun([path, ...args], {
      env,
      // Every pipe is a descriptor by now.
      stdio: stdio.map((choice) => (choice === "pipe" ? "ignore" : choice)),
      detached: options.detached ?? false,
      ...(cwd === undefined ? {} : { cwd }),
      ...(argv0 === undefined ? {} : { argv0 }),
    }),
  );
}

function spawn(libc: Libc, path: string, args: readonly string[], options: SpawnOptions): Child {
  const pairs: (Pair | undefined)[] = [];
  let child: ReturnType<typeof start>;
  try {
    for (const choice of options.stdio) pairs.push(choice === "pipe" ? makePair(libc, path) : undefined);
    const stdio = options.stdio.map((choice, number) => pairs[number]?.theirs ?? choice);
    child = start(path, args, { ...options, stdio });
  } catch (error) {
    for (const pair of pairs) if (pair) closeSync(pair.ours);
    throw error;
  } finally {
    for (const pair of pairs) if (pair) closeSync(pair.theirs);
  }
  const pipes = pairs.map((pair) => pair && new SocketPipe(pair.ours));
  return {
    pid: child.pid,
    pipes,
    exited: child.exited.then((code) => (child.signalCode === null ? { code } : { signal: child.signalCode })),
    kill: (signal) => child.kill(signal),
    unref: () => {
      child.unref();
      for (const pipe of pipes) pipe?.unref();
    },
  };
}

/** Starts programs through Bun's own interface, and returns while they run. */
export function openBunSpawn(libc: Libc): Processes["spawn"] {
  return (path, args, options) => spawn(libc, path, args, options);
}
