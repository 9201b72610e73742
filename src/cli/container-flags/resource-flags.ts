import { defined } from "../../base/defined.ts";
import { fail, messageOf } from "../../base/errors.ts";
import type { Resources } from "../../model/container.ts";
import { parseDeviceBytes, parseDeviceOperations, parseDeviceWeight } from "../../model/notation/devices.ts";
import { parseGoInt } from "../../model/notation/go-values.ts";
import { splitPair } from "../../model/notation/key-values.ts";
import { parseSize } from "../../model/notation/sizes.ts";
import { bool, type FlagValues, float, int, list, text, uint } from "../flag-kinds.ts";

const SIZE = "<number>[<unit>]";

/** Limits that a pod can have as well. */
export const POD_RESOURCE_FLAGS = {
  "blkio-weight": text("Relative weight of block I/O, 10 to 1000"),
  "blkio-weight-device": list("Relative weight of block I/O of one device", { kind: "DEVICE_NAME:WEIGHT" }),
  "cpu-shares": uint("Relative weight of CPU time", { short: "c" }),
  cpus: float("Number of CPUs"),
  "cpuset-cpus": text("CPUs to run on (0-3, 0,1)"),
  "cpuset-mems": text("Memory nodes to use (0-3, 0,1)"),
  "device-read-bps": list("Most bytes a second to read from a device (/dev/sda:1mb)"),
  "device-write-bps": list("Most bytes a second to write to a device (/dev/sda:1mb)"),
  memory: text("Memory limit (unit b, k, m or g)", { short: "m", kind: SIZE }),
  "memory-swap": text("Limit of memory and swap together, -1 for unlimited swap"),
};

/** All resource limits of a container. */
export const RESOURCE_FLAGS = {
  ...POD_RESOURCE_FLAGS,
  "cgroup-conf": list("A file of control group v2 and its value (key=value)"),
  "cpu-period": uint("CFS period in microseconds"),
  "cpu-quota": int("CFS quota in microseconds a period"),
  "cpu-rt-period": uint("Real-time period in microseconds"),
  "cpu-rt-runtime": int("Real-time runtime in microseconds"),
  "device-read-iops": list("Most reads a second from a device (/dev/sda:1000)"),
  "device-write-iops": list("Most writes a second to a device (/dev/sda:1000)"),
  "memory-reservation": text("Soft memory limit (unit b, k, m or g)", { kind: SIZE }),
  "memory-swappiness": int("How eagerly to swap, 0 to 100, -1 for the host's setting"),
  "oom-kill-disable": bool("Do not kill its processes when memory is short"),
  "pids-limit": int("Most processes and threads, -1 for unlimited", { defaultText: "2048" }),
};

/** Microseconds in which `--cpus` counts. */
const CPU_PERIOD = 100_000;

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });

function memoryOf(value: string | undefined): number | undefined {
  if (value === undefined || value === "") return undefined;
  try {
    return parseSize(value);
  } catch (error) {
    throw refuse(`invalid value for memory: ${messageOf(error)}`);
  }
}

function weightOf(value: string | undefined): number | undefined {
  if (value === undefined || value === "") return undefined;
  try {
    return parseGoInt(value, { unsigned: true });
  } catch (error) {
    throw refuse(`invalid value for blkio-weight: ${messageOf(error)}`);
  }
}

function swappinessOf(value: number | undefined): number | undefined {
  if (value === undefined || value === -1) return undefined;
  if (value < 0 || value > 100) throw refuse(`invalid value: ${value}, valid memory swappiness range is 0-100`);
  return value;
}

function unifiedOf(values: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    values.map((value) => {
      const pair = splitPair(value);
      if (pair.value === undefined) throw refuse(`invalid --cgroup-conf value ${JSON.stringify(value)}: use key=value`);
      return [pair.key, pair.value];
    }),
  );
}

type ResourceValues = Partial<FlagValues<typeof RESOURCE_FLAGS>>;

function cpuLimits(flags: ResourceValues) {
  const cpus = flags.cpus === 0 ? undefined : flags.cpus;
  if (cpus !== undefined && flags["cpu-period"]) throw refuse("--cpu-period and --cpus cannot be set together");
  if (cpus !== undefined && flags["cpu-quota"]) throw refuse("--cpu-quota and --cpus cannot be set together");
  return {
    cpuPeriod: cpus === undefined ? flags["cpu-period"] : CPU_PERIOD,
    cpuQuota: cpus === undefined ? flags["cpu-quota"] : Math.round(cpus * CPU_PERIOD),
    cpuShares: flags["cpu-shares"],
    cpuRtPeriod: flags["cpu-rt-period"],
    cpuRtRuntime: flags["cpu-rt-runtime"],
    cpusetCpus: flags["cpuset-cpus"] || undefined,
    cpusetMems: flags["cpuset-mems"] || undefined,
  };
}

const some = <T>(values: readonly T[]): readonly T[] | undefined => (values.length > 0 ? values : undefined);

/** Resource limits from their flags. Throws INVALID_ARGUMENT with podman's text. */
export function resourcesOf(flags: ResourceValues): Resources {
  const conf = flags["cgroup-conf"] ?? [];
  const swap = flags["memory-swap"];
  return defined({
    ...cpuLimits(flags),
    memory: memoryOf(flags.memory),
    memorySwap: swap === "-1" ? -1 : memoryOf(swap),
    memoryReservation: memoryOf(flags["memory-reservation"]),
    memorySwappiness: swappinessOf(flags["memory-swappiness"]),
    oomKillDisable: flags["oom-kill-disable"] || undefined,
    pidsLimit: flags["pids-limit"],
    blkioWeight: weightOf(flags["blkio-weight"]),
    blkioWeightDevice: some((flags["blkio-weight-device"] ?? []).map(parseDeviceWeight)),
    readBps: some((flags["device-read-bps"] ?? []).map(parseDeviceBytes)),
    writeBps: some((flags["device-write-bps"] ?? []).map(parseDeviceBytes)),
    readIops: some((flags["device-read-iops"] ?? []).map(parseDeviceOperations)),
    writeIops: some((flags["device-write-iops"] ?? []).map(parseDeviceOperations)),
    unified: conf.length > 0 ? unifiedOf(conf) : undefined,
  });
}
