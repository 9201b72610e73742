import { closeSync, openSync } from "node:fs";
import { check, type Libc } from "./libc.ts";
import type { ReservedPort } from "./ports.ts";
import { AF_INET6, inetAddress } from "./socket-address.ts";

const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;
const IPPROTO_SCTP = 132;
const BACKLOG = 128;

const KINDS = {
  tcp: { type: SOCK_STREAM, protocol: 0 },
  udp: { type: SOCK_DGRAM, protocol: 0 },
  sctp: { type: SOCK_STREAM, protocol: IPPROTO_SCTP },
} as const;

const ONE = Uint8Array.of(1, 0, 0, 0);

class HeldPort implements ReservedPort {
  readonly fd: number;
  #open = true;

  constructor(fd: number) {
    this.fd = fd;
  }

  [Symbol.dispose](): void {
    if (this.#open) closeSync(this.fd);
    this.#open = false;
  }
}

/**
 * Binds a port, and listens where the protocol does, which is what makes the port ours.
 *
 * A kernel without SCTP can't reserve such a port; the descriptor then holds nothing (podman leaves it out, too).
 *
 * @throws HostError EADDRINUSE, EADDRNOTAVAIL, EACCES, EINVAL
 */
export function reservePort(libc: Libc, protocol: "tcp" | "udp" | "sctp", address: [string, number]): ReservedPort {
  const [ip, port] = address;
  const name = `${ip.includes(":") ? `[${ip}]` : ip || "0.0.0.0"}:${port}`;
  const { family, bytes } = inetAddress(ip, port);
  const kind = KINDS[protocol];
  const unsupported = protocol === "sctp" ? ["EPROTONOSUPPORT", "ESOCKTNOSUPPORT"] : [];
  const fd = check(libc.socket(family, kind.type | SOCK_CLOEXEC, kind.protocol), "socket", name, unsupported);
  if (fd < 0) return new HeldPort(openSync("/dev/null", "r"));
  try {
    if (protocol !== "udp") check(libc.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, ONE, 4), "setsockopt", name);
    if (family === AF_INET6) check(libc.setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, ONE, 4), "setsockopt", name);
    check(libc.bind(fd, bytes, bytes.byteLength), "bind", name);
    if (protocol !== "udp") check(libc.listen(fd, BACKLOG), "listen", name);
    return new HeldPort(fd);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}
