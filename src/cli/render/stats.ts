import type { ContainerStats } from "../../engine/api/containers.ts";
import { humanSize, humanSizeBinary } from "./human.ts";

const NONE = "--";

const percent = (ratio: number) => (Number.isFinite(ratio) && ratio > 0 ? `${(ratio * 100).toFixed(2)}%` : NONE);

const pair = (a: number, b: number, size: (bytes: number) => string) =>
  a === 0 && b === 0 ? `${NONE} / ${NONE}` : `${size(a)} / ${size(b)}`;

/**
 * A reading in podman's words (spec/pods.md 8.3); what does not run shows placeholders.
 *
 * @param previous an earlier reading of the same container: CPU time is of the time between; without one, since it started
 */
export function statsFields(stats: ContainerStats, previous?: ContainerStats) {
  const limit = stats.running ? stats.memoryLimit : 0;
  const memory = stats.running ? stats.memory : 0;
  const cpuNs = stats.cpuNs - (previous?.cpuNs ?? 0);
  const elapsedMs = stats.uptimeMs - (previous?.uptimeMs ?? 0);
  return {
    cpu: stats.running ? percent(cpuNs / (elapsedMs * 1e6)) : NONE,
    memory: pair(memory, limit, humanSize),
    memoryBinary: pair(memory, limit, humanSizeBinary),
    memoryPercent: limit > 0 && memory > 0 ? `${((memory / limit) * 100).toFixed(2)}%` : NONE,
    network: pair(stats.netRx, stats.netTx, humanSize),
    block: pair(stats.blockRead, stats.blockWrite, humanSize),
    pids: stats.pids > 0 ? String(stats.pids) : NONE,
  };
}
