import assert from "node:assert/strict";
import type { Bench } from "./for-each-host.ts";
import { forEachHost, throwsErrno } from "./for-each-host.ts";
import { ENVIRONMENT, script } from "./scripts.ts";

let groups = 0;

/** A name that no other test or run uses. */
function groupName(bench: Bench): string {
  groups += 1;
  return `/minke-contract-${bench.host.processes.self}-${groups}`;
}

/** Right after the last process ended the kernel may still hold the group for a moment. */
async function removeAll(bench: Bench, path: string): Promise<void> {
  while (!bench.host.cgroups.remove(path)) await new Promise((resolve) => setImmediate(resolve));
}

async function startWaiting(bench: Bench) {
  const stdio = ["ignore", "pipe", "ignore"] as const;
  const child = bench.host.processes.spawn(...script("wait"), { env: ENVIRONMENT, stdio });
  for await (const _ready of child.pipes[1]?.data ?? []) break;
  return child;
}

forEachHost("cgroups", (example) => {
  example(
    "keeps, freezes, measures and removes groups",
    async (bench) => {
      const { cgroups } = bench.host;
      const top = groupName(bench);
      const path = `${top}/child`;
      const child = await startWaiting(bench);
      try {
        cgroups.create(path);
        cgroups.create(path);
        assert.deepEqual([cgroups.exists(top), cgroups.exists(path)], [true, true]);
        cgroups.attach(path, child.pid);
        assert.deepEqual(cgroups.processes(path), [child.pid]);
        assert.deepEqual(cgroups.processes(top), []);
        assert.equal(cgroups.frozen(path), false);
        await cgroups.setFrozen(path, true);
        assert.equal(cgroups.frozen(path), true);
        await cgroups.setFrozen(path, false);
        assert.equal(cgroups.frozen(path), false);
        const stats = cgroups.stats(path);
        assert.ok(stats && stats.memoryLimit > 0 && stats.cpuNs >= 0);
        if (cgroups.controllers().includes("pids")) assert.equal(stats.pids, 1);
        assert.equal(cgroups.remove(top), false);
      } finally {
        child.kill(9);
        await child.exited;
        await removeAll(bench, top);
      }
      assert.equal(cgroups.exists(top), false);
      assert.equal(cgroups.remove(top), true);
      assert.equal(cgroups.frozen(path), undefined);
      assert.equal(cgroups.stats(path), undefined);
      assert.deepEqual(cgroups.processes(path), []);
    },
    "cgroups",
  );

  example(
    "writes and reads limits",
    async (bench) => {
      const { cgroups } = bench.host;
      if (!cgroups.controllers().includes("pids")) return;
      const path = groupName(bench);
      cgroups.create(path);
      try {
        cgroups.write(path, "pids", "pids.max", "17");
        assert.equal(cgroups.read(path, "pids", "pids.max")?.trim(), "17");
        assert.equal(cgroups.read(path, "pids", "pids.none"), undefined);
        throwsErrno(() => cgroups.attach(path, 2 ** 22 - 1), "ESRCH");
      } finally {
        await removeAll(bench, path);
      }
      throwsErrno(() => cgroups.write(path, "pids", "pids.max", "17"), "ENOENT");
    },
    "cgroups",
  );

  example("refuses paths that lead elsewhere", ({ host }) => {
    for (const path of ["/", "", "relative", "/a/../b", "/a//b", "/a/"])
      assert.throws(() => host.cgroups.remove(path), RangeError, path);
    assert.throws(() => host.cgroups.write("/a", "pids", "../x", "1"), RangeError);
  });
});
