import { createLibc, type Libc, type LibcKind, type LibcName, type RawFunction } from "./libc.ts";
import type { LoopSocket, SocketEvents } from "./loop-socket.ts";

interface Symbols {
  readonly symbols: Readonly<Record<string, (...args: readonly unknown[]) => number>>;
}

interface BunFfi {
  dlopen(path: string, symbols: Readonly<Record<string, { args: readonly string[]; returns: string }>>): Symbols;
  ptr(buffer: Uint8Array): number;
  readonly read: { i32(pointer: number, offset: number): number };
}

const LIBRARIES = ["libc.so.6", `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`];

const FFI_TYPE: Readonly<Record<LibcKind, string>> = { i: "i32", l: "u64", s: "ptr", "s?": "ptr", p: "ptr" };

function openLibrary(ffi: BunFfi, name: string, args: readonly string[], returns: string): Symbols {
  let failure: unknown;
  for (const library of LIBRARIES) {
    try {
      return ffi.dlopen(library, { [name]: { args, returns } });
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/** The C library through `bun:ffi`. Only callable in Bun. */
export function openBunLibc(): Libc {
  const ffi = process.getBuiltinModule("bun:ffi") as unknown as BunFfi;
  let errnoAt: number | undefined;
  return createLibc({
    bind(name: LibcName, kinds: readonly LibcKind[]): RawFunction {
      const types = kinds.map((kind) => FFI_TYPE[kind]);
      const call = openLibrary(ffi, name, types, "i32").symbols[name];
      errnoAt ??= openLibrary(ffi, "__errno_location", [], "ptr").symbols["__errno_location"]?.();
      if (call === undefined) throw new Error(`libc has no ${name}`);
      return (...args) => call(...args.map((arg) => (arg instanceof Uint8Array ? pointerTo(ffi, arg) : arg)));
    },
    errno: () => (errnoAt === undefined ? 0 : ffi.read.i32(errnoAt, 0)),
  });
}

/** An empty buffer has no address in Bun; a zero length beside it makes NULL right. */
function pointerTo(ffi: BunFfi, buffer: Uint8Array): number | null {
  return buffer.byteLength === 0 ? null : ffi.ptr(buffer);
}

interface BunSocket {
  /** Bytes that the kernel took: of a message all or none, of a stream maybe some. */
  write(data: Uint8Array): number;
  shutdown(): void;
  pause(): void;
  resume(): void;
  terminate(): void;
  unref(): void;
}

interface BunProcess {
  readonly pid: number;
  readonly exited: Promise<number>;
  readonly signalCode: string | null;
  kill(signal: number): void;
  unref(): void;
}

interface BunSpawnOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly argv0?: string;
  readonly detached: boolean;
  readonly stdio: readonly ("ignore" | "inherit" | number)[];
}

interface BunGlobal {
  spawn(argv: readonly string[], options: BunSpawnOptions): BunProcess;
  connect(options: {
    fd: number;
    allowHalfOpen: boolean;
    socket: {
      data(socket: BunSocket, data: Uint8Array): void;
      drain(socket: BunSocket): void;
      close(socket: BunSocket): void;
      end(): void;
      error(): void;
    };
  }): Promise<BunSocket>;
}

const bunGlobal = () => (globalThis as unknown as { Bun: BunGlobal }).Bun;

/** Bytes that wait for the kernel, in order. */
class SendQueue {
  readonly #waiting: { rest: Uint8Array; readonly done: () => void }[] = [];
  #open = true;

  send(socket: BunSocket, message: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ rest: message, done: resolve });
      this.flush(socket);
    });
  }

  flush(socket: BunSocket): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      next.rest = next.rest.subarray(this.#open ? Math.max(socket.write(next.rest), 0) : next.rest.byteLength);
      if (next.rest.byteLength > 0) return;
      this.#waiting.shift();
      next.done();
    }
  }

  /** Nobody reads any more: what waits counts as sent, as with any bytes in the kernel's buffer. */
  close(socket: BunSocket): void {
    this.#open = false;
    this.flush(socket);
  }
}

/**
 * Hands a connected socket to Bun's event loop; one event is one message, where the socket has messages.
 *
 * @param fd owned by the result from now on
 */
export async function openBunSocket(fd: number, events: SocketEvents): Promise<LoopSocket> {
  const { connect } = bunGlobal();
  const queue = new SendQueue();
  const socket = await connect({
    fd,
    allowHalfOpen: true,
    socket: {
      data: (_socket, data) => events.data(data.slice()),
      drain: (own) => queue.flush(own),
      end: () => events.close(),
      error: () => events.close(),
      close: (own) => {
        queue.close(own);
        events.close();
      },
    },
  });
  return {
    write: (message) => queue.send(socket, message),
    // With an argument it would shut the other direction down.
    shutdownWrite: () => socket.shutdown(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close: () => socket.terminate(),
    unref: () => socket.unref(),
  };
}

/** Starts a program; throws an error with `code` if it can't. Starting `node:child_process` would cost milliseconds. */
export function startInBun(argv: readonly string[], options: BunSpawnOptions): BunProcess {
  return bunGlobal().spawn(argv, options);
}
