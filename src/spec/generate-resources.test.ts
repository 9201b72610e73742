import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Resources } from "../model/container.ts";
import { limitsToOci } from "./generate-resources.ts";

describe("limitsToOci", () => {
  const cases: readonly (readonly [string, Resources, unknown])[] = [
    ["nothing", {}, {}],
    ["swap as podman gives it", { memory: 100 }, { memory: { limit: 100, swap: 200 } }],
    ["swap as asked for", { memory: 100, memorySwap: 150 }, { memory: { limit: 100, swap: 150 } }],
    ["unlimited swap", { memory: 100, memorySwap: -1 }, { memory: { limit: 100 } }],
    ["zero as no limit", { memory: 0, cpuQuota: 0, cpuShares: 0, pidsLimit: 0, cpusetCpus: "" }, {}],
    ["an unlimited quota", { cpuQuota: -1 }, { cpu: { quota: -1 } }],
    ["an OOM killer that is off", { oomKillDisable: true }, { memory: { disableOOMKiller: true } }],
    ["files of cgroup v2", { unified: { "memory.high": "1" } }, { unified: { "memory.high": "1" } }],
  ];
  for (const [name, resources, wanted] of cases) it(name, () => assert.deepEqual(limitsToOci(resources), wanted));

  it("devices by number", () => {
    const numbers = { "/dev/vda": { major: 254, minor: 0 } };
    const resources: Resources = {
      readBps: [{ path: "/dev/vda", rate: 1000 }],
      blkioWeightDevice: [{ path: "/dev/vda", weight: 100 }],
    };
    assert.deepEqual(limitsToOci(resources, numbers), {
      blockIO: {
        weightDevice: [{ major: 254, minor: 0, weight: 100 }],
        throttleReadBpsDevice: [{ major: 254, minor: 0, rate: 1000 }],
      },
    });
    assert.throws(() => limitsToOci(resources), /block device \/dev\/vda of a limit does not exist/);
  });
});
