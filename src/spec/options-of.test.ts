import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ContainerCreateOptions } from "../engine/api/container-options.ts";
import type { PodCreateOptions } from "../engine/api/pod-options.ts";
import type { ContainerConfig } from "../model/container.ts";
import { CONTAINER_ID, inputOf, podOf } from "./fakes/inputs.ts";
import { containerOptionsOf } from "./options-of.ts";
import { resolveContainer } from "./resolve-container.ts";

/** Some of the fields, each absent or one of a few values. */
function someOf(fields: { readonly [name: string]: readonly unknown[] }) {
  const arbitraries = Object.entries(fields).map(([name, values]) => [name, fc.constantFrom(...values)] as const);
  return fc.record(Object.fromEntries(arbitraries), { requiredKeys: [] });
}

const OPTIONS = someOf({
  command: [["a"], ["a", "b c"]],
  entrypoint: [["/e"], [""], ["/e", "x"]],
  env: [{ A: "1" }, { FOO: "own", B: "" }],
  unsetEnv: [["FOO"]],
  workdir: ["/w"],
  user: ["1:2", "app"],
  labels: [{ a: "c" }, { k: "v" }],
  annotations: [{ mine: "1" }],
  terminal: [true],
  stopSignal: ["INT", 9],
  stopTimeout: [0, 7],
  timeout: [5],
  restart: [{ name: "on-failure", maxRetries: 2 }],
  mounts: [
    [{ type: "volume", destination: "/v" }],
    [{ type: "volume", name: "named", destination: "/data", options: ["ro"] }],
    [
      { type: "bind", source: "/h", destination: "/b", options: ["ro", "z"] },
      { type: "tmpfs", destination: "/t", options: ["size=1m"] },
    ],
  ],
  imageVolumes: ["ignore", "tmpfs"],
  devices: [[{ source: "/dev/a", destination: "/dev/b", permissions: "r" }]],
  shmSize: [1_000_000],
  resources: [{ memory: 100_000_000 }, { cpuShares: 5, pidsLimit: 3 }],
  ulimits: [[{ name: "core", soft: 0, hard: 0 }]],
  oomScoreAdj: [5],
  umask: [0o77],
  timezone: ["UTC"],
  privileged: [true],
  capAdd: [["CAP_NET_ADMIN"]],
  capDrop: [["CAP_KILL"]],
  securityOpt: [
    ["no-new-privileges", "mask=/a:/b", "unmask=/c"],
    ["seccomp=unconfined", "label=disable", "proc-opts=hidepid=2"],
    ["no-new-privileges=false"],
  ],
  readOnly: [true],
  readOnlyTmpfs: [false],
  cgroupParent: ["/elsewhere"],
  health: ["none"],
  log: [{ driver: "none" }, { path: "/log", maxSize: 10 }],
  init: [true],
  dns: [["1.1.1.1"], ["none"]],
}) as fc.Arbitrary<ContainerCreateOptions>;

const ALONE = someOf({
  networks: [
    [{ name: "host" }],
    [{ name: "none" }],
    [
      { name: "n1", ips: ["10.1.1.1"], mac: "02:00:00:00:00:01", aliases: ["x"] },
      { name: "n2", interfaceName: "lan" },
    ],
  ],
  namespaces: [
    { ipc: "private", pid: "host", cgroup: "private" },
    { ipc: "host", uts: "ns:/proc/1/ns/uts" },
  ],
  uidMap: [["0:1000:10"]],
  addHosts: [["a:1.2.3.4"]],
}) as fc.Arbitrary<ContainerCreateOptions>;

const POD = someOf({
  share: ["none", "net", "ipc,net,uts,pid"],
  securityOpt: [["no-new-privileges", "seccomp=unconfined"]],
  shmSize: [2_000_000],
  mounts: [[{ type: "bind", source: "/p", destination: "/shared" }]],
  devices: [[{ source: "/dev/p", destination: "/dev/p", permissions: "rw" }]],
  pid: ["host"],
}) as fc.Arbitrary<PodCreateOptions>;

/** The order of mounts means nothing: the specification has them by depth. */
const comparable = (config: ContainerConfig) => ({
  ...config,
  mounts: config.mounts.toSorted((a, b) => (a.destination < b.destination ? -1 : 1)),
  devices: config.devices.toSorted((a, b) => (a.destination < b.destination ? -1 : 1)),
});

/** Undefined if the options contradict one another. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

test("options read from a definition make the same definition, alone and in a pod", () => {
  let tried = 0;
  fc.assert(
    fc.property(OPTIONS, ALONE, fc.option(POD, { nil: undefined }), (options, alone, podOptions) => {
      const pod = podOptions === undefined ? undefined : attempt(() => podOf({ infra: true, ...podOptions }));
      const given = pod === undefined ? { ...options, ...alone } : options;
      const more = pod === undefined ? {} : { pod };
      const made = attempt(() => resolveContainer(inputOf(given, more)).config);
      if (made === undefined) return;
      tried += 1;
      const context = {
        refOf: (id: string) => id,
        ...(pod === undefined ? {} : { pod: pod.config, infra: pod.infra }),
      };
      const { image: _id, ...again } = containerOptionsOf(made, context as Parameters<typeof containerOptionsOf>[1]);
      assert.equal(made.id, CONTAINER_ID);
      assert.deepEqual(comparable(resolveContainer(inputOf(again, more)).config), comparable(made));
    }),
    { numRuns: 150 },
  );
  assert.ok(tried > 30, `only ${tried} of the options could be made`);
});
