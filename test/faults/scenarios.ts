import type { Scenario } from "./fault-runs.ts";
import type { FakeEngine } from "../../src/engine/testing/fake-engine.ts";
import type { Engine } from "../../src/engine/api/engine.ts";

const POD = { refs: ["pod"] } as const;
const CTR = { refs: ["ctr"] } as const;

/** A pod with a bridge network, a published port, a limit, and two members of which one needs the other. */
const createPod = (fake: FakeEngine, engine: Engine) =>
  engine.pods.create({
    name: "pod",
    ports: [{ host: 8080, container: 80 }],
    resources: { memory: 64 << 20 },
    containers: {
      db: fake.program(["sleep"]),
      web: fake.program(["sleep"], { mounts: [{ type: "volume", destination: "/data" }] }),
    },
  });

const startedPod = async (fake: FakeEngine, engine: Engine) => {
  await createPod(fake, engine);
  await engine.pods.start(POD);
};

const createCtr = (fake: FakeEngine, engine: Engine) =>
  engine.containers.create({
    ...fake.program(["sleep"], { name: "ctr", mounts: [{ type: "volume", destination: "/data" }] }),
    rootfs: "/rootfs:O",
  });

const startedCtr = async (fake: FakeEngine, engine: Engine) => {
  await createCtr(fake, engine);
  await engine.containers.start("ctr");
};

const pausedPod = async (fake: FakeEngine, engine: Engine) => {
  await startedPod(fake, engine);
  await engine.pods.pause(POD);
};

const QUIET = { stdout: () => {}, stderr: () => {} };

/** Every verb that changes something. */
export const SCENARIOS: readonly Scenario[] = [
  { name: "pod create", setUp: async () => {}, act: (engine, fake) => createPod(fake, engine) },
  { name: "pod start", setUp: createPod, act: (engine) => engine.pods.start(POD) },
  { name: "pod stop", setUp: startedPod, act: (engine) => engine.pods.stop(POD) },
  { name: "pod kill", setUp: startedPod, act: (engine) => engine.pods.kill(POD) },
  { name: "pod pause", setUp: startedPod, act: (engine) => engine.pods.pause(POD) },
  { name: "pod unpause", setUp: pausedPod, act: (engine) => engine.pods.unpause(POD) },
  { name: "pod restart", setUp: startedPod, act: (engine) => engine.pods.restart(POD) },
  {
    name: "pod cleanup",
    setUp: async (fake, engine) => {
      await startedPod(fake, engine);
      await engine.pods.kill(POD);
    },
    act: (engine) => engine.pods.cleanup(POD),
  },
  { name: "pod rm -f", removes: true, setUp: startedPod, act: (engine) => engine.pods.remove(POD, { force: true }) },
  {
    name: "pod prune",
    removes: true,
    setUp: async (fake, engine) => {
      await startedPod(fake, engine);
      await engine.pods.stop(POD);
    },
    act: (engine) => engine.pods.prune(),
  },
  { name: "container create", setUp: async () => {}, act: (engine, fake) => createCtr(fake, engine) },
  { name: "container start", setUp: createCtr, act: (engine) => engine.containers.start("ctr") },
  { name: "container stop", setUp: startedCtr, act: (engine) => engine.containers.stop(CTR) },
  { name: "container restart", setUp: startedCtr, act: (engine) => engine.containers.restart(CTR) },
  {
    name: "container rm -f",
    removes: true,
    setUp: startedCtr,
    act: (engine) => engine.containers.remove(CTR, { force: true, volumes: true }),
  },
  {
    name: "container exec",
    setUp: startedCtr,
    act: (engine) => engine.containers.exec("ctr", { command: ["exit", "3"] }, QUIET),
  },
  {
    name: "run",
    setUp: async () => {},
    act: async (engine, fake) => {
      await engine.containers.create(fake.program(["print", "hello"], { name: "ctr" }));
      await engine.containers.startAttached("ctr", QUIET);
      await engine.containers.remove(CTR);
    },
  },
];
