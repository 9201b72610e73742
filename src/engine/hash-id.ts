import type { Random } from "../host/ports.ts";

/**
 * 64 lower-case hexadecimal characters for a new container or pod. Drawn again when the first twelve are all digits: such a
 * short id breaks as a host name (spec/pods.md 1.3).
 */
export function newId(random: Random): string {
  for (;;) {
    const id = Buffer.from(random.bytes(32)).toString("hex");
    if (!/^\d{12}/.test(id)) return id;
  }
}
