import type { CgroupStats } from "./ports.ts";

/** Reads a file of the group that is measured; undefined if it isn't there. */
export type StatReader = (controller: string, file: string) => string | undefined;

const NS_PER_US = 1000;

/** Values of `key value` lines. */
function keyed(text: string | undefined): ReadonlyMap<string, number> {
  const pairs = (text ?? "").split("\n").map((line) => line.split(" "));
  return new Map(pairs.map(([key, value]) => [key ?? "", Number(value)]));
}

/** Memory in use without the page cache that the kernel can drop at once, as podman and docker count it. */
function workingSet(usage: number, inactive: number): number {
  return inactive < usage ? usage - inactive : usage;
}

function readV1(read: StatReader, hostMemory: number): CgroupStats {
  const number = (controller: string, file: string) => Number(read(controller, file) ?? 0);
  const inactive = keyed(read("memory", "memory.stat")).get("total_inactive_file") ?? 0;
  const io =
    read("blkio", "blkio.throttle.io_service_bytes_recursive") ??
    read("blkio", "blkio.throttle.io_service_bytes") ??
    "";
  const transferred = (kind: string) =>
    io
      .split("\n")
      .map((line) => line.split(" "))
      .reduce((sum, [, what, bytes]) => (what === kind ? sum + Number(bytes) : sum), 0);
  return {
    cpuNs: number("cpuacct", "cpuacct.usage"),
    cpuSystemNs: number("cpuacct", "cpuacct.usage_sys"),
    memory: workingSet(number("memory", "memory.usage_in_bytes"), inactive),
    memoryLimit: Math.min(Number(read("memory", "memory.limit_in_bytes") ?? hostMemory), hostMemory),
    pids: number("pids", "pids.current"),
    blockRead: transferred("Read"),
    blockWrite: transferred("Write"),
  };
}

function readV2(read: StatReader, hostMemory: number): CgroupStats {
  const cpu = keyed(read("cpu", "cpu.stat"));
  const limit = Number(read("memory", "memory.max") ?? hostMemory);
  const inactive = keyed(read("memory", "memory.stat")).get("inactive_file") ?? 0;
  const io = read("io", "io.stat") ?? "";
  const transferred = (key: string) =>
    [...io.matchAll(new RegExp(`\\b${key}=(\\d+)`, "g"))].reduce((sum, match) => sum + Number(match[1]), 0);
  return {
    cpuNs: (cpu.get("usage_usec") ?? 0) * NS_PER_US,
    cpuSystemNs: (cpu.get("system_usec") ?? 0) * NS_PER_US,
    memory: workingSet(Number(read("memory", "memory.current") ?? 0), inactive),
    memoryLimit: Number.isFinite(limit) ? Math.min(limit, hostMemory) : hostMemory,
    pids: Number(read("pids", "pids.current") ?? 0),
    blockRead: transferred("rbytes"),
    blockWrite: transferred("wbytes"),
  };
}

/**
 * Reads what a group uses: the kernel's cgroup-v1 and cgroup-v2 documents.
 *
 * @param unified true where the controllers are those of the unified tree
 * @param hostMemory bytes, the limit of a group without one
 */
export function readCgroupStats(read: StatReader, unified: boolean, hostMemory: number): CgroupStats {
  return unified ? readV2(read, hostMemory) : readV1(read, hostMemory);
}
