import assert from "node:assert/strict";
import { test } from "node:test";
import { fail } from "../../../base/errors.ts";
import type { PodReport } from "../../../engine/api/pods.ts";
import { fakeEngine, testId } from "../../testing/fake-engine.ts";
import { runCli } from "../../testing/run-cli.ts";

const POD = testId("b");
const MEMBER = testId("c");

const missing = (input: string): PodReport => ({
  input,
  ok: false,
  error: fail("NO_SUCH_POD", { ref: input }),
  failed: [],
});

const partial: PodReport = {
  input: "web",
  ok: false,
  id: POD,
  error: fail("POD_PARTIAL", { action: "starting" }),
  failed: [{ container: MEMBER, error: fail("CONTAINER_STATE", { message: "no way" }) }],
};

test("each verb hands its selection on and prints ids", async () => {
  const verbs: readonly (readonly [readonly string[], string, object])[] = [
    [["start", "web"], "start", {}],
    [["stop", "web"], "stop", {}],
    [["stop", "-t", "3", "web"], "stop", { timeout: 3 }],
    [["stop", "--time", "-1", "web"], "stop", {}],
    [["restart", "web"], "restart", {}],
    [["pause", "web"], "pause", {}],
    [["kill", "web"], "kill", { signalToSend: "KILL" }],
    [["kill", "-s", "9", "web"], "kill", { signalToSend: "9" }],
    [["rm", "web"], "remove", { force: false }],
  ];
  for (const [args, verb, options] of verbs) {
    const result = await runCli(["pod", ...args]);
    assert.equal(result.out, `${testId("a")}\n`, args.join(" "));
    assert.equal(result.code, 0);
    const [selection, { signal, ...given }] = result.call(`pods.${verb}`) as [object, { signal: unknown }];
    assert.deepEqual(selection, { refs: ["web"], ignoreMissing: false });
    assert.deepEqual(given, options, args.join(" "));
    assert.ok(signal instanceof AbortSignal);
  }
});

test("unpause leaves pods alone in which nothing is paused", async () => {
  const id = testId("a");
  const unpause = (status: string, members: readonly object[]) =>
    runCli(
      ["pod", "unpause", "web"],
      fakeEngine({
        "pods.resolve": async () => id,
        "pods.list": async () => [{ config: { id }, status, members }],
      }),
    );
  const paused = await unpause("Stopped", [{ status: "paused" }]);
  assert.deepEqual(paused.call("pods.unpause")[0], { refs: ["web"] });
  assert.equal((await unpause("Running", [{ status: "running" }])).out, "");
});

test("all, latest and id files select", async () => {
  const cases: readonly (readonly [readonly string[], object])[] = [
    [["stop", "--all"], { all: true }],
    [["stop", "--latest"], { latest: true }],
    [["stop", "--pod-id-file", "a", "--pod-id-file=/b"], { refs: ["one", "two"], ignoreMissing: false }],
    [["stop", "--ignore", "web", "db"], { refs: ["web", "db"], ignoreMissing: true }],
  ];
  for (const [args, selection] of cases) {
    const result = await runCli(["pod", ...args], fakeEngine(), { files: { "/work/a": "one\nmore\n", "/b": "two" } });
    assert.deepEqual(result.call("pods.stop")[0], selection);
  }
});

test("targets that contradict each other are refused in podman's words", async () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [["start"], "you must provide at least one name or id"],
    [["start", "-a", "web"], "no arguments are needed with --all"],
    [["start", "-l", "web"], "--latest and containers cannot be used together"],
    [["start", "-a", "-l"], "--all and --latest cannot be used together"],
    [["start", "--pod-id-file", "x", "-a"], "--all, --latest, and --pod-id-file cannot be used together"],
    [["start", "--pod-id-file", "x", "web"], "no arguments are needed with --latest or --pod-id-file"],
    [["start", "--pod-id-file", "/x"], "reading pod ID file: open /x: no such file or directory"],
    [["rm", "-t", "1", "web"], "--force option must be specified to use the --time option"],
    [["prune", "x"], "`minke pod prune` takes no arguments"],
    [["exists"], "accepts 1 arg(s), received 0"],
  ];
  for (const [args, message] of cases) {
    const { code, err } = await runCli(["pod", ...args]);
    assert.equal(err, `Error: ${message}\n`);
    assert.equal(code, 125);
  }
});

