import { readFileSync } from "node:fs";
import { processesOf } from "../test/support/leaks.ts";
import type { Stopwatch } from "./stopwatch.ts";

/** A row of the result and the ratio to podman that DESIGN promises for it. */
export type Budgets = Readonly<Record<string, number>>;

/** Work that is repeated, each time on both engines. */
export interface Scenario {
  readonly name: string;
  readonly budgets: Budgets;
  /** Once per engine, before the first round. */
  readonly setUp?: (watch: Stopwatch) => void;
  readonly round: (watch: Stopwatch) => void;
  /** Once per engine, after the last round. */
  readonly tearDown?: (watch: Stopwatch) => void;
}

const POD = "bench";
// Ends at the first signal, so that no engine waits for a member that ignores SIGTERM.
const MEMBER = ["--stop-signal", "KILL", "busybox", "sleep", "100000"];
const removeAll = (watch: Stopwatch) => watch.run("pod", "rm", "--force", "--all");

function createPod(watch: Stopwatch, members: number): void {
  watch.run("pod", "create", "--name", POD);
  for (let n = 0; n < members; n += 1) watch.run("create", "--pod", POD, "--name", `m${n}`, ...MEMBER);
}

const coldStart: Scenario = {
  name: "cold start",
  budgets: { version: 0.5, "pod ps": 0.5, ps: 0.5 },
  round: (watch) => {
    watch.time("version", "version");
    watch.time("pod ps", "pod", "ps");
    watch.time("ps", "ps");
  },
};

const manyPods: Scenario = {
  name: "50 pods",
  budgets: { "pod ps, 50 pods": 0.35, "ps -a, 50 pods": 0.35, "pod inspect": 0.35 },
  setUp: (watch) => {
    for (let n = 0; n < 50; n += 1) watch.run("pod", "create", "--name", `pod${n}`);
  },
  round: (watch) => {
    watch.time("pod ps, 50 pods", "pod", "ps");
    watch.time("ps -a, 50 pods", "ps", "-a");
    watch.time("pod inspect", "pod", "inspect", "pod25");
  },
  tearDown: removeAll,
};

const create: Scenario = {
  name: "create",
  budgets: { "pod create": 0.4, "create in a pod": 0.4 },
  round: (watch) => {
    watch.time("pod create", "pod", "create", "--name", POD);
    watch.time("create in a pod", "create", "--pod", POD, ...MEMBER);
    watch.run("pod", "rm", "--force", POD);
  },
};

function podStart(members: number, budget: number): Scenario {
  const row = `pod start, ${members} ${members === 1 ? "member" : "members"}`;
  return {
    name: row,
    budgets: { [row]: budget },
    round: (watch) => {
      createPod(watch, members);
      watch.time(row, "pod", "start", POD);
      watch.run("pod", "rm", "--force", "--time", "0", POD);
    },
  };
}

const tenMembers: Scenario = {
  name: "verbs, 10 members",
  budgets: {
    "pod pause, 10 members": 0.5,
    "pod unpause, 10 members": 0.5,
    "pod kill, 10 members": 0.4,
    "pod stop -t 0, 10 members": 0.35,
    "pod restart, 10 members": 0.25,
    "pod rm -f, 10 running members": 0.2,
  },
  round: (watch) => {
    createPod(watch, 10);
    watch.run("pod", "start", POD);
    watch.time("pod pause, 10 members", "pod", "pause", POD);
    watch.time("pod unpause, 10 members", "pod", "unpause", POD);
    watch.time("pod kill, 10 members", "pod", "kill", POD);
    // Until everything has ended and its clean-up is over, so that the next measurement starts from rest.
    watch.run("pod", "stop", "--time", "0", POD);
    watch.run("pod", "start", POD);
    watch.time("pod stop -t 0, 10 members", "pod", "stop", "--time", "0", POD);
    watch.run("pod", "start", POD);
    watch.time("pod restart, 10 members", "pod", "restart", POD);
    watch.time("pod rm -f, 10 running members", "pod", "rm", "--force", "--time", "0", POD);
  },
};

const run: Scenario = {
  name: "run and exec",
  budgets: { "run --rm, bridge": 0.35, "run --rm, no network": 0.4, exec: 0.4 },
  setUp: (watch) => watch.run("run", "--detach", "--name", "target", ...MEMBER),
  round: (watch) => {
    watch.time("run --rm, bridge", "run", "--rm", "busybox", "true");
    watch.time("run --rm, no network", "run", "--rm", "--network", "none", "busybox", "true");
    watch.time("exec", "exec", "target", "true");
  },
  tearDown: (watch) => watch.run("rm", "--force", "--time", "0", "target"),
};

/** Proportional set size, in kilobytes, of the engine's own processes: monitors and helpers, not the containers'. */
function engineMemory(watch: Stopwatch): number {
  const sizes = processesOf([watch.engine.directory]).map(({ pid }) => {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    return Number(rollup.match(/^Pss:\s+(\d+)/m)?.[1] ?? 0);
  });
  return sizes.reduce((sum, size) => sum + size, 0);
}

const memory: Scenario = {
  name: "memory",
  budgets: { "memory beside a pod of 1 member (kB)": 1 },
  setUp: (watch) => {
    createPod(watch, 1);
    watch.run("pod", "start", POD);
  },
  round: (watch) => watch.note("memory beside a pod of 1 member (kB)", engineMemory(watch)),
  tearDown: (watch) => watch.run("pod", "rm", "--force", "--time", "0", POD),
};

export const SCENARIOS: readonly Scenario[] = [
  coldStart,
  manyPods,
  create,
  podStart(1, 0.45),
  podStart(5, 0.3),
  podStart(10, 0.25),
  podStart(20, 0.22),
  tenMembers,
  run,
  memory,
];
