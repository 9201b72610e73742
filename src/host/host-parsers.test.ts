import assert from "node:assert/strict";
import { test } from "node:test";
import { isFrozen, setFrozen } from "./cgroup-freezer.ts";
import { cgroupLayout, checkCgroupPath } from "./cgroup-hierarchies.ts";
import { readCgroupStats } from "./cgroup-stats.ts";
import { EventQueue } from "./event-queue.ts";
import { check, errnoName } from "./libc.ts";
import * as flags from "./mount-flags.ts";
import { parseMountInfo } from "./mount-info.ts";
import { capabilityNames, parseLimits } from "./proc-tables.ts";
import { inetAddress } from "./socket-address.ts";

test("mount options become flags, propagation and data; later ones win", () => {
  const table = [
    [["ro", "nosuid", "size=64k", "mode=1777"], flags.MS_RDONLY | flags.MS_NOSUID, 0, "size=64k,mode=1777"],
    [["ro", "rw"], 0, 0, ""],
    [["rbind", "rslave"], flags.MS_BIND | flags.MS_REC, flags.MS_SLAVE | flags.MS_REC, ""],
    [["nodev", "dev", "noexec", ""], flags.MS_NOEXEC, 0, ""],
    [["constructor"], 0, 0, "constructor"],
  ] as const;
  for (const [options, bits, propagation, data] of table)
    assert.deepEqual(flags.parseMountOptions(options), { flags: bits, propagation, data }, options.join());
});

test("mountinfo lines are read with escapes, UTF-8 and optional fields", () => {
  const bytes = Buffer.from(
    "36 35 98:0 /m1\\040x /mnt/\\303\\244\\134 rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue\n\nbroken line\n",
  );
  assert.deepEqual(parseMountInfo(bytes.toString("latin1")), [
    {
      mountPoint: "/mnt/ä\\",
      root: "/m1 x",
      options: "rw,noatime",
      fsType: "ext3",
      source: "/dev/root",
      superOptions: "rw,errors=continue",
    },
  ]);
});

const cgroupMount = (fsType: string, mountPoint: string, superOptions: string) => ({
  fsType,
  mountPoint,
  superOptions,
  root: "/",
  source: fsType,
  options: "rw",
});

test("the cgroup layout is told from the mount table", () => {
  const unified = cgroupMount("cgroup2", "/sys/fs/cgroup/unified", "rw,nsdelegate");
  const cpu = cgroupMount("cgroup", "/sys/fs/cgroup/cpu,cpuacct", "rw,cpu,cpuacct");
  const named = cgroupMount("cgroup", "/sys/fs/cgroup/systemd", "rw,xattr,name=systemd");
  const again = cgroupMount("cgroup", "/elsewhere", "ro,cpu,cpuacct");
  const other = cgroupMount("ext4", "/", "rw");
  assert.equal(cgroupLayout([other, unified]).version, "v2");
  assert.equal(cgroupLayout([cpu, named]).version, "v1");
  const hybrid = cgroupLayout([cpu, named, unified, again]);
  assert.equal(hybrid.version, "hybrid");
  assert.deepEqual(
    hybrid.hierarchies.map(({ directory, controllers }) => [directory, ...controllers]),
    [["/sys/fs/cgroup/cpu,cpuacct", "cpu", "cpuacct"], ["/sys/fs/cgroup/systemd"], ["/sys/fs/cgroup/unified"]],
  );
  assert.equal(checkCgroupPath("/a/b"), "/a/b");
});

test("stats are read from the files of either version", () => {
  const v1: Readonly<Record<string, string>> = {
    "cpuacct.usage": "5000\n",
    "cpuacct.usage_sys": "1000\n",
    "memory.usage_in_bytes": "900",
    "memory.stat": "cache 1\ntotal_inactive_file 300\n",
    "memory.limit_in_bytes": "9223372036854771712",
    "pids.current": "4",
    "blkio.throttle.io_service_bytes_recursive": "8:0 Read 10\n8:0 Write 20\n8:16 Read 1\nTotal 31\n",
  };
  const same = {
    cpuNs: 5000,
    cpuSystemNs: 1000,
    memory: 600,
    memoryLimit: 4096,
    pids: 4,
    blockRead: 11,
    blockWrite: 20,
  };
  assert.deepEqual(
    readCgroupStats((_controller, file) => v1[file], false, 4096),
    same,
  );
  const v2: Readonly<Record<string, string>> = {
    "cpu.stat": "usage_usec 5\nuser_usec 4\nsystem_usec 1\n",
    "memory.current": "900",
    "memory.stat": "inactive_file 300\n",
    "memory.max": "max\n",
    "pids.current": "4",
    "io.stat": "8:0 rbytes=10 wbytes=20 rios=1\n8:16 rbytes=1 wbytes=0\n",
  };
  assert.deepEqual(
    readCgroupStats((_controller, file) => v2[file], true, 4096),
    same,
  );
  assert.equal(
    readCgroupStats((_c, file) => (file === "memory.max" ? "1024" : undefined), true, 4096).memoryLimit,
    1024,
  );
});

