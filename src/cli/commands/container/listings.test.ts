import assert from "node:assert/strict";
import { test } from "node:test";
import { fail } from "../../../base/errors.ts";
import type { ContainerStats, ContainerSummary, LogLine } from "../../../engine/api/containers.ts";
import { fakeEngine, testId } from "../../testing/fake-engine.ts";
import { runCli } from "../../testing/run-cli.ts";

const NOW = 1_700_000_000_000;

/** A row with what `ps` looks at. */
function summary(seed: string, changes: Readonly<Record<string, unknown>> = {}, row: Partial<ContainerSummary> = {}) {
  const config = {
    id: testId(seed),
    name: `name-${seed}`,
    createdAt: NOW - 120_000,
    isInfra: false,
    autoRemove: false,
    rootfs: { kind: "image", imageId: testId("f"), imageName: "localhost/bb:latest", chainId: "" },
    command: ["sh", "-c", "echo hi; exit 3"],
    entrypoint: [],
    labels: {},
    mounts: [],
    namespaces: { net: { mode: "bridge" } },
    network: { attachments: [{ network: "minke" }], ports: [] },
    ...changes,
  };
  const defaults = {
    status: "running",
    lastRun: {},
    state: { startedAt: NOW - 60_000, process: { pid: 7 } },
    podName: "",
  };
  return { config, ...defaults, ...row } as unknown as ContainerSummary;
}

const ended = { status: "exited", lastRun: { exitCode: 3, finishedAt: NOW - 5000 }, state: undefined } as const;

const list = (rows: readonly ContainerSummary[]) => fakeEngine({ "containers.list": async () => rows });

const ps = (args: readonly string[], rows: readonly ContainerSummary[]) =>
  runCli(["ps", ...args], list(rows), { now: NOW });

test("ps prints podman's table, oldest first", async () => {
  const ports = [{ hostIp: "", hostPort: 8080, containerPort: 80, protocol: "tcp", range: 1 }];
  const rows = [
    summary("2", { createdAt: NOW - 60_000, command: ["true"] }, ended),
    summary("1", { network: { attachments: [], ports } }),
  ];
  const { out } = await ps(["-a"], rows);
  assert.equal(
    out,
    [
      "CONTAINER ID  IMAGE                COMMAND               CREATED             STATUS                    PORTS                 NAMES",
      "111111111111  localhost/bb:latest  sh -c echo hi; ex...  2 minutes ago       Up About a minute         0.0.0.0:8080->80/tcp  name-1",
      "222222222222  localhost/bb:latest  true                  About a minute ago  Exited (3) 5 seconds ago                        name-2",
      "",
    ].join("\n"),
  );
});

test("members of a pod show the ports of its infra container, also when that is not listed", async () => {
  const ports = [{ hostIp: "127.0.0.1", hostPort: 9000, containerPort: 90, protocol: "udp", range: 3 }];
  const infra = summary("9", { isInfra: true, network: { attachments: [], ports } });
  const member = summary(
    "1",
    { pod: testId("p"), namespaces: { net: { mode: "container", id: testId("9") } } },
    { podName: "shop" },
  );
  const fake = fakeEngine({
    "containers.list": async (options: { readonly all?: boolean }) => (options.all ? [member, infra] : [member]),
  });
  const { out } = await runCli(
    ["ps", "--noheading", "--pod", "--format", "table {{.Names}} {{.Ports}} {{.PodName}}"],
    fake,
    { now: NOW },
  );
  assert.equal(out.trim().replaceAll(/ +/g, " "), "name-1 127.0.0.1:9000-9002->90-92/udp shop");
});

test("ps asks the engine for what the flags say", async () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ["", { filters: {} }],
    ["-a -s", { all: true, size: true, filters: {} }],
    ["-l", { last: 1, filters: {} }],
    ["-n 3 --ns", { last: 3, namespaces: true, filters: {} }],
    ["--filter status=exited --filter label=a=b", { all: true, filters: { status: ["exited"], label: ["a=b"] } }],
  ];
  for (const [line, expected] of cases) {
    const { call } = await ps(line === "" ? [] : line.split(" "), []);
    assert.deepEqual(call("containers.list"), [expected], line);
  }
});

