import { closeSync, readSync, writeSync } from "node:fs";
import { HostError } from "../base/host-error.ts";
import { sleep } from "./clock.ts";
import { insideNamespace } from "./inside-namespace.ts";
import { check, errnoName, type Libc } from "./libc.ts";
import type { NetworkNamespaces, TcpTarget } from "./ports.ts";
import { inetAddress } from "./socket-address.ts";
import { toHostError } from "./system-call.ts";

const SOCK_STREAM = 1;
const NONBLOCK_CLOEXEC = 0o4000 | 0o2000000;

/** Bytes of an answer that are looked at for its first line. */
const MAX_ANSWER = 4096;

/** Milliseconds between two looks at the socket: short at first, a local service answers at once. */
const FIRST_DELAY_MS = 1;
const LAST_DELAY_MS = 50;

/** Makes a socket in another network namespace. It stays there for good, whatever namespace the thread is in. */
function socketIn(libc: Libc, path: string, family: number): number {
  return insideNamespace(libc, path, () =>
    check(libc.socket(family, SOCK_STREAM | NONBLOCK_CLOEXEC, 0), "socket", path),
  );
}

type Attempt = (name: string) => boolean;

/** connect(2) until it has come to an end: asked again, it tells how the first call went. */
function connecting(libc: Libc, fd: number, address: Uint8Array): Attempt {
  return (name) => {
    const result = libc.connect(fd, address, address.byteLength);
    if (result >= 0) return true;
    const errno = errnoName(-result);
    if (errno === "EISCONN") return true;
    if (errno === "EINPROGRESS" || errno === "EALREADY") return false;
    throw new HostError(errno, "connect", name);
  };
}

/** Runs an effect on the socket; undefined while the kernel asks to wait. */
function unlessBusy<T>(syscall: string, name: string, body: () => T): T | undefined {
  try {
    return body();
  } catch (error) {
    const failure = toHostError(error, syscall, name);
    if (failure instanceof HostError && ["EAGAIN", "EWOULDBLOCK", "EINTR"].includes(failure.errno)) return undefined;
    throw failure;
  }
}

function sending(fd: number, request: string): Attempt {
  let rest = Buffer.from(request);
  return (name) => {
    rest = rest.subarray(unlessBusy("send", name, () => writeSync(fd, rest)) ?? 0);
    return rest.byteLength === 0;
  };
}

class FirstLine {
  text = "";
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  readonly read: Attempt = (name) => {
    const buffer = Buffer.alloc(1024);
    const count = unlessBusy("recv", name, () => readSync(this.#fd, buffer, 0, buffer.byteLength, null));
    if (count === undefined) return false;
    this.text += buffer.toString("latin1", 0, count);
    return count === 0 || this.text.includes("\n") || this.text.length > MAX_ANSWER;
  };
}

/**
 * `NetworkNamespaces.askTcp` of the real host. The socket is asked again and again: it lives for milliseconds, and neither
 * runtime takes over a descriptor that was connected by hand.
 */
export function openAskTcp(libc: Libc): NetworkNamespaces["askTcp"] {
  return async (path, target, { request, timeoutMs, signal }) => {
    const name = nameOf(target);
    const deadline = performance.now() + timeoutMs;
    const until = async (attempt: Attempt) => {
      for (let delay = FIRST_DELAY_MS; !attempt(name); delay = Math.min(delay * 2, LAST_DELAY_MS)) {
        const left = deadline - performance.now();
        if (left <= 0) throw new HostError("ETIMEDOUT", "connect", name);
        await sleep(Math.min(delay, left), signal);
      }
    };
    signal?.throwIfAborted();
    const { family, bytes } = inetAddress(target.ip, target.port);
    const fd = socketIn(libc, path, family);
    try {
      await until(connecting(libc, fd, bytes));
      if (request === undefined) return "";
      await until(sending(fd, request));
      const line = new FirstLine(fd);
      await until(line.read);
      return line.text.split(/\r?\n/)[0] ?? "";
    } finally {
      closeSync(fd);
    }
  };
}

function nameOf({ ip, port }: TcpTarget): string {
  return `${ip.includes(":") ? `[${ip}]` : ip}:${port}`;
}