test("freezing insists until the kernel says so, and an abort thaws again", async () => {
  const writes: string[] = [];
  let reads = 0;
  const slow = {
    unified: false,
    read: () => {
      reads += 1;
      return reads < 3 ? "FREEZING\n" : "FROZEN\n";
    },
    write: (_file: string, value: string) => void writes.push(value),
  };
  await setFrozen(slow, true);
  assert.deepEqual(writes, ["FROZEN", "FROZEN", "FROZEN"]);
  const unified = { unified: true, read: () => "populated 1\nfrozen 0\n", write: slow.write };
  assert.equal(isFrozen(unified), false);
  const stop = new AbortController();
  writes.length = 0;
  const freezing = setFrozen(unified, true, stop.signal);
  stop.abort(new Error("enough"));
  await assert.rejects(freezing, /enough/);
  assert.deepEqual(writes, ["1", "0"]);
  await assert.rejects(setFrozen({ ...unified, read: () => undefined }, true), { errno: "ENOENT" });
});

test("capabilities and limits have their usual names", () => {
  assert.deepEqual(capabilityNames("0000000000000021"), ["CAP_CHOWN", "CAP_KILL"]);
  assert.equal(capabilityNames("000001ffffffffff").at(-1), "CAP_CHECKPOINT_RESTORE");
  assert.deepEqual(capabilityNames(undefined), []);
  const limits = parseLimits(
    "Limit                     Soft Limit           Hard Limit           Units     \nMax open files            1024                 unlimited            files     \n",
  );
  assert.deepEqual(limits, { nofile: { soft: 1024, hard: -1 } });
});

test("addresses are written as the kernel reads them", () => {
  const hex = (ip: string) => Buffer.from(inetAddress(ip, 8080).bytes).toString("hex");
  assert.equal(hex(""), "02001f90000000000000000000000000");
  assert.equal(hex("127.0.0.1"), "02001f907f0000010000000000000000");
  const table = [
    ["::", "0".repeat(32)],
    ["::1", `${"0".repeat(31)}1`],
    ["fe80::1:2", `fe80${"0".repeat(20)}00010002`],
    ["1:2:3:4:5:6:7:8", "00010002000300040005000600070008"],
    ["::ffff:10.0.0.1", `${"0".repeat(20)}ffff0a000001`],
  ] as const;
  for (const [ip, address] of table) assert.equal(hex(ip), `0a001f9000000000${address}00000000`, ip);
  for (const ip of ["localhost", "1.2.3", "fe80::1%eth0"]) assert.throws(() => inetAddress(ip, 1), { errno: "EINVAL" });
});

test("errnos have names, and some can be excepted", () => {
  assert.deepEqual(
    [errnoName(2), errnoName(11), errnoName(95), errnoName(4095)],
    ["ENOENT", "EAGAIN", "EOPNOTSUPP", "E4095"],
  );
  assert.equal(check(7, "f", "/"), 7);
  assert.equal(check(-2, "f", "/", ["ENOENT"]), -2);
  assert.throws(() => check(-13, "open", "/x"), { errno: "EACCES", syscall: "open", path: "/x" });
});

test("an event queue delivers what came before its end, then ends or fails", async () => {
  const calls: string[] = [];
  const queue = new EventQueue<number>({ onReturn: () => calls.push("left"), onTake: () => calls.push("took") });
  queue.push(1);
  queue.push(2);
  queue.end();
  queue.push(3);
  const seen: number[] = [];
  for await (const item of queue) seen.push(item);
  assert.deepEqual(
    [seen, calls],
    [
      [1, 2],
      ["took", "took"],
    ],
  );
  const failing = new EventQueue<number>();
  const next = failing.next();
  failing.push(4);
  assert.deepEqual(await next, { value: 4, done: false });
  failing.fail(new Error("broken"));
  await assert.rejects(failing.next(), /broken/);
  assert.equal((await failing.next()).done, true);
  const left = new EventQueue<number>({ onReturn: () => calls.push("left") });
  left.push(1);
  for await (const _item of left) break;
  assert.equal(calls.at(-1), "left");
});