test("ps formats", async () => {
  const row = summary("1", { labels: { a: "b" } }, { size: { writable: 12, total: 2_000_000 } });
  assert.equal((await ps(["-q"], [row])).out, "111111111111\n");
  assert.equal((await ps(["-q", "--no-trunc"], [row])).out, `${testId("1")}\n`);
  const template = "{{.ID}} {{.Names}} {{.Labels}} {{.Networks}} {{.Pid}} {{.Status}} {{.Size}} {{.Command}}";
  const { out } = await ps(["--no-trunc", "--format", template], [row]);
  assert.equal(
    out,
    `${testId("1")} name-1 map[a:b] minke 7 Up About a minute 12B (virtual 2MB) sh -c echo hi; exit 3\n`,
  );
  const [json] = JSON.parse((await ps(["--format", "json"], [row])).out) as readonly Record<string, unknown>[];
  assert.deepEqual(
    [json?.["Id"], json?.["Names"], json?.["State"], json?.["Ports"], json?.["Created"], json?.["Size"]],
    [testId("1"), ["name-1"], "running", null, NOW / 1000 - 120, { rootFsSize: 2_000_000, rwSize: 12 }],
  );
  const bad = await ps(["--format", "{{.Foo}}"], [row]);
  assert.equal(bad.code, 125);
  assert.match(
    bad.err,
    /^Error: template: ps:1:\d+: executing "ps" at <\.Foo>: can't evaluate field Foo in type containers\.psReporter\n$/,
  );
});

test("ps shows the health", async () => {
  const health = { run: 0, status: "unhealthy", failingStreak: 3, log: [] } as const;
  const { out } = await ps(["--format", "{{.Status}}"], [summary("1", {}, { health })]);
  assert.equal(out, "Up About a minute (unhealthy)\n");
});

test("ps --watch goes on until it is interrupted", async () => {
  const controller = new AbortController();
  const waits: number[] = [];
  const onSleep = (milliseconds: number) => {
    waits.push(milliseconds);
    if (waits.length === 2) controller.abort();
  };
  const result = await runCli(["ps", "-w", "3"], list([]), { signal: controller.signal, interruptedBy: 15, onSleep });
  assert.deepEqual([result.code, waits], [143, [3000, 3000]]);
});

const line = (text: string, changes: Partial<LogLine> = {}): LogLine => ({
  timeNs: 1_700_000_000_123_456_789n,
  stream: "stdout",
  text,
  partial: false,
  ...changes,
});

async function* lines(...all: readonly LogLine[]) {
  yield* all;
}

test("logs go where they came from, with names, times and colours", async () => {
  const answers = {
    "containers.logs": () => lines(line("a"), line("b", { stream: "stderr" }), line("c", { partial: true }), line("d")),
    "containers.list": async () => [summary("1")],
    "containers.resolve": async () => testId("1"),
  };
  const plain = await runCli(["logs", "web"], fakeEngine(answers));
  assert.deepEqual([plain.out, plain.err], ["a\ncd\n", "b\n"]);
  const full = await runCli(["logs", "-tn", "web", "web"], fakeEngine(answers));
  const time = "2023-11-14T22:13:20.123456789Z";
  assert.equal(full.out, `name-1 ${time} a\nname-1 ${time} cd\n`.repeat(2));
  const single = await runCli(["logs", "-n", "web"], fakeEngine(answers));
  assert.equal(single.out, "a\ncd\n", "one container needs no name, as podman has it");
  const color = await runCli(
    ["logs", "--color", "web"],
    fakeEngine({ ...answers, "containers.logs": () => lines(line("a")) }),
  );
  assert.equal(color.out, "\x1b[37m111111111111 a\x1b[0m\n");
});

test("logs asks for a part of the log", async () => {
  const fake = fakeEngine();
  await runCli(["logs", "-f", "--tail", "2", "--since", "10m", "--until", "2023-11-14T22:13:20Z", "a", "b"], fake, {
    now: NOW,
  });
  const asked = fake.calls.filter((call) => call.name === "containers.logs");
  assert.deepEqual(asked.map((call) => call.args[0]).sort(), ["a", "b"]);
  const { signal: _, ...options } = (asked[0]?.args[1] ?? {}) as Record<string, unknown>;
  assert.deepEqual(options, { follow: true, tail: 2, since: NOW - 600_000, until: NOW });
});

const sample = (cpuNs: number): ContainerStats => ({
  id: testId("1"),
  name: "web",
  podId: "",
  running: true,
  cpuNs,
  uptimeMs: 10_000,
  memory: 2_261_000,
  memoryLimit: 25_280_000_000,
  pids: 1,
  netRx: 0,
  netTx: 1000,
  blockRead: 0,
  blockWrite: 0,
});

