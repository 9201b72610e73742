import { fail } from "../../base/errors.ts";
import { isHostError } from "../../base/host-error.ts";
import type { DeviceRate, Resources } from "../../model/container.ts";
import type { EngineDeps } from "../deps.ts";

interface Limit {
  readonly controller: string;
  readonly file: string;
  readonly value: string;
  /** Where the kernel has it if it has no such file: what weighs I/O depends on the scheduler. */
  readonly otherwise?: { readonly file: string; readonly value: string };
}

/**
 * Writes limits to a control group, in cgroup v1's files or v2's.
 *
 * @throws INVALID_ARGUMENT naming the limit that the kernel refuses
 */
export function applyLimits(deps: EngineDeps, path: string, resources: Resources): void {
  const node = (device: string) => deviceNumbers(deps, device);
  const limits = deps.host.cgroups.version() === "v2" ? limitsV2(resources, node) : limitsV1(resources, node);
  for (const limit of limits) {
    try {
      writeLimit(deps, path, limit);
    } catch (error) {
      if (!isHostError(error)) throw error;
      throw fail(
        "INVALID_ARGUMENT",
        { message: `setting ${limit.file} of the pod's cgroup to ${limit.value}: ${error.errno}` },
        { cause: error },
      );
    }
  }
}

function writeLimit(deps: EngineDeps, path: string, limit: Limit): void {
  const { controller, file, value, otherwise } = limit;
  try {
    deps.host.cgroups.write(path, controller, file, value);
  } catch (error) {
    if (otherwise === undefined || !isHostError(error, "ENOENT")) throw error;
    deps.host.cgroups.write(path, controller, otherwise.file, otherwise.value);
  }
}

function deviceNumbers(deps: EngineDeps, path: string): string {
  const stat = deps.host.inodes.stat(path);
  if (stat?.kind !== "block" && stat?.kind !== "char")
    throw fail("INVALID_ARGUMENT", { message: `${path}: no such device` });
  return `${stat.major}:${stat.minor}`;
}

type NodeOf = (path: string) => string;

function one(controller: string, file: string, value: number | string | undefined): readonly Limit[] {
  return value === undefined ? [] : [{ controller, file, value: String(value) }];
}

/** Without the BFQ scheduler the kernel weighs I/O by cost; 10 to 1000 is 1 to 10000 there (runtime-spec). */
function orIoWeight(limit: Limit): Limit {
  const weight = 1 + Math.floor(((Number(limit.value) - 10) * 9999) / 990);
  return { ...limit, otherwise: { file: "io.weight", value: String(weight) } };
}

/** Memory before memory and swap: the kernel refuses a limit of both that is below the first. */
export function limitsV1(r: Resources, node: NodeOf): readonly Limit[] {
  const rates = (file: string, list: readonly DeviceRate[] | undefined) =>
    (list ?? []).flatMap((d) => one("blkio", file, `${node(d.path)} ${d.rate}`));
  return [
    ...one("cpu", "cpu.cfs_period_us", r.cpuPeriod),
    ...one("cpu", "cpu.cfs_quota_us", r.cpuQuota),
    ...one("cpu", "cpu.shares", r.cpuShares),
    ...one("cpuset", "cpuset.cpus", r.cpusetCpus),
    ...one("cpuset", "cpuset.mems", r.cpusetMems),
    ...one("memory", "memory.limit_in_bytes", r.memory),
    ...one("memory", "memory.memsw.limit_in_bytes", r.memorySwap),
    ...one("memory", "memory.soft_limit_in_bytes", r.memoryReservation),
    ...one("pids", "pids.max", r.pidsLimit === undefined ? undefined : r.pidsLimit > 0 ? r.pidsLimit : "max"),
    ...one("blkio", "blkio.weight", r.blkioWeight),
    ...(r.blkioWeightDevice ?? []).flatMap((d) => one("blkio", "blkio.weight_device", `${node(d.path)} ${d.weight}`)),
    ...rates("blkio.throttle.read_bps_device", r.readBps),
    ...rates("blkio.throttle.write_bps_device", r.writeBps),
    ...rates("blkio.throttle.read_iops_device", r.readIops),
    ...rates("blkio.throttle.write_iops_device", r.writeIops),
  ];
}

/** Conversions as the OCI runtimes make them (runtime-spec, "Configuration for cgroup v2"). */
export function limitsV2(r: Resources, node: NodeOf): readonly Limit[] {
  const max = (value: number) => (value < 0 ? "max" : value);
  const swap = r.memorySwap === undefined ? undefined : r.memorySwap < 0 ? "max" : r.memorySwap - (r.memory ?? 0);
  const cpuMax =
    r.cpuQuota === undefined && r.cpuPeriod === undefined
      ? undefined
      : `${max(r.cpuQuota ?? -1)} ${r.cpuPeriod ?? 100_000}`;
  const io = (key: string, list: readonly DeviceRate[] | undefined) =>
    (list ?? []).flatMap((d) => one("io", "io.max", `${node(d.path)} ${key}=${d.rate}`));
  return [
    ...one("cpu", "cpu.max", cpuMax),
    ...one(
      "cpu",
      "cpu.weight",
      r.cpuShares === undefined ? undefined : 1 + Math.floor(((r.cpuShares - 2) * 9999) / 262_142),
    ),
    ...one("cpuset", "cpuset.cpus", r.cpusetCpus),
    ...one("cpuset", "cpuset.mems", r.cpusetMems),
    ...one("memory", "memory.max", r.memory === undefined ? undefined : max(r.memory)),
    ...one("memory", "memory.swap.max", swap),
    ...one("memory", "memory.low", r.memoryReservation),
    ...one("pids", "pids.max", r.pidsLimit === undefined ? undefined : r.pidsLimit > 0 ? r.pidsLimit : "max"),
    ...one("io", "io.bfq.weight", r.blkioWeight).map(orIoWeight),
    ...(r.blkioWeightDevice ?? []).flatMap((d) => one("io", "io.bfq.weight", `${node(d.path)} ${d.weight}`)),
    ...io("rbps", r.readBps),
    ...io("wbps", r.writeBps),
    ...io("riops", r.readIops),
    ...io("wiops", r.writeIops),
  ];
}
