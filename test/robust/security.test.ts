import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { EngineCli } from "../support/engine-cli.ts";
import { openSandbox } from "../support/minke.ts";
import { needs, unless } from "../support/needs.ts";
import { openPodman, ulimitSetting } from "../support/podman.ts";

/** What a container can see of its own cage, each part behind a line `== NAME`. */
const PROBE = [
  'part() { echo "== $1"; shift; "$@" 2>&1; }',
  "part status cat /proc/self/status",
  "part mounts cat /proc/self/mountinfo",
  "part limits cat /proc/self/limits",
  "part umask umask",
  // Not the link targets of /dev/fd and kin, but kind, numbers and mode of each node.
  "part devices find /dev -exec stat -c '%n %F %t:%T %a %u:%g' {} +",
  "part id id",
  "part masked sh -c 'for p in /proc/kcore /proc/keys /proc/latency_stats /proc/timer_list /proc/sched_debug /proc/scsi /proc/acpi /sys/firmware /sys/fs/selinux; do echo $p $(ls -A $p 2>/dev/null | wc -l) $(head -c 1 $p 2>/dev/null | wc -c); done'",
  "part writable sh -c 'for p in /proc/sys/kernel/hostname /proc/sysrq-trigger /proc/irq/default_smp_affinity /proc/bus/pci /proc/fs /sys/kernel/uevent_helper /sys/fs/cgroup /dev /dev/shm /etc /run /tmp /; do test -w $p && echo $p; done; true'",
  "part mount sh -c 'mount -t tmpfs none /dev/shm && echo mounted; true'",
  "part keyctl sh -c 'unshare -m true && echo unshared; true'",
].join("\n");

type Parts = ReadonlyMap<string, readonly string[]>;

async function probe(engine: EngineCli, flags: readonly string[]): Promise<Parts> {
  const text = await engine.ok("run", "--rm", "--network", "none", ...flags, "busybox", "sh", "-c", PROBE);
  const parts = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const name = /^== (\w+)$/.exec(line)?.[1];
    if (name !== undefined) parts.set(name, []);
    else [...parts.values()].at(-1)?.push(line);
  }
  return parts;
}

const pairs = (lines: readonly string[] = []) =>
  new Map(lines.map((line) => [line.split(":")[0] ?? "", line.slice(line.indexOf(":") + 1).trim()] as const));

type Check = (ours: readonly string[], theirs: readonly string[]) => readonly string[];

/** Capability sets, seccomp mode and no_new_privs of /proc/self/status (proc(5)). */
const status: Check = (ours, theirs) => {
  const [mine, other] = [pairs(ours), pairs(theirs)];
  const sets = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"].filter((set) => {
    const [a, b] = [mine, other].map((fields) => BigInt(`0x${fields.get(set) ?? "0"}`));
    return ((a ?? 0n) & ~(b ?? 0n)) !== 0n;
  });
  const flags = ["Seccomp", "NoNewPrivs"].filter((key) => Number(mine.get(key)) < Number(other.get(key)));
  const same = ["Uid", "Gid", "Groups"].filter((key) => mine.get(key) !== other.get(key));
  return [...sets, ...flags, ...same].map((key) => `${key}: ${mine.get(key)}, podman ${other.get(key)}`);
};

const RESTRICTIONS = ["ro", "nosuid", "nodev", "noexec"];

interface Mount {
  readonly kind: string;
  readonly options: readonly string[];
}

/** Options of the mount and of its file system, by mount point; the topmost of several counts. */
function mountTable(lines: readonly string[]): ReadonlyMap<string, Mount> {
  return new Map(
    lines.map((line) => {
      const [front = "", back = ""] = line.split(" - ");
      const fields = front.split(" ");
      const [kind = "", , superOptions = ""] = back.split(" ");
      return [fields[4] ?? "", { kind, options: [...(fields[5] ?? "").split(","), ...superOptions.split(",")] }];
    }),
  );
}

