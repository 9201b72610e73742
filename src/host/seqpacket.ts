import { closeSync, openSync } from "node:fs";
import { HostError } from "../base/host-error.ts";
import { descriptorPath, O_CLOEXEC, O_PATH } from "./file-descriptors.ts";
import { Inflow } from "./inflow.ts";
import { check, type Libc } from "./libc.ts";
import type { LoopSocket, SocketEvents } from "./loop-socket.ts";
import type { MessageSocket } from "./ports.ts";
import { AF_UNIX, unixAddress } from "./socket-address.ts";
import { systemCall } from "./system-call.ts";

const SOCK_SEQPACKET = 5;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;

/** conmon reads no more at once, and silently drops the rest of a longer message. */
const MAX_MESSAGE = 8192;

/** Takes over a connected descriptor. */
export type OpenLoopSocket = (fd: number, events: SocketEvents) => LoopSocket | Promise<LoopSocket>;

/**
 * Connects to a SOCK_SEQPACKET socket. Goes through an O_PATH descriptor of the socket file, because `sun_path` holds only
 * 107 bytes.
 *
 * @returns a nonblocking descriptor
 */
function connectFd(libc: Libc, path: string): number {
  const file = systemCall("open", path, () => openSync(path, O_PATH | O_CLOEXEC));
  try {
    const fd = check(libc.socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket", path);
    const address = unixAddress(descriptorPath(file));
    const result = libc.connect(fd, address, address.byteLength);
    if (result < 0) closeSync(fd);
    check(result, "connect", path);
    return fd;
  } finally {
    closeSync(file);
  }
}

class SeqpacketSocket implements MessageSocket {
  readonly messages: AsyncIterable<Uint8Array>;
  readonly events: SocketEvents;
  readonly #inflow: Inflow;
  #socket: LoopSocket | undefined;
  #paused = false;

  constructor() {
    this.#inflow = new Inflow({ pause: () => this.#pause(true), resume: () => this.#pause(false) });
    this.messages = this.#inflow.data;
    this.events = { data: (message) => this.#inflow.push(message), close: () => this.#inflow.end() };
  }

  #pause(paused: boolean): void {
    this.#paused = paused;
    if (paused) this.#socket?.pause();
    else this.#socket?.resume();
  }

  use(socket: LoopSocket): void {
    this.#socket = socket;
    if (this.#paused) socket.pause();
  }

  async send(message: Uint8Array): Promise<void> {
    if (message.byteLength > MAX_MESSAGE) throw new RangeError(`a message has at most ${MAX_MESSAGE} bytes`);
    // A message of no bytes would mean the end of the input.
    if (message.byteLength > 0) await this.#socket?.write(message);
  }

  endInput(): void {
    this.#socket?.shutdownWrite();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#inflow.end();
    this.#socket?.close();
    this.#socket = undefined;
  }
}

/**
 * Connects to conmon's attach socket. Messages are read from now on, so that a slow consumer loses none.
 *
 * @throws HostError ENOENT, ECONNREFUSED, EPROTOTYPE
 */
export async function connectSeqpacket(
  libc: Libc,
  openLoopSocket: OpenLoopSocket,
  target: { readonly path: string; readonly signal: AbortSignal | undefined },
): Promise<MessageSocket> {
  target.signal?.throwIfAborted();
  const fd = connectFd(libc, target.path);
  const socket = new SeqpacketSocket();
  try {
    socket.use(await openLoopSocket(fd, socket.events));
  } catch (error) {
    closeSync(fd);
    throw new HostError("EIO", "connect", target.path, { cause: error });
  }
  return socket;
}
