import assert from "node:assert/strict";
import { test } from "node:test";
import { controlFiles, groupOf, readControl, someDisk, unifiedCgroups } from "../support/cgroups.ts";
import { openSandbox } from "../support/minke.ts";
import { needs, unless } from "../support/needs.ts";

/** Where the kernel keeps a limit, and what is to be found there. */
interface Place {
  readonly controller: string;
  readonly file: string;
  readonly value: string;
}

interface Limit {
  readonly flags: readonly string[];
  readonly v1: readonly Place[];
  readonly v2: readonly Place[];
  /** Why it can't be read back on any host like this. */
  readonly lacks?: string;
}

const onRoot = unless(needs.root);
const disk = someDisk();
const device = disk?.path ?? "/dev/none";
const numbers = disk?.numbers ?? "";
const noDisk = disk === undefined ? { lacks: "a disk with a device file" } : {};

const at = (controller: string, file: string, value: string | number): Place => ({
  controller,
  file: `${controller}.${file}`,
  value: String(value),
});
const MEBI = 1_048_576;

/** Flags that pods and containers have (spec/pods.md 1.7). */
const COMMON: readonly Limit[] = [
  {
    flags: ["--cpus", "0.5"],
    v1: [at("cpu", "cfs_period_us", 100_000), at("cpu", "cfs_quota_us", 50_000)],
    v2: [at("cpu", "max", "50000 100000")],
  },
  { flags: ["--cpu-shares", "512"], v1: [at("cpu", "shares", 512)], v2: [at("cpu", "weight", 20)] },
  { flags: ["--cpuset-cpus", "0"], v1: [at("cpuset", "cpus", 0)], v2: [at("cpuset", "cpus", 0)] },
  { flags: ["--cpuset-mems", "0"], v1: [at("cpuset", "mems", 0)], v2: [at("cpuset", "mems", 0)] },
  {
    flags: ["--memory", "64m"],
    v1: [at("memory", "limit_in_bytes", 64 * MEBI)],
    v2: [at("memory", "max", 64 * MEBI)],
  },
  {
    flags: ["--memory-swap", "96m"],
    v1: [at("memory", "memsw.limit_in_bytes", 96 * MEBI)],
    v2: [at("memory", "swap.max", 32 * MEBI)],
  },
  { flags: ["--blkio-weight", "300"], v1: [at("blkio", "weight", 300)], v2: [at("io", "bfq.weight", 300)] },
  {
    flags: ["--blkio-weight-device", `${device}:200`],
    v1: [at("blkio", "weight_device", `${numbers} 200`)],
    v2: [at("io", "bfq.weight", `${numbers} 200`)],
    ...(disk?.scheduler === "bfq" || !unifiedCgroups ? {} : { lacks: "a disk with the BFQ scheduler" }),
  },
  {
    flags: ["--device-read-bps", `${device}:1mb`],
    v1: [at("blkio", "throttle.read_bps_device", `${numbers} ${MEBI}`)],
    v2: [at("io", "max", `rbps=${MEBI}`)],
    ...noDisk,
  },
  {
    flags: ["--device-write-bps", `${device}:2mb`],
    v1: [at("blkio", "throttle.write_bps_device", `${numbers} ${2 * MEBI}`)],
    v2: [at("io", "max", `wbps=${2 * MEBI}`)],
    ...noDisk,
  },
];

const CONTAINER_ONLY: readonly Limit[] = [
  {
    flags: ["--memory-reservation", "32m"],
    v1: [at("memory", "soft_limit_in_bytes", 32 * MEBI)],
    v2: [at("memory", "low", 32 * MEBI)],
  },
  {
    flags: ["--memory-swappiness", "40"],
    v1: [at("memory", "swappiness", 40)],
    v2: [],
    ...(unifiedCgroups ? { lacks: "swappiness by group" } : {}),
  },
  {
    flags: ["--oom-kill-disable"],
    v1: [at("memory", "oom_control", "oom_kill_disable 1")],
    v2: [],
    ...(unifiedCgroups ? { lacks: "a switch for the OOM killer by group" } : {}),
  },
  { flags: ["--pids-limit", "77"], v1: [at("pids", "max", 77)], v2: [at("pids", "max", 77)] },
  {
    flags: ["--device-read-iops", `${device}:500`],
    v1: [at("blkio", "throttle.read_iops_device", `${numbers} 500`)],
    v2: [at("io", "max", "riops=500")],
    ...noDisk,
  },
  {
    flags: ["--device-write-iops", `${device}:600`],
    v1: [at("blkio", "throttle.write_iops_device", `${numbers} 600`)],
    v2: [at("io", "max", "wiops=600")],
    ...noDisk,
  },
  {
    flags: ["--cgroup-conf", "memory.high=50000000"],
    v1: [],
    v2: [at("memory", "high", 49_999_872)],
    ...(unifiedCgroups ? {} : { lacks: "cgroup v2" }),
  },
  {
    flags: ["--cpu-rt-runtime", "1000"],
    v1: [at("cpu", "rt_runtime_us", 1000)],
    v2: [],
    lacks: "real-time time in the parent group, which gives it to its children",
  },
];

