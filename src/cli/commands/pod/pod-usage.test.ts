import assert from "node:assert/strict";
import { test } from "node:test";
import { fail } from "../../../base/errors.ts";
import { fakeEngine, testId } from "../../testing/fake-engine.ts";
import { runCli } from "../../testing/run-cli.ts";

const MEMBERS = [
  { id: testId("a"), name: "app", status: "running" },
  { id: testId("b"), name: "db", status: "exited" },
  { id: testId("c"), name: "infra", status: "running" },
];

const reading = (seed: string, name: string, running: boolean) => ({
  id: testId(seed),
  name,
  podId: testId("f"),
  running,
  cpuNs: running ? 31e6 : 0,
  uptimeMs: running ? 10_000 : 0,
  memory: running ? 716_800 : 0,
  memoryLimit: 25_276_514_304,
  pids: running ? 1 : 0,
  netRx: 0,
  netTx: 0,
  blockRead: 0,
  blockWrite: 0,
});

function engine(sharing: { pid: boolean } = { pid: false }) {
  return fakeEngine({
    "pods.resolve": async (ref: string) => {
      if (ref === "gone") throw fail("NO_SUCH_POD", { ref });
      return testId("f");
    },
    "pods.list": async () => [{ config: { id: testId("f"), name: "web", sharing }, members: MEMBERS }],
    "containers.top": async (id: string) => [
      ["PID", "COMMAND"],
      ["1", `of ${id.slice(0, 1)}`],
    ],
    "containers.stats": async () => [reading("a", "app", true), reading("b", "db", false)],
  });
}

test("top lists running members under one heading", async () => {
  const fake = engine();
  const { out, code } = await runCli(["pod", "top", "web", "pid", "-eo"], fake);
  assert.deepEqual([code, out], [0, "PID         COMMAND\n1           of a\n1           of c\n"]);
  assert.deepEqual(
    fake.calls.filter((call) => call.name === "containers.top").map((call) => call.args),
    [
      [testId("a"), ["pid", "-eo"]],
      [testId("c"), ["pid", "-eo"]],
    ],
  );
});

test("top asks only one member where all share the PID namespace", async () => {
  assert.equal(
    (await runCli(["pod", "top", "web"], engine({ pid: true }))).out,
    "PID         COMMAND\n1           of a\n",
  );
});

test("top names what is missing in podman's words", async () => {
  const gone = await runCli(["pod", "top", "gone"], engine());
  assert.deepEqual(
    [gone.code, gone.err],
    [125, "Error: unable to look up requested container: no pod with name or ID gone found: no such pod\n"],
  );
  assert.equal((await runCli(["pod", "top"])).err, "Error: you must provide the name or id of a running pod\n");
});

test("stats prints every member once", async () => {
  const { out, code } = await runCli(["pod", "stats", "--no-stream", "web"], engine());
  assert.equal(code, 0);
  assert.equal(
    out,
    [
      "POD           CID           NAME        CPU %       MEM USAGE/ LIMIT   MEM %       NET IO      BLOCK IO    PIDS",
      "ffffffffffff  aaaaaaaaaaaa  app         0.31%       716.8kB / 25.28GB  0.00%       -- / --     -- / --     1",
      "ffffffffffff  bbbbbbbbbbbb  db          --          -- / --            --          -- / --     -- / --     --",
      "",
    ].join("\n"),
  );
});

test("stats in other formats, and without containers", async () => {
  const json = JSON.parse((await runCli(["pod", "stats", "--no-stream", "--format", "json"], engine())).out);
  assert.equal(json[0].MemUsageBytes, "700KiB / 23.54GiB");
  assert.deepEqual(Object.keys(json[0]), "CPU MemUsage MemUsageBytes Mem NetIO BlockIO PIDS Pod CID Name".split(" "));
  const table = await runCli(["pod", "stats", "--no-stream", "--format", "table {{.Name}} {{.CPU}}"], engine());
  assert.equal(table.out, "NAME        CPU %\napp         0.31%\ndb          --\n");
  const none = await runCli(["pod", "stats", "--no-stream"]);
  assert.match(none.out, /^POD .*\n-- {10}-- .*--\n$/);
});

test("stats goes on every second and clears the screen in between", async () => {
  const controller = new AbortController();
  const sleeps: number[] = [];
  const { out, code } = await runCli(["pod", "stats", "web"], engine(), {
    signal: controller.signal,
    interruptedBy: 2,
    onSleep: (milliseconds) => {
      sleeps.push(milliseconds);
      if (sleeps.length === 2) controller.abort();
    },
  });
  assert.deepEqual([code, sleeps, out.split("\x1b[2J\x1b[H").length], [130, [1000, 1000], 3]);
});

test("stats takes one way of naming pods", async () => {
  const { err } = await runCli(["pod", "stats", "-a", "web"], engine());
  assert.equal(err, "Error: --all, --latest and arguments cannot be used together\n");
  const gone = await runCli(["pod", "stats", "gone"], engine());
  assert.equal(gone.err, "Error: unable to get list of pods: no pod with name or ID gone found: no such pod\n");
});
