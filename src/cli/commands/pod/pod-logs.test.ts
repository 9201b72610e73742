import assert from "node:assert/strict";
import { test } from "node:test";
import type { LogLine, LogOptions } from "../../../engine/api/containers.ts";
import { fakeEngine, testId } from "../../testing/fake-engine.ts";
import { runCli } from "../../testing/run-cli.ts";

const A = testId("a");
const B = testId("b");

const line = (seconds: number, text: string, extra: Partial<LogLine> = {}): LogLine => ({
  timeNs: BigInt(Math.round(seconds * 1000)) * 1_000_000n,
  stream: "stdout",
  text,
  partial: false,
  ...extra,
});

async function* of(lines: readonly LogLine[]): AsyncGenerator<LogLine> {
  for (const one of lines) yield one;
}

type Logs = Readonly<Record<string, readonly LogLine[]>>;

/** A pod of `a` and `b`; what is followed is all of `later`, history is `logs`. */
function podWith(logs: Logs, later: Logs = {}) {
  return fakeEngine({
    "pods.resolve": async () => testId("f"),
    "pods.list": async () => [
      {
        config: { id: testId("f"), name: "web" },
        members: [
          { id: A, name: "app" },
          { id: B, name: "db" },
        ],
      },
    ],
    "containers.logs": (id: string, options: LogOptions) =>
      of(options.follow === true ? [...(logs[id] ?? []), ...(later[id] ?? [])] : (logs[id] ?? [])),
  });
}

const LOGS: Logs = {
  [A]: [line(1, "one"), line(1, "err", { stream: "stderr" }), line(4, "part", { partial: true }), line(5, "ial")],
  [B]: [line(2, "uno"), line(4.5, "dos")],
};

const run = async (...args: readonly string[]) =>
  await runCli(["pod", "logs", ...args], podWith(LOGS), { now: 10_000 });

test("members are merged in order of time, with ids or names", async () => {
  const byId = await run("web");
  assert.equal(byId.out, "aaaaaaaaaaaa one\nbbbbbbbbbbbb uno\nbbbbbbbbbbbb dos\naaaaaaaaaaaa partial\n");
  assert.equal(byId.err, "aaaaaaaaaaaa err\n");
  assert.equal((await run("-n", "web")).out, "app one\ndb uno\ndb dos\napp partial\n");
});

test("times and colours", async () => {
  assert.equal((await run("-n", "-t", "web")).out.split("\n")[1], "db 1970-01-01T00:00:02.000000000Z uno");
  assert.equal((await run("-n", "--color", "web")).out.split("\n")[1], "\x1b[31mdb uno\x1b[0m");
});

test("one container alone has no prefix and its unfinished lines come at once", async () => {
  const result = await runCli(
    ["pod", "logs", "-c", "app", "web"],
    podWith({ [A]: [line(1, "one"), line(2, "part", { partial: true })] }),
  );
  assert.equal(result.out, "one\npart");
});

test("a line that never ends comes last, without an end", async () => {
  const fake = podWith({ [A]: [line(1, "part", { partial: true })], [B]: [line(2, "uno")] });
  assert.equal((await runCli(["pod", "logs", "-n", "web"], fake)).out, "db uno\napp part");
});

test("ranges go to the engine", async () => {
  const fake = podWith({});
  await runCli(["pod", "logs", "--since", "5s", "--until", "1970-01-01T00:00:09Z", "--tail", "3", "web"], fake, {
    now: 10_000,
  });
  const calls = fake.calls.filter((call) => call.name === "containers.logs");
  assert.deepEqual(
    calls.map((call) => call.args[0]),
    [A, B],
  );
  const { signal: _signal, ...options } = (calls[0]?.args[1] ?? {}) as LogOptions;
  assert.deepEqual(options, { since: 5_000, until: 9_000, tail: 3 });
});

test("following goes on where the history ended, without a line twice", async () => {
  // The last instant of the history holds two lines, and a third is written at the same instant afterwards.
  const logs: Logs = { [A]: [line(1, "one"), line(2, "two"), line(2, "three")], [B]: [] };
  const later: Logs = { [A]: [line(2, "four"), line(3, "five")], [B]: [] };
  const fake = podWith(logs, later);
  const result = await runCli(["pod", "logs", "-f", "-n", "web"], fake);
  assert.equal(result.out, "app one\napp two\napp three\napp four\napp five\n");
  const followed = fake.calls.filter((call) => (call.args[1] as LogOptions | undefined)?.follow === true);
  assert.deepEqual(
    followed.map((call) => (call.args[1] as LogOptions).since),
    [2_000, undefined],
  );
});

test("what is asked wrongly is refused in podman's words", async () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [[], "specify at least one pod name or ID to log"],
    [["a", "b"], "requires exactly 1 arg"],
    [["-l", "a"], "--latest and containers cannot be used together"],
    [["--since", "nope", "web"], 'parsing --since "nope": unable to interpret time value'],
    [["-c", "nosuch", "web"], "container nosuch is not in pod web: no such container"],
  ];
  for (const [args, message] of cases) {
    const { code, err } = await run(...args);
    assert.deepEqual([code, err], [125, `Error: ${message}\n`]);
  }
});
