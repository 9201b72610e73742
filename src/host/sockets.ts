import type { Libc } from "./libc.ts";
import type { Sockets } from "./ports.ts";
import { reservePort } from "./reserve-port.ts";
import { connectSeqpacket, type OpenLoopSocket } from "./seqpacket.ts";

/** Sockets of the real host. */
export function openSockets(libc: Libc, openLoopSocket: OpenLoopSocket): Sockets {
  return {
    connectSeqpacket: (path, { signal } = {}) => connectSeqpacket(libc, openLoopSocket, { path, signal }),
    reservePort: (protocol, ip, port) => reservePort(libc, protocol, [ip, port]),
  };
}
