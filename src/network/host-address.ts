import { isHostError } from "../base/host-error.ts";
import { getAddresses, parseGlobalAddress } from "../drivers/rtnetlink/messages.ts";
import type { Netlink } from "../host/ports.ts";
import { formatAddress } from "./ip.ts";

/**
 * The address under which containers that are on no bridge reach the host: its first address of global scope, an IPv4 one if
 * there is any (spec/components.md 4.5).
 *
 * @returns undefined if the host has none, or does not tell
 */
export function hostAddress(netlink: Netlink): string | undefined {
  const all = readAddresses(netlink).flatMap((bytes) => parseGlobalAddress(bytes) ?? []);
  const chosen = all.find(({ version }) => version === 4) ?? all[0];
  if (chosen === undefined) return undefined;
  const value = chosen.bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return formatAddress({ version: chosen.version, value });
}

function readAddresses(netlink: Netlink): readonly Uint8Array[] {
  try {
    using socket = netlink.open();
    return socket.request(getAddresses());
  } catch (error) {
    if (isHostError(error)) return [];
    throw error;
  }
}
