import assert from "node:assert/strict";
import { test } from "node:test";
import type { ErrorCode, ErrorData } from "../../../base/error-codes.ts";
import { fail } from "../../../base/errors.ts";
import { fakeEngine, testId } from "../../testing/fake-engine.ts";
import { runCli } from "../../testing/run-cli.ts";

/** Options of a call without the abort signal that each has. */
const without = ({ signal: _, ...options }: Readonly<Record<string, unknown>>) => options;

const refs = (...names: readonly string[]) => ({ refs: names, ignoreMissing: false });

const translated: readonly (readonly [string, string, unknown, unknown])[] = [
  ["stop web db", "stop", refs("web", "db"), {}],
  ["stop -t 0 -i web", "stop", { refs: ["web"], ignoreMissing: true }, { timeout: 0 }],
  ["stop --all", "stop", { all: true }, {}],
  ["stop --latest", "stop", { latest: true }, {}],
  ["stop --cidfile /cid", "stop", refs("abc"), {}],
  ["kill web", "kill", refs("web"), { signalToSend: 9 }],
  ["kill -s hup -a", "kill", { all: true }, { signalToSend: 1 }],
  ["restart -t 3 web", "restart", refs("web"), { timeout: 3 }],
  ["restart --running", "restart", { all: true }, { runningOnly: true }],
  ["pause -a", "pause", { all: true }, {}],
  ["unpause web", "unpause", refs("web"), {}],
  ["init web", "init", refs("web"), {}],
  ["rm web", "remove", refs("web"), {}],
  [
    "rm -fv -t 2 --depend web",
    "remove",
    { refs: ["web"], ignoreMissing: true },
    { force: true, volumes: true, depend: true, timeout: 2 },
  ],
  ["container rm -a", "remove", { all: true }, {}],
  ["container cleanup --rm --stopped-only web", "cleanup", refs("web"), { remove: true, stoppedOnly: true }],
  ["container cleanup --exec s1 web", "cleanup", refs("web"), { execSession: "s1" }],
];

test("verbs over several containers say what is meant", async () => {
  for (const [line, verb, selection, options] of translated) {
    const { call, code } = await runCli(line.split(" "), fakeEngine(), { files: { "/cid": "abc\n" } });
    const [first, second] = call(`containers.${verb}`);
    assert.deepEqual(first, selection, line);
    assert.deepEqual(without(second as Record<string, unknown>), options, line);
    assert.equal(code, 0);
  }
});

test("--filter picks containers in any state", async () => {
  const rows = [{ config: { id: testId("1") } }, { config: { id: testId("2") } }];
  const fake = fakeEngine({ "containers.list": async () => rows, "containers.resolve": async () => testId("2") });
  const all = await runCli(["stop", "--filter", "label=a"], fake);
  assert.deepEqual(all.call("containers.list"), [{ all: true, filters: { label: ["a"] } }]);
  assert.deepEqual(all.call("containers.stop")[0], refs(testId("1"), testId("2")));
  const named = fakeEngine({ "containers.list": async () => rows, "containers.resolve": async () => testId("2") });
  assert.deepEqual((await runCli(["stop", "-f", "label=a", "x"], named)).call("containers.stop")[0], refs(testId("2")));
});

const report = <C extends ErrorCode>(input: string, code: C, data: ErrorData<C>) => ({
  input,
  ok: false,
  error: fail(code, data),
});

test("what worked is printed as it was named, what failed as errors", async () => {
  const fake = fakeEngine({
    "containers.stop": async () => [
      { input: "web", ok: true, id: testId("1") },
      report("x", "NO_SUCH_CONTAINER", { ref: "x" }),
    ],
  });
  const { code, out, err } = await runCli(["stop", "web", "x"], fake);
  assert.deepEqual(
    [code, out, err],
    [125, "web\n", 'Error: no container with name or ID "x" found: no such container\n'],
  );
});

test("rm exits with 1 for missing containers and with 2 for running ones", async () => {
  const missing = report("x", "NO_SUCH_CONTAINER", { ref: "x" });
  const running = report("y", "CONTAINER_STATE", { message: "it runs" });
  const other = report("z", "INTERNAL", { message: "disk" });
  const cases = [
    [[missing], 1],
    [[running], 2],
    [[other], 125],
    [[other, missing], 1],
    [[running, missing], 2],
    [[], 0],
  ] as const;
  for (const [reports, expected] of cases) {
    const { code } = await runCli(["rm", "x"], fakeEngine({ "containers.remove": async () => reports }));
    assert.equal(code, expected);
  }
});

