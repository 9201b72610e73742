import { HostError } from "../base/host-error.ts";
import { builtin } from "./builtin.ts";

export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;

const SUN_PATH_BYTES = 108;

/** `struct sockaddr_un` of a path shorter than 108 bytes. */
export function unixAddress(path: string): Uint8Array {
  const address = Buffer.alloc(2 + SUN_PATH_BYTES);
  address.writeUInt16LE(AF_UNIX, 0);
  address.write(path, 2, SUN_PATH_BYTES - 1);
  return address;
}

/** The sixteen bytes of an IPv6 address that `net.isIPv6` accepts. */
function ipv6Bytes(text: string): Uint8Array {
  const groups = (part: string) =>
    part
      .split(":")
      .filter((group) => group !== "")
      .flatMap((group) => {
        if (!group.includes(".")) return [Number.parseInt(group, 16)];
        const [a = 0, b = 0, c = 0, d = 0] = group.split(".").map(Number);
        return [(a << 8) | b, (c << 8) | d];
      });
  const [front = "", back] = text.split("::");
  const head = groups(front);
  const tail = groups(back ?? "");
  const words = [...head, ...new Array<number>(Math.max(0, 8 - head.length - tail.length)).fill(0), ...tail];
  const bytes = Buffer.alloc(16);
  for (const [index, word] of words.entries()) bytes.writeUInt16BE(word, index * 2);
  return bytes;
}

/**
 * `struct sockaddr_in` or `sockaddr_in6`.
 *
 * @param ip literal address; empty means every IPv4 address
 * @throws HostError EINVAL for text that is no address
 */
export function inetAddress(ip: string, port: number): { readonly family: number; readonly bytes: Uint8Array } {
  const { isIPv4, isIPv6 } = builtin.net();
  if (ip === "" || isIPv4(ip)) {
    const bytes = Buffer.alloc(16);
    bytes.writeUInt16LE(AF_INET, 0);
    bytes.writeUInt16BE(port, 2);
    bytes.set((ip === "" ? "0.0.0.0" : ip).split(".").map(Number), 4);
    return { family: AF_INET, bytes };
  }
  if (!isIPv6(ip) || ip.includes("%")) throw new HostError("EINVAL", "bind", ip);
  const bytes = Buffer.alloc(28);
  bytes.writeUInt16LE(AF_INET6, 0);
  bytes.writeUInt16BE(port, 2);
  bytes.set(ipv6Bytes(ip), 8);
  return { family: AF_INET6, bytes };
}
