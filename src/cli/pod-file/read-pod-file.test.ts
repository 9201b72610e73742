import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import fc from "fast-check";
import { EngineError } from "../../base/errors.ts";
import type { PodMemberOptions } from "../../engine/api/pod-options.ts";
import { readPodFile } from "./read-pod-file.ts";

const read = (text: string) => readPodFile({ name: "pod.yaml", text, directory: "/here" });

/** The problems that a text has, or "" if it has none. */
async function problemsOf(text: string): Promise<string> {
  try {
    await read(text);
    return "";
  } catch (error) {
    assert.ok(error instanceof EngineError && error.code === "INVALID_ARGUMENT", String(error));
    return error.message;
  }
}

/** What one key of a container means. */
async function member(text: string): Promise<PodMemberOptions> {
  const { containers } = await read(`containers: {c: {image: x, ${text}}}`);
  const { image: _image, ...rest } = containers?.["c"] ?? {};
  return rest;
}

describe("notations of a container", () => {
  const cases: readonly (readonly [string, PodMemberOptions])[] = [
    ["command: [sh, -c, 'echo 1']", { command: ["sh", "-c", "echo 1"] }],
    ["command: date", { command: ["date"] }],
    ["command: [sleep, 10]", { command: ["sleep", "10"] }],
    ["env: {A: 1, B: yes, C: true, D: 1e3, E: ''}", { env: { A: "1", B: "yes", C: "true", D: "1e3", E: "" } }],
    ["env: [A=1, B=x=y]", { env: { A: "1", B: "x=y" } }],
    ["ports: ['8080:80', 90]", { ports: [{ host: 8080, container: 80 }, { container: 90 }] }],
    [
      "mounts: ['data:/data:ro']",
      { mounts: [{ type: "volume", name: "data", destination: "/data", options: ["ro"] }] },
    ],
    ["mounts: ['./a:/b']", { mounts: [{ type: "bind", source: "/here/a", destination: "/b" }] }],
    [
      "mounts: [{type: bind, source: a, destination: /b}, {type: tmpfs, destination: /t, options: [size=1m]}]",
      {
        mounts: [
          { type: "bind", source: "/here/a", destination: "/b" },
          { type: "tmpfs", destination: "/t", options: ["size=1m"] },
        ],
      },
    ],
    [
      "resources: {memory: 512m, memorySwap: -1, pidsLimit: 10}",
      { resources: { memory: 536_870_912, memorySwap: -1, pidsLimit: 10 } },
    ],
    ["resources: {cpus: 1.5}", { resources: { cpuPeriod: 100_000, cpuQuota: 150_000 } }],
    ["resources: {readBps: ['/dev/sda:1mb']}", { resources: { readBps: [{ path: "/dev/sda", rate: 1_048_576 }] } }],
    ["shmSize: 64m", { shmSize: 67_108_864 }],
    ["health: {tcp: 6379, interval: 5s, retries: 2}", { health: { tcp: 6379, intervalSeconds: 5, retries: 2 } }],
    ["health: tcp:80", { health: { tcp: 80 } }],
    ["health: {http: 80/up}", { health: { http: 80, path: "/up" } }],
    ["health: {http: {port: 81}, timeout: 2}", { health: { http: 81, path: "/", timeoutSeconds: 2 } }],
    ["health: {command: [test, -e, /ok]}", { health: { command: ["test", "-e", "/ok"] } }],
    ["health: none", { health: "none" }],
    [
      "readiness: {command: 'test -e /ok', startPeriod: 1m}",
      { readiness: { command: "test -e /ok", startPeriodSeconds: 60 } },
    ],
    ["init: once", { initContainer: "once" }],
    ["initContainer: always", { initContainer: "always" }],
    ["init: true", { init: true }],
    ["restart: on-failure:3", { restart: { name: "on-failure", maxRetries: 3 } }],
    ["restart: {name: always}", { restart: { name: "always", maxRetries: 0 } }],
    ["umask: 0022", { umask: 0o022 }],
    ["umask: '077'", { umask: 0o077 }],
    ["user: 1000", { user: "1000" }],
    ["stopTimeout: 1m", { stopTimeout: 60 }],
    ["stopTimeout: 3", { stopTimeout: 3 }],
    [
      "ulimits: ['nofile=10:20', {name: core, soft: 0}]",
      {
        ulimits: [
          { name: "nofile", soft: 10, hard: 20 },
          { name: "core", soft: 0, hard: 0 },
        ],
      },
    ],
    ["networks: [host]", { networks: [{ name: "host" }] }],
    ["networks: ['a:ip=10.5.0.7']", { networks: [{ name: "a", ips: ["10.5.0.7"] }] }],
    [
      "devices: [/dev/fuse, {source: /dev/a, permissions: r}]",
      {
        devices: [
          { source: "/dev/fuse", destination: "/dev/fuse", permissions: "rwm" },
          { source: "/dev/a", destination: "/dev/a", permissions: "r" },
        ],
      },
    ],
  ];
  for (const [text, wanted] of cases)
    it(text, async () => {
      assert.deepEqual(await member(text), wanted);
    });
});