test("stats prints podman's table and JSON", async () => {
  const fake = () => fakeEngine({ "containers.stats": async () => [sample(100_000_000)] });
  const { out } = await runCli(["stats", "--no-stream", "web"], fake());
  assert.match(
    out,
    /^ID {12}NAME {8}CPU % {7}MEM USAGE \/ LIMIT {2}MEM % {7}NET IO {6}BLOCK IO {4}PIDS {8}CPU TIME {4}AVG CPU %\n/,
  );
  assert.match(
    out,
    /\n111111111111 {2}web {9}1\.00% {7}2\.261MB \/ 25\.28GB {2}0\.01% {7}0B \/ 1kB {4}0B \/ 0B {5}1 {11}100ms {7}1\.00%\n$/,
  );
  const json = await runCli(["stats", "--no-stream", "--format", "json", "web"], fake());
  assert.deepEqual(JSON.parse(json.out), [
    {
      id: "111111111111",
      name: "web",
      cpu_time: "100ms",
      cpu_percent: "1.00%",
      avg_cpu: "1.00%",
      mem_usage: "2.261MB / 25.28GB",
      mem_percent: "0.01%",
      net_io: "0B / 1kB",
      block_io: "0B / 0B",
      pids: "1",
    },
  ]);
  assert.match(json.out, /^\[\n {\n {2}"id"/);
});

test("stats of something missing", async () => {
  const fake = fakeEngine({
    "containers.stats": async () => {
      throw fail("NO_SUCH_CONTAINER", { ref: "x" });
    },
  });
  const { err } = await runCli(["stats", "--no-stream", "x"], fake);
  assert.equal(
    err,
    'Error: unable to get list of containers: unable to look up container x: no container with name or ID "x" found: no such container\n',
  );
});

test("top and port print what the engine says", async () => {
  const fake = fakeEngine({
    "containers.top": async () => [
      ["USER", "PID"],
      ["root", "1"],
    ],
    "containers.ports": async () => [
      { container: "80/tcp", host: "0.0.0.0:8080" },
      { container: "53/udp", host: "127.0.0.1:53" },
    ],
    "containers.list": async () => [summary("1")],
    "containers.resolve": async () => testId("1"),
  });
  assert.equal((await runCli(["top", "web", "user", "pid"], fake)).out, "USER        PID\nroot        1\n");
  assert.deepEqual(fake.calls.at(-1)?.args, ["web", ["user", "pid"]]);
  assert.equal((await runCli(["port", "web"], fake)).out, "80/tcp -> 0.0.0.0:8080\n53/udp -> 127.0.0.1:53\n");
  assert.equal((await runCli(["port", "web", "80"], fake)).out, "0.0.0.0:8080\n");
  assert.equal((await runCli(["port", "web", "81"], fake)).err, 'Error: failed to find published port "81/tcp"\n');
  assert.equal(
    (await runCli(["port", "-a"], fake)).out,
    "111111111111\t80/tcp -> 0.0.0.0:8080\n111111111111\t53/udp -> 127.0.0.1:53\n",
  );
});

test("inspect finds whatever has the name, and names what it does not find", async () => {
  const missing = (code: "NO_SUCH_CONTAINER" | "NO_SUCH_IMAGE") => async (ref: string) => {
    if (ref === "web" && code === "NO_SUCH_CONTAINER") return { Id: "1", Name: "web" };
    if (ref === "img" && code === "NO_SUCH_IMAGE") return { Id: "2" };
    throw fail(code, { ref });
  };
  const fake = () =>
    fakeEngine({
      "containers.inspect": missing("NO_SUCH_CONTAINER"),
      "images.inspect": missing("NO_SUCH_IMAGE"),
      "volumes.inspect": async (name: string) => {
        throw fail("NO_SUCH_VOLUME", { name });
      },
      "networks.inspect": async (name: string) => {
        throw fail("NO_SUCH_NETWORK", { name });
      },
      "pods.inspect": async (ref: string) => {
        throw fail("NO_SUCH_POD", { ref });
      },
    });
  const found = await runCli(["inspect", "-f", "{{.Id}}", "web", "img"], fake());
  assert.deepEqual([found.code, found.out], [0, "1\n2\n"]);
  const lost = await runCli(["inspect", "x"], fake());
  assert.deepEqual([lost.code, lost.out, lost.err], [125, "[]\n", 'Error: inspecting object: no such object: "x"\n']);
  const container = await runCli(["container", "inspect", "img"], fake());
  assert.equal(container.err, "Error: inspecting object: no such container img\n");
  const image = await runCli(["inspect", "--type", "image", "web"], fake());
  assert.equal(image.err, "Error: inspecting object: web: image not known\n");
  const pod = await runCli(["inspect", "--type", "pod", "web"], fake());
  assert.equal(pod.err, "Error: inspecting object: no such pod web\n");
});