test("members that failed are listed instead of the summary", async () => {
  const ok: PodReport = { input: "db", ok: true, id: POD };
  const fake = fakeEngine({ "pods.start": async () => [partial, ok], "pods.remove": async () => [partial] });
  const started = await runCli(["pod", "start", "web", "db"], fake);
  assert.equal(started.code, 125);
  assert.equal(started.out, `${POD}\n`);
  assert.equal(started.err, `Error: starting container ${MEMBER}: no way: container state improper\n`);
  const removed = await runCli(["pod", "rm", "web"], fake);
  assert.equal(removed.err, `Error: removing container ${MEMBER} from pod ${POD}: no way: container state improper\n`);
});

test("rm exits 1 if the first failure is a missing pod, else 125", async () => {
  const cases: readonly (readonly [readonly PodReport[], number])[] = [
    [[missing("a")], 1],
    [[missing("a"), partial], 1],
    [[partial, missing("a")], 125],
    [[], 0],
  ];
  for (const [reports, code] of cases)
    assert.equal((await runCli(["pod", "rm", "a"], fakeEngine({ "pods.remove": async () => reports }))).code, code);
  const none = fakeEngine({
    "pods.remove": async () => {
      throw fail("NO_PODS", {});
    },
  });
  const { code, err } = await runCli(["pod", "rm", "--latest"], none);
  assert.deepEqual([code, err], [1, "Error: no such pod\n"]);
});

test("rm --force ignores what is missing and hands the time on", async () => {
  const result = await runCli(["pod", "rm", "-f", "-t", "0", "web"]);
  const [selection, { signal: _signal, ...options }] = result.call("pods.remove") as [object, { signal: unknown }];
  assert.deepEqual(selection, { refs: ["web"], ignoreMissing: true });
  assert.deepEqual(options, { force: true, timeout: 0 });
});

test("prune asks, unless forced", async () => {
  const question = "WARNING! This will remove all stopped/exited pods..\nAre you sure you want to continue? [y/N] ";
  const fake = () => fakeEngine({ "pods.prune": async () => [{ input: "web", ok: true, id: POD }] });
  const yes = await runCli(["pod", "prune"], fake(), { stdin: "y\n" });
  assert.deepEqual([yes.code, yes.out], [0, `${question}${POD}\n`]);
  const engine = fake();
  assert.deepEqual([(await runCli(["pod", "prune"], engine, { stdin: "n\n" })).code, engine.calls], [0, []]);
  const end = await runCli(["pod", "prune"], fake());
  assert.deepEqual([end.code, end.err], [125, "Error: EOF\n"]);
  assert.equal((await runCli(["pod", "prune", "-f"], fake())).out, `${POD}\n`);
});

test("exists answers by its exit code", async () => {
  assert.equal((await runCli(["pod", "exists", "web"])).code, 0);
  assert.equal((await runCli(["pod", "exists", "web"], fakeEngine({ "pods.exists": async () => false }))).code, 1);
});

const inspected = (name: string) => ({ Id: POD, Name: name, Created: "2026-11-30T05:36:12.289Z", State: "Running" });

const inspecting = () =>
  fakeEngine({
    "pods.inspect": async (ref: string) => {
      if (ref === "gone") throw fail("NO_SUCH_POD", { ref });
      return inspected(ref);
    },
    "pods.list": async () => [{ config: { id: POD } }],
  });

test("inspect prints one object alone, several as an array, and names what is missing", async () => {
  const one = await runCli(["pod", "inspect", "web"], inspecting());
  assert.deepEqual([one.code, JSON.parse(one.out)], [0, inspected("web")]);
  assert.match(one.out, /^\{\n {5}"Id"/);
  const two = await runCli(["pod", "inspect", "web", "db"], inspecting());
  assert.deepEqual(JSON.parse(two.out), [inspected("web"), inspected("db")]);
  const gone = await runCli(["pod", "inspect", "gone"], inspecting());
  assert.deepEqual([gone.code, gone.out, gone.err], [125, "[]\n", "Error: inspecting object: no such pod gone\n"]);
  const latest = await runCli(["pod", "inspect", "-l", "-f", "{{.Name}} {{.Labels}} {{.CgroupPath}}"], inspecting());
  assert.equal(latest.out, `${POD} map[] \n`);
});

test("inspect needs exactly one way of naming pods", async () => {
  assert.equal((await runCli(["pod", "inspect"])).err, "Error: no names or ids specified\n");
  assert.equal(
    (await runCli(["pod", "inspect", "-l", "web"])).err,
    "Error: --latest and arguments cannot be used together\n",
  );
});
