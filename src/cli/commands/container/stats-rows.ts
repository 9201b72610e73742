import type { ContainerStats } from "../../../engine/api/containers.ts";
import { formatDuration } from "../../../model/notation/durations.ts";
import { humanSize, humanSizeBinary } from "../../render/human.ts";

/** Two looks at a container: the numbers now, and those of the time before if there was one. */
export interface Sample {
  readonly now: ContainerStats;
  /** Milliseconds since the epoch of each look. */
  readonly at: number;
  readonly before?: { readonly stats: ContainerStats; readonly at: number };
}

const NS_PER_MS = 1e6;

const percent = (value: number) => `${value.toFixed(2)}%`;

const ratio = (part: number, whole: number) => (whole > 0 ? (100 * part) / whole : 0);

/** CPU use in percent of one CPU since the last look, or since the start. */
function cpuPercent({ now, at, before }: Sample): number {
  if (before === undefined || now.cpuNs < before.stats.cpuNs) return averageCpu(now);
  return ratio((now.cpuNs - before.stats.cpuNs) / NS_PER_MS, at - before.at);
}

const averageCpu = (stats: ContainerStats) => ratio(stats.cpuNs / NS_PER_MS, stats.uptimeMs);

const pair = (a: number, b: number, format: (bytes: number) => string) => `${format(a)} / ${format(b)}`;

/** A row as tables and Go templates see it. */
export function statsRow(sample: Sample, options: { readonly noTrunc: boolean }) {
  const { now } = sample;
  const cpu = cpuPercent(sample);
  return {
    ID: options.noTrunc ? now.id : now.id.slice(0, 12),
    ContainerID: now.id,
    Name: now.name,
    PodID: now.podId,
    CPU: cpu,
    CPUPerc: percent(cpu),
    AvgCPU: averageCpu(now),
    AVGCPU: percent(averageCpu(now)),
    CPUNano: now.cpuNs,
    UpTime: formatDuration(now.cpuNs / NS_PER_MS),
    Duration: now.cpuNs,
    MemUsage: pair(now.memory, now.memoryLimit, humanSize),
    MemUsageBytes: pair(now.memory, now.memoryLimit, humanSizeBinary),
    MemLimit: now.memoryLimit,
    MemPerc: percent(ratio(now.memory, now.memoryLimit)),
    NetIO: pair(now.netRx, now.netTx, humanSize),
    NetInput: now.netRx,
    NetOutput: now.netTx,
    BlockIO: pair(now.blockRead, now.blockWrite, humanSize),
    BlockInput: now.blockRead,
    BlockOutput: now.blockWrite,
    PIDS: String(now.pids),
    PIDs: now.pids,
  };
}

export type StatsRow = ReturnType<typeof statsRow>;

/** A row as `--format json` prints it. */
export function statsJson(row: StatsRow): Readonly<Record<string, string>> {
  return {
    id: row.ID,
    name: row.Name,
    cpu_time: row.UpTime,
    cpu_percent: row.CPUPerc,
    avg_cpu: row.AVGCPU,
    mem_usage: row.MemUsage,
    mem_percent: row.MemPerc,
    net_io: row.NetIO,
    block_io: row.BlockIO,
    pids: row.PIDS,
  };
}