/** Every mount that podman has in the container's kernel file systems is there, and as closed. */
const mounts: Check = (ours, theirs) => {
  const [mine, other] = [mountTable(ours), mountTable(theirs)];
  const missing = [...other.keys()].filter((point) => /^\/(proc|sys|dev)(\/|$)/.test(point) && !mine.has(point));
  const open = [...mine].flatMap(([point, { options }]) => {
    const wanted = other.get(point)?.options ?? [];
    const absent = RESTRICTIONS.filter((word) => wanted.includes(word) && !options.includes(word));
    return absent.length === 0 ? [] : [`${point} is not ${absent.join(", ")}`];
  });
  const more = [...mine.keys()].filter((point) => /^\/(proc|sys|dev)(\/|$)/.test(point) && !other.has(point));
  // Further masks are fine; anything else of the kernel's is not.
  const exposed = more.filter((point) => !["tmpfs", "devtmpfs"].includes(mine.get(point)?.kind ?? ""));
  return [...missing.map((point) => `no mount at ${point}`), ...open, ...exposed.map((p) => `a mount at ${p}`)];
};

const limits: Check = (ours, theirs) => {
  const table = (lines: readonly string[]) =>
    new Map(lines.slice(1).map((line) => [line.slice(0, 26).trim(), line.slice(26).trim().split(/\s+/)] as const));
  const value = (text: string | undefined) => (text === "unlimited" ? Number.POSITIVE_INFINITY : Number(text));
  const [mine, other] = [table(ours), table(theirs)];
  return [...mine].flatMap(([name, [soft, hard]]) => {
    const [softest, hardest] = other.get(name) ?? [];
    const more = value(soft) > value(softest) || value(hard) > value(hardest);
    return more ? [`${name}: ${soft}:${hard}, podman ${softest}:${hardest}`] : [];
  });
};

/** Nothing that podman does not have. */
const noMore: Check = (ours, theirs) => ours.filter((line) => !theirs.includes(line)).map((line) => `more: ${line}`);

const same: Check = (ours, theirs) =>
  ours.join("\n") === theirs.join("\n") ? [] : [`${JSON.stringify(ours)}, podman ${JSON.stringify(theirs)}`];

/** The terminals of the moment are no property of the cage. */
const devices: Check = (ours, theirs) => {
  const nodes = (lines: readonly string[]) =>
    lines.filter((line) => !/^\/dev\/(pts\/\d|fd\/|loop|vcs|tty\d|pty)/.test(line));
  return noMore(nodes(ours), nodes(theirs));
};

const CHECKS: Readonly<Record<string, Check>> = {
  ...{ status, mounts, limits, umask: same, devices, id: same, masked: noMore, writable: noMore },
  ...{ mount: noMore, keyctl: noMore },
};

const VARIANTS: readonly (readonly [string, readonly string[]])[] = [
  ["root", []],
  ["another user", ["--user", "1000:1000"]],
  ["another user with groups", ["--user", "1000", "--group-add", "27", "--group-add", "5"]],
  ["--privileged", ["--privileged"]],
  ["--privileged as another user", ["--privileged", "--user", "1000"]],
  ["--cap-drop all", ["--cap-drop", "all"]],
  ["--cap-add for another user", ["--user", "1000", "--cap-add", "NET_ADMIN", "--cap-drop", "CHOWN"]],
  ["--security-opt no-new-privileges", ["--security-opt", "no-new-privileges"]],
  ["--read-only", ["--read-only"]],
  ["--security-opt mask and unmask", ["--security-opt", "mask=/proc/version", "--security-opt", "unmask=/proc/kcore"]],
  ["limits", ["--ulimit", "nofile=100:200", "--ulimit", "nproc=500:600", "--pids-limit", "50", "--umask", "0077"]],
];

let engines: { readonly minke: EngineCli; readonly podman: EngineCli } | undefined;
const options = unless(needs.root, needs.program("podman"));

before(async () => {
  if (options.skip !== undefined) return;
  const [minke, podman] = await Promise.all([
    openSandbox({ config: ["[containers]", ulimitSetting(), ""].join("\n") }),
    openPodman(),
  ]);
  engines = { minke, podman };
});
after(async () => {
  await Promise.all([engines?.minke[Symbol.asyncDispose](), engines?.podman[Symbol.asyncDispose]()]);
});

for (const [name, flags] of VARIANTS)
  test(`a container is caged as podman's or tighter: ${name}`, options, async () => {
    assert.ok(engines);
    const [ours, theirs] = await Promise.all([probe(engines.minke, flags), probe(engines.podman, flags)]);
    const problems = Object.entries(CHECKS).flatMap(([part, check]) => {
      const [mine, other] = [ours.get(part), theirs.get(part)];
      if (mine === undefined || other === undefined) return [`${part}: not told`];
      return check(mine, other).map((problem) => `${part}: ${problem}`);
    });
    assert.deepEqual(problems, []);
  });
