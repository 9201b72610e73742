import type { Engine } from "../../src/engine/api/engine.ts";
import type { FakeEngine } from "../../src/engine/testing/fake-engine.ts";
import type { Scenario } from "./fault-runs.ts";

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

/** The container ends after its monitor did, so nobody has cleaned up. */
const endUnnoticed = async (fake: FakeEngine, name: string) => {
  await fake.killMonitor(name);
  await fake.endInit(name, { code: 3 });
};

const QUIET = { stdout: () => {}, stderr: () => {} };

/** Every verb on pods that changes something. */
export const POD_SCENARIOS: readonly Scenario[] = [
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
  {
    name: "pod start with init containers",
    setUp: async (fake, engine) => {
      await createPod(fake, engine);
      await engine.containers.create(fake.program(["exit", "0"], { name: "once", pod: "pod", initContainer: "once" }));
      await engine.containers.create(fake.program(["exit", "0"], { name: "all", pod: "pod", initContainer: "always" }));
    },
    act: (engine) => engine.pods.start(POD),
  },
  {
    name: "the exit command of a pod with exit policy any",
    setUp: async (fake, engine) => {
      await engine.pods.create({
        name: "pod",
        exitPolicy: { policy: "any" },
        networks: [{ name: "none" }],
        containers: { db: fake.program(["sleep"]), web: fake.program(["sleep"]) },
      });
      await engine.pods.start(POD);
      await endUnnoticed(fake, "pod-web");
    },
    act: (engine) => engine.containers.cleanup({ refs: ["pod-web"] }, { stoppedOnly: true }),
  },
];

/** Every verb on containers that changes something. */
export const CONTAINER_SCENARIOS: readonly Scenario[] = [
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
  { name: "container pause", setUp: startedCtr, act: (engine) => engine.containers.pause(CTR) },
  {
    name: "container kill TERM",
    setUp: startedCtr,
    act: (engine) => engine.containers.kill(CTR, { signalToSend: 15 }),
  },
  { name: "container rename", setUp: createCtr, act: (engine) => engine.containers.rename("ctr", "other") },
  { name: "container init", setUp: createCtr, act: (engine) => engine.containers.init(CTR) },
  {
    name: "the exit command of run --rm",
    removes: true,
    setUp: async (fake, engine) => {
      await engine.containers.create(fake.program(["sleep"], { name: "ctr", autoRemove: true }));
      await engine.containers.start("ctr");
      await endUnnoticed(fake, "ctr");
    },
    act: (engine) => engine.containers.cleanup(CTR, { stoppedOnly: true, remove: true }),
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
