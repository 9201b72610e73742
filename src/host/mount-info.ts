import type { MountInfo } from "./ports.ts";

const unescapeOctal = (text: string) =>
  text.replace(/\\([0-7]{3})/g, (_all, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/**
 * Reads the text of /proc/PID/mountinfo: proc(5), section 3.5. Paths are bytes there, so give it latin1 text; the result is
 * proper Unicode.
 */
export function parseMountInfo(text: string): MountInfo[] {
  const mounts: MountInfo[] = [];
  for (const line of text.split("\n")) {
    const [front, back] = line.split(" - ", 2);
    const [, , , root, mountPoint, options] = front?.split(" ") ?? [];
    const [fsType, source, superOptions] = back?.split(" ") ?? [];
    if (root === undefined || mountPoint === undefined || fsType === undefined) continue;
    const decode = (field: string) => Buffer.from(unescapeOctal(field), "latin1").toString("utf8");
    mounts.push({
      mountPoint: decode(mountPoint),
      root: decode(root),
      options: options ?? "",
      fsType,
      source: decode(source ?? ""),
      superOptions: decode(superOptions ?? ""),
    });
  }
  return mounts;
}