const refused: readonly (readonly [string, string])[] = [
  ["stop", "you must provide at least one name or id"],
  ["stop -a x", "no arguments are needed with --all"],
  ["stop -a -l", "--all and --latest cannot be used together"],
  ["stop -l x", "--latest and containers cannot be used together"],
  ["rm --cidfile /no x", "no arguments are needed with --latest or --cidfile"],
  ["rm --cidfile /no -a", "--all, --latest, and --cidfile cannot be used together"],
  ["rm --cidfile /no", "reading CIDFile: open /no: no such file or directory"],
  ["rm -t 3 x", "--force option must be specified to use the --time option"],
  ["kill -s FOO x", "invalid signal: FOO"],
  ["kill -s 65 x", "valid signals are 1 through 64"],
  ["wait", '"minke wait" requires a name, id, or the "--latest" flag'],
  ["wait --condition foo a", "unknown container state: foo: invalid argument"],
  ["wait --interval x a", 'time: invalid duration "x"'],
  ["logs", "specify at least one container name or ID to log"],
  ["logs --since xx a", 'parsing --since "xx": unable to interpret time value'],
  ["attach", '"minke attach" requires a name, id, or the "--latest" flag'],
  ["attach a b", "`minke attach` accepts at most one argument"],
  ["start", "start requires at least one argument"],
  ["start -a b c", "you cannot start and attach multiple containers at once"],
  ["start --all x", "either start all containers or the container(s) provided in the arguments"],
  ["start -a --all", "you cannot start and attach all containers at once"],
  ["start --sig-proxy x", "you cannot use sig-proxy without --attach: invalid argument"],
  ["exec", "exec requires the name or ID of a container or the --latest flag"],
  ["exec a", "must provide a non-empty command to start an exec session: invalid argument"],
  ["exec -e =x a b", 'parsing environment variables: invalid environment variable: "=x"'],
  ["exec --env-file /no a b", 'parsing env file "/no": open /no: no such file or directory'],
  ["exec --preserve-fds 1 a b", "--preserve-fds is not supported yet"],
  ["port", "you must supply a running container name or id"],
  ["port a b c", "`port` accepts at most 2 arguments"],
  ["port a x", 'strconv.ParseUint: parsing "x": invalid syntax'],
  ["top", "you must provide the name or id of a running container"],
  ["stats -a x", "--all, --latest and containers cannot be used together"],
  ["stats --interval 0", "invalid interval, must be a positive number greater zero"],
  ["inspect", "no names or ids specified"],
  ["inspect -t foo x", 'invalid type "foo": must be "image", "container", "pod", "network", "volume", or "all"'],
  ["inspect -t image -s x", 'size is not supported for type "image"'],
  ["ps -l -n 2", "last and latest are mutually exclusive"],
  ["ps -q -s", "quiet conflicts with size and namespace"],
  ["container prune", "EOF"],
  ["container cleanup --rmi x", "--rmi is not supported yet"],
  ["run -a foo img", 'invalid stream "foo" for --attach - must be one of stdin, stdout, or stderr'],
];

test("bad uses are refused with podman's texts", async () => {
  for (const [line, message] of refused) {
    const { code, err } = await runCli(line.split(" "));
    assert.equal(err, `Error: ${message}\n`, line);
    assert.equal(code, line === "exec a" ? 255 : 125, line);
  }
});

test("prune asks first", async () => {
  for (const [answer, calls] of [
    ["y\n", 1],
    ["n\n", 0],
    ["\n", 0],
  ] as const) {
    const fake = fakeEngine();
    const { code, out } = await runCli(["container", "prune", "--filter", "until=1h"], fake, { stdin: answer });
    assert.equal(code, 0);
    assert.match(out, /^WARNING! .*\nAre you sure you want to continue\? \[y\/N\] $/);
    assert.equal(fake.calls.length, calls, JSON.stringify(answer));
  }
});

test("wait prints exit codes, and goes on after a failure", async () => {
  const fake = fakeEngine({
    "containers.wait": async (ref: string) => {
      if (ref === "x") throw fail("NO_SUCH_CONTAINER", { ref });
      return ref === "a" ? 3 : -1;
    },
  });
  const { code, out, err } = await runCli(["wait", "--condition", "running,exited", "-i", "1s", "a", "x", "b"], fake);
  assert.deepEqual([code, out], [125, "3\n-1\n"]);
  assert.match(err, /^Error: no container with name or ID "x" found/);
  assert.deepEqual(without(fake.calls[0]?.args[1] as Record<string, unknown>), {
    conditions: ["running", "exited"],
  });
});

test("exists answers with the exit code", async () => {
  assert.equal((await runCli(["container", "exists", "a"])).code, 0);
  assert.equal(
    (await runCli(["container", "exists", "a"], fakeEngine({ "containers.exists": async () => false }))).code,
    1,
  );
});