test("dependencies in every notation", async () => {
  const { containers } = await read(
    "containers: {a: {image: x}, b: {image: x, dependsOn: [a]}, c: {image: x, dependsOn: {a: ready, b: {condition: completed, timeout: 5s}}}}",
  );
  assert.deepEqual(containers?.["b"]?.dependsOn, [{ container: "a" }]);
  assert.deepEqual(containers?.["c"]?.dependsOn, [
    { container: "a", condition: "ready" },
    { container: "b", condition: "completed", timeoutSeconds: 5 },
  ]);
});

test("JSON is read like YAML, anchors and comments like plain text", async () => {
  const json = await read('{"name": "p", "containers": {"a": {"image": "x", "env": {"K": "v"}}}}');
  const yaml = await read("# a pod\nname: p\ncontainers:\n  a: {image: &i x, env: {K: v}}\n");
  assert.deepEqual(json, yaml);
  const aliased = await read("containers: {a: &a {image: x}, b: *a}");
  assert.deepEqual(aliased.containers, { a: { image: "x" }, b: { image: "x" } });
});

describe("problems are named with their place and with what would be right", () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["nam: x", /^pod\.yaml:1:1: unknown key "nam" in the pod; did you mean "name"\?$/],
    [
      "name: x\nimage: y",
      /^pod\.yaml:2:1: unknown key "image" in the pod; it belongs to a container, below "containers"$/,
    ],
    ["apiVersion: v1", /no Kubernetes file/],
    [
      "containers:\n  a:\n    image: x\n    memory: 1",
      /^pod\.yaml:4:5: containers\.a: unknown key "memory" in a container; it belongs into "resources"$/,
    ],
    ["containers: {a: {}}", /^pod\.yaml:1:17: containers\.a: a container needs exactly one of "image" and "rootfs"$/],
    ["containers: {a: {image: x, rootfs: /y}}", /exactly one of "image" and "rootfs"/],
    ["containers: {a: {image: }}", /^pod\.yaml:1:25: containers\.a\.image: cannot be empty; give text$/],
    [
      "ports: ['x:80']",
      /^pod\.yaml:1:9: ports\[0\]: cannot be "x:80": parsing host port: .*; give a port such as "8080:80" or/,
    ],
    ["ports: [70000]", /ports\[0\]: cannot be 70000: out of range; give a whole number from 1 to 65535$/],
    ["ports: [{host: 80}]", /ports\[0\]: a port needs "container"; give a whole number from 1 to 65535/],
    ["resources: {memory: 12q}", /resources\.memory: cannot be "12q": invalid size: '12q'; give a size such as "512m"/],
    ["resources: {cpus: 1, cpuQuota: 5}", /resources: "cpus" says the same as "cpuPeriod" and "cpuQuota"$/],
    ["resources: {pidsLimit: 5}", /unknown key "pidsLimit" in limits; known keys are cpus,/],
    ["exitPolicy: main:web", /exitPolicy: no container "web" in this file/],
    [
      "exitPolicy: sometimes",
      /exitPolicy: cannot be "sometimes": .*; give "continue", "stop", "any", "failure" or "main:CONTAINER"$/,
    ],
    [
      "containers: {a: {image: x, dependsOn: {bb: ready}}, bbb: {image: x}}",
      /1:40: containers\.a\.dependsOn: no container "bb" in this file; did you mean "bbb"\?$/,
    ],
    [
      "containers: {a: {image: x, dependsOn: [b]}, b: {image: x, dependsOn: [a]}}",
      /containers: a needs b needs a, so none of them can start; take one dependency away$/,
    ],
    ["containers: {a: {image: x, dependsOn: {a: started}}}", /a needs a, so none/],
    [
      "containers: {a: {image: x, dependsOn: {a: helthy}}}",
      /cannot be "helthy": did you mean "healthy"\?; give started, healthy, ready or completed$/,
    ],
    ["containers: {a b: {image: x}}", /1:14: containers: bad name "a b"; give letters, digits/],
    ["containers: {a: {image: x, health: {}}}", /exactly one of "tcp", "http" and "command" is needed$/],
    [
      "containers: {a: {image: x, command: echo hi}}",
      /it is not split into words; give .*a list such as \["sh", "-c", "exec httpd"\]/,
    ],
    ["containers: {a: {image: x, mounts: [{type: bind, destination: /x}]}}", /a bind mount needs "source"$/],
    [
      "containers: {a: {image: x, mounts: [{type: tmpfs, destination: /x, name: y}]}}",
      /a tmpfs mount has no "name" \(it has options\)$/,
    ],
    ["containers: {a: {image: x, init: sometimes}}", /init: cannot be "sometimes"/],
    ["containers: {a: {image: x, privileged: 1}}", /privileged: cannot be 1; give true or false$/],
    ["containers: {a: {image: x, umask: 99}}", /umask: cannot be 99: not octal; give an octal mode such as "0022"$/],
    ["- a", /^pod\.yaml:1:1: cannot be a list; give a map with/],
    ["", /^pod\.yaml:1:1: nothing in it; give a map with containers$/],
    ["name: a\nname: b", /^pod\.yaml:2:1: no valid YAML: Map keys must be unique$/],
    ["name: [", /^pod\.yaml:1:\d+: no valid YAML: /],
    ["name: a\n---\nname: b", /a second document; give one pod a file$/],
    ["name: !!js/function x", /no valid YAML: /],
    ["name: *nothing", /no valid YAML: |means nothing/],
    ["? [a]\n: b", /a key that is no text; give a name$/],
    ["labels: &a [*a]", /nested too deep or repeated too often/],
    ["name: .inf", /cannot use Infinity|cannot be/],
  ];
  for (const [text, wanted] of cases)
    it(JSON.stringify(text), async () => {
      assert.match(await problemsOf(text), wanted);
    });
});