/** Other ways of saying what the rest says: for a second container. */
const INSTEAD: readonly Limit[] = [
  { flags: ["--cpu-period", "50000"], v1: [at("cpu", "cfs_period_us", 50_000)], v2: [at("cpu", "max", "20000 50000")] },
  { flags: ["--cpu-quota", "20000"], v1: [at("cpu", "cfs_quota_us", 20_000)], v2: [at("cpu", "max", "20000 50000")] },
  { flags: ["--cpu-rt-period", "900000"], v1: [at("cpu", "rt_period_us", 900_000)], v2: [] },
];

const placesOf = (limit: Limit) => (unifiedCgroups ? limit.v2 : limit.v1);

const known = new Map<string, readonly string[]>();

/** What this kernel lacks for a limit; undefined if nothing. */
function lacking(limit: Limit): string | undefined {
  if (limit.lacks !== undefined) return limit.lacks;
  if (placesOf(limit).length === 0) return `anything like it in cgroup ${unifiedCgroups ? "v2" : "v1"}`;
  const missing = placesOf(limit).find(({ controller, file }) => {
    if (!known.has(controller)) known.set(controller, controlFiles(controller));
    return known.get(controller)?.includes(file) !== true;
  });
  return missing === undefined ? undefined : `the file ${missing.file}`;
}

const usable = (limits: readonly Limit[]) =>
  onRoot.skip === undefined ? limits.filter((limit) => lacking(limit) === undefined) : [];

/** A line for each limit that the kernel does not have as asked. */
function differences(limits: readonly Limit[], groupFor: (controller: string) => string): readonly string[] {
  return limits.flatMap((limit) =>
    placesOf(limit).flatMap(({ controller, file, value }) => {
      const found = readControl(controller, groupFor(controller), file);
      // Some files have a line for each device, or a word for each limit.
      const has =
        found === value || found?.split("\n").some((line) => line === value || line.split(" ").includes(value));
      return has ? [] : [`${limit.flags.join(" ")}: ${file} of ${groupFor(controller)} is ${found}, not ${value}`];
    }),
  );
}

const flagsOf = (limits: readonly Limit[]) => limits.flatMap((limit) => limit.flags);

test("every limit of a pod and of a container is what the kernel enforces", onRoot, async () => {
  const podLimits = usable(COMMON);
  const all = usable([...COMMON, ...CONTAINER_ONLY]);
  const instead = usable(INSTEAD);
  await using minke = await openSandbox();
  await minke.ok("pod", "create", "--name", "p", ...flagsOf(podLimits));
  const group = await minke.ok("pod", "inspect", "-f", "{{.CgroupPath}}", "p");
  assert.deepEqual(
    differences(podLimits, () => group),
    [],
    "before the start",
  );
  await minke.ok("create", "--pod", "p", "--name", "member", "--memory", "32m", "busybox", "sleep", "1000");
  await minke.ok("pod", "start", "p");
  assert.deepEqual(
    differences(podLimits, () => group),
    [],
    "while it runs",
  );

  await minke.ok("run", "-d", "--name", "alone", ...flagsOf(all), "busybox", "sleep", "1000");
  await minke.ok("run", "-d", "--name", "other", ...flagsOf(instead), "busybox", "sleep", "1000");
  const pids = (await minke.ok("inspect", "-f", "{{.State.Pid}}", "alone", "other", "member")).split("\n");
  const [alone = "", other = "", member = ""] = pids;
  assert.deepEqual(
    differences(all, (controller) => groupOf(alone, controller)),
    [],
  );
  assert.deepEqual(
    differences(instead, (controller) => groupOf(other, controller)),
    [],
  );
  const own: Limit = {
    flags: ["--memory 32m of a member"],
    v1: [at("memory", "limit_in_bytes", 32 * MEBI)],
    v2: [at("memory", "max", 32 * MEBI)],
  };
  assert.deepEqual(
    differences([own], (controller) => groupOf(member, controller)),
    [],
  );
  assert.ok(groupOf(member, "memory").startsWith(`${group}/`), "a member's group is below the pod's");
});

if (onRoot.skip === undefined)
  for (const limit of [...COMMON, ...CONTAINER_ONLY, ...INSTEAD]) {
    const missing = lacking(limit);
    if (missing !== undefined) test(`limit ${limit.flags[0]}`, { skip: `this kernel lacks ${missing}` }, () => {});
  }
