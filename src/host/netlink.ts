import { closeSync, readSync, writeSync } from "node:fs";
import { HostError } from "../base/host-error.ts";
import { check, errnoName, type Libc } from "./libc.ts";
import type { Netlink, NetlinkSocket } from "./ports.ts";
import { systemCall } from "./system-call.ts";

const AF_NETLINK = 16;
const NETLINK_ROUTE = 0;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;

const NAME = "rtnetlink";
/** The kernel never sends more at once (NLMSG_GOODSIZE of a dump). */
const BUFFER_BYTES = 65536;

const HEADER_BYTES = 16;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const NLM_F_REQUEST = 0x1;
const NLM_F_ACK = 0x4;
const NLM_F_MULTI = 0x2;

/** `struct nlmsghdr`, in the byte order of the machine: every one that we run on is little-endian. */
interface Header {
  readonly bytes: number;
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
}

function headerAt(buffer: Buffer, offset: number): Header {
  return {
    bytes: buffer.readUInt32LE(offset),
    type: buffer.readUInt16LE(offset + 4),
    flags: buffer.readUInt16LE(offset + 6),
    sequence: buffer.readUInt32LE(offset + 8),
  };
}

class RouteSocket implements NetlinkSocket {
  readonly #fd: number;
  readonly #buffer = Buffer.alloc(BUFFER_BYTES);
  #sequence = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  request(message: Uint8Array): readonly Uint8Array[] {
    this.#sequence += 1;
    const sent = Buffer.from(message);
    sent.writeUInt16LE(sent.readUInt16LE(6) | NLM_F_REQUEST | NLM_F_ACK, 6);
    sent.writeUInt32LE(this.#sequence, 8);
    systemCall("send", NAME, () => writeSync(this.#fd, sent));
    const answers: Uint8Array[] = [];
    while (!this.#read(answers));
    return answers;
  }

  /** One datagram. The kernel has queued its answer when the request returns, so there is nothing to wait for. */
  #read(answers: Uint8Array[]): boolean {
    const count = systemCall("recv", NAME, () => readSync(this.#fd, this.#buffer, 0, BUFFER_BYTES, null));
    let ended = false;
    for (let offset = 0; offset + HEADER_BYTES <= count; ) {
      const header = headerAt(this.#buffer, offset);
      if (header.bytes < HEADER_BYTES || offset + header.bytes > count) throw new HostError("EBADMSG", "recv", NAME);
      if (header.sequence === this.#sequence) ended = this.#take(header, offset, answers) || ended;
      offset += (header.bytes + 3) & ~3;
    }
    return ended;
  }

  /** True at the end of the answer. */
  #take(header: Header, offset: number, answers: Uint8Array[]): boolean {
    if (header.type === NLMSG_ERROR || (header.type === NLMSG_DONE && header.flags & NLM_F_MULTI)) {
      const error = header.bytes >= HEADER_BYTES + 4 ? this.#buffer.readInt32LE(offset + HEADER_BYTES) : 0;
      if (error < 0) throw new HostError(errnoName(-error), "netlink", NAME);
      return true;
    }
    answers.push(Uint8Array.from(this.#buffer.subarray(offset, offset + header.bytes)));
    return false;
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }
}

/**
 * rtnetlink of the real host. Plain read(2) and write(2) serve the socket: without an address a message goes to the kernel.
 */
export function openNetlink(libc: Libc): Netlink {
  return {
    open: () =>
      new RouteSocket(
        check(libc.socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE), "socket", NAME),
      ),
  };
}
