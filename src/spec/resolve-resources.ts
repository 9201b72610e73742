import type { Resources, Ulimit } from "../model/container.ts";
import { ULIMIT_NAMES } from "../model/notation/ulimits.ts";
import type { HostFacts } from "./inputs.ts";
import { invalid } from "./invalid.ts";

type Check = (resources: Resources) => string | undefined;

const inRange = (value: number | undefined, low: number, high: number) =>
  value === undefined || (value >= low && value <= high);

/** One sentence each, podman's where it has one; limits that the kernel would refuse later. */
const CHECKS: readonly Check[] = [
  (r) => ((r.memory ?? 0) < 0 ? `invalid value for memory: invalid size: '${r.memory}'` : undefined),
  (r) =>
    r.memorySwap !== undefined && r.memorySwap > 0 && (r.memory ?? 0) <= 0
      ? "you should always set a memory limit when using a memoryswap limit, see usage"
      : undefined,
  (r) =>
    (r.memory ?? 0) > 0 && (r.memorySwap ?? 0) > 0 && (r.memorySwap ?? 0) < (r.memory ?? 0)
      ? "minimum memoryswap limit should be larger than memory limit, see usage"
      : undefined,
  (r) =>
    (r.memory ?? 0) > 0 && (r.memoryReservation ?? 0) > 0 && (r.memory ?? 0) < (r.memoryReservation ?? 0)
      ? "minimum memory limit cannot be less than memory reservation limit, see usage"
      : undefined,
  (r) =>
    r.memorySwappiness !== undefined && r.memorySwappiness !== -1 && !inRange(r.memorySwappiness, 0, 100)
      ? `invalid value: ${r.memorySwappiness}, valid memory swappiness range is 0-100`
      : undefined,
  (r) =>
    (r.cpuPeriod ?? 0) !== 0 && !inRange(r.cpuPeriod, 1000, 1_000_000)
      ? "CPU cfs period cannot be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)"
      : undefined,
  (r) =>
    (r.cpuQuota ?? 0) > 0 && (r.cpuQuota ?? 0) < 1000 ? "CPU cfs quota cannot be less than 1ms (i.e. 1000)" : undefined,
  (r) => ((r.cpuShares ?? 0) < 0 ? `invalid value for cpu-shares: ${r.cpuShares}: must not be negative` : undefined),
  (r) => {
    const fields = ["cpuPeriod", "cpuQuota", "cpuShares", "memory", "memorySwap", "pidsLimit"] as const;
    const broken = fields.find((field) => r[field] !== undefined && !Number.isSafeInteger(r[field]));
    return broken === undefined ? undefined : `invalid value for ${broken}: ${r[broken]}: must be a whole number`;
  },
];

/** Members of a list like `0-2,4`; undefined if it is malformed. */
function parseCpuList(text: string): readonly number[] | undefined {
  const parts = text.split(",").map((part) => {
    const match = /^([0-9]{1,5})(?:-([0-9]{1,5}))?$/.exec(part.trim());
    if (match === null) return undefined;
    const first = Number(match[1]);
    const last = match[2] === undefined ? first : Number(match[2]);
    return last < first ? undefined : [first, last];
  });
  return parts.some((part) => part === undefined) ? undefined : parts.flatMap((part) => part ?? []);
}

function checkCpuSets(resources: Resources, cpus: number): void {
  const { cpusetCpus = "", cpusetMems = "" } = resources;
  if (cpusetMems !== "" && parseCpuList(cpusetMems) === undefined)
    throw invalid(`invalid value ${cpusetMems} for cpuset mems`);
  if (cpusetCpus === "") return;
  const listed = parseCpuList(cpusetCpus);
  if (listed === undefined) throw invalid(`invalid value ${cpusetCpus} for cpuset cpus`);
  if (listed.some((cpu) => cpu >= cpus))
    throw invalid(
      `requested CPUs are not available - requested ${cpusetCpus}, available: ${cpus === 1 ? "0" : `0-${cpus - 1}`}`,
    );
}

const without = (resources: Resources, ...fields: readonly (keyof Resources)[]): Resources =>
  Object.fromEntries(Object.entries(resources).filter(([key]) => !fields.includes(key as keyof Resources)));

/**
 * Checks resource limits, and drops what this host's kernel cannot do, with podman's warnings.
 *
 * @param resources as the user gave them
 * @throws INVALID_ARGUMENT
 */
export function resolveResources(
  resources: Resources,
  host: HostFacts,
): { readonly resources: Resources; readonly warnings: readonly string[] } {
  for (const check of CHECKS) {
    const message = check(resources);
    if (message !== undefined) throw invalid(message);
  }
  checkCpuSets(resources, host.cpus);
  if (host.cgroupVersion !== "v2" && Object.keys(resources.unified ?? {}).length > 0)
    throw invalid("invalid configuration, cannot specify unified option on cgroups v1");
  const weighs = (resources.blkioWeight ?? 0) > 0 || (resources.blkioWeightDevice?.length ?? 0) > 0;
  if (host.blkioWeight === false && weighs)
    return {
      resources: without(resources, "blkioWeight", "blkioWeightDevice"),
      warnings: ["Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded."],
    };
  if (weighs && !inRange(resources.blkioWeight ?? 10, 10, 1000))
    throw invalid(`invalid value: ${resources.blkioWeight}, range of blkio weight is from 10 to 1000`);
  if (host.swapAccounting === false && resources.memorySwap !== undefined)
    return {
      resources: without(resources, "memorySwap"),
      warnings: [
        "Your kernel does not support swap limit capabilities or the cgroup is not mounted. Memory limited without swap.",
      ],
    };
  return { resources, warnings: [] };
}

/** `--ulimit host`: the container inherits the engine's own limits. */
export const HOST_ULIMITS = "host";

function checkUlimit(limit: Ulimit): Ulimit {
  const name = limit.name.toLowerCase().replace(/^rlimit_/, "");
  const bad = (reason: string) =>
    invalid(
      `ulimit option "${limit.name}=${limit.soft}:${limit.hard}" requires name=SOFT:HARD, failed to be parsed: ${reason}`,
    );
  if (name === HOST_ULIMITS) return { ...limit, name };
  if (!ULIMIT_NAMES.includes(name)) throw bad(`invalid ulimit type: ${limit.name}`);
  if (![limit.soft, limit.hard].every((n) => Number.isSafeInteger(n) && n >= -1)) throw bad("not a number");
  if (limit.hard !== -1 && (limit.soft === -1 || limit.soft > limit.hard))
    throw bad(`ulimit soft limit must be less than or equal to hard limit: ${limit.soft} > ${limit.hard}`);
  return { ...limit, name };
}

/**
 * Checks the user's ulimits and puts them over the configured ones, by name.
 *
 * @throws INVALID_ARGUMENT for unknown names and a soft limit above the hard one
 */
export function resolveUlimits(own: readonly Ulimit[], defaults: readonly Ulimit[]): readonly Ulimit[] {
  const merged = new Map<string, Ulimit>();
  for (const limit of [...defaults, ...own].map(checkUlimit)) merged.set(limit.name, limit);
  const host = merged.get(HOST_ULIMITS);
  return host === undefined
    ? [...merged.values()]
    : [host, ...own.map(checkUlimit).filter((l) => l.name !== HOST_ULIMITS)];
}