test("all problems of a file are told at once, in its order", async () => {
  const problems = await problemsOf("nam: x\nports: [x]\ncontainers:\n  a: {image: x, foo: 1}\n");
  assert.deepEqual(
    problems.split("\n").map((line) => line.slice(0, 13)),
    ["pod.yaml:1:1:", "pod.yaml:2:9:", "pod.yaml:4:17"],
  );
});

test("aliases that multiply are refused, not followed", async () => {
  const rows = Array.from({ length: 20 }, (_, at) =>
    at === 0 ? "l0: &l0 [x, x]" : `l${at}: &l${at} [*l${at - 1}, *l${at - 1}]`,
  );
  assert.match(await problemsOf(`labels:\n${rows.map((row) => `  ${row}\n`).join("")}`), /repeated too often/);
});

const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.double());
const keys = fc.constantFrom(
  ...["name", "ports", "mounts", "containers", "image", "env", "health", "tcp", "resources", "memory", "dependsOn"],
  ...["command", "init", "exitPolicy", "networks", "a", "__proto__", "constructor", "toString", ""],
);
const { anything } = fc.letrec((tie) => ({
  anything: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie("anything"), { maxLength: 3 }),
    fc.array(fc.tuple(keys, tie("anything")), { maxLength: 4 }).map((pairs) => {
      const map = new Map(pairs);
      return { toJSON: () => Object.fromEntries([...map].filter(([key]) => key !== "__proto__")) };
    }),
  ),
}));

test("any document is either read or refused with places, never anything else", async () => {
  await fc.assert(
    fc.asyncProperty(anything, async (value) => {
      const problems = await problemsOf(JSON.stringify(value) ?? "null");
      for (const line of problems.split("\n")) assert.match(line, /^$|^pod\.yaml:\d+:\d+: \S/);
    }),
    { numRuns: 150 },
  );
});

test("any text is either read or refused with a place", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary" }), async (text) => {
      const [first = ""] = (await problemsOf(text)).split("\n");
      assert.match(first, /^$|^pod\.yaml:\d+:\d+: /);
    }),
    { numRuns: 150 },
  );
});
