import assert from "node:assert/strict";
import { test } from "node:test";
import { GoTime } from "./go-time.ts";
import { humanAgo, humanDuration, humanImageSize, humanSize, humanSizeBinary } from "./human.ts";
import { formatJson } from "./json.ts";
import { statsFields } from "./stats.ts";
import { formatYaml } from "./yaml.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test("durations in docker's words", () => {
  const cases: readonly (readonly [number, string])[] = [
    [-5, "Less than a second"],
    [999, "Less than a second"],
    [SECOND, "1 second"],
    [59.9 * SECOND, "59 seconds"],
    [MINUTE, "About a minute"],
    [119 * SECOND, "About a minute"],
    [2 * MINUTE, "2 minutes"],
    [59 * MINUTE, "59 minutes"],
    [HOUR, "About an hour"],
    [1.49 * HOUR, "About an hour"],
    [1.5 * HOUR, "2 hours"],
    [47 * HOUR, "47 hours"],
    [2 * DAY, "2 days"],
    [13 * DAY, "13 days"],
    [14 * DAY, "2 weeks"],
    [59 * DAY, "8 weeks"],
    [60 * DAY, "2 months"],
    [729 * DAY, "24 months"],
    [730 * DAY, "2 years"],
  ];
  for (const [milliseconds, text] of cases) assert.equal(humanDuration(milliseconds), text, String(milliseconds));
  assert.equal(humanAgo(1000, 4000), "3 seconds ago");
});

test("sizes with three and four digits", () => {
  const cases: readonly (readonly [number, string, string, string])[] = [
    [0, "0 B", "0B", "0B"],
    [999, "999 B", "999B", "999B"],
    [1000, "1 kB", "1kB", "1000B"],
    [716_800, "717 kB", "716.8kB", "700KiB"],
    [1_997_895, "2 MB", "1.998MB", "1.905MiB"],
    [1_241_000, "1.24 MB", "1.241MB", "1.184MiB"],
    [999_999, "1 MB", "1MB", "976.6KiB"],
    [25_276_514_304, "25.3 GB", "25.28GB", "23.54GiB"],
  ];
  for (const [bytes, image, decimal, binary] of cases) {
    assert.equal(humanImageSize(bytes), image);
    assert.equal(humanSize(bytes), decimal);
    assert.equal(humanSizeBinary(bytes), binary);
  }
});

test("times keep their nanoseconds in every form", () => {
  const time = GoTime.parse("2026-11-30T06:36:12.28949575+01:00");
  assert.equal(time?.rfc3339Nano(), "2026-11-30T05:36:12.28949575Z");
  assert.equal(time?.rfc3339Fixed(), "2026-11-30T05:36:12.289495750Z");
  assert.equal(time?.rfc3339(), "2026-11-30T05:36:12Z");
  assert.equal(String(time), "2026-11-30 05:36:12.28949575 +0000 UTC");
  assert.equal(GoTime.fromMs(1500).toString(), "1970-01-01 00:00:01.5 +0000 UTC");
  assert.equal(GoTime.parse("0001-01-01T00:00:00Z")?.rfc3339Nano(), "0001-01-01T00:00:00Z");
  assert.equal(new GoTime(-1n).rfc3339Nano(), "1969-12-31T23:59:59.999999999Z");
  assert.equal(GoTime.parse("yesterday"), undefined);
});

test("JSON as Go writes it", () => {
  assert.equal(
    formatJson({
      a: "<&>\u2028",
      n: 12345678901234567890n,
      m: new Map([
        ["b", 1],
        ["a", 2],
      ]),
      u: undefined,
    }),
    '{"a":"<&>\\u2028","n":12345678901234567890,"m":{"a":2,"b":1}}',
  );
  assert.equal(formatJson(undefined), "null");
  assert.equal(formatJson([{ t: GoTime.fromMs(0) }], { indent: 2 }), '[\n  {\n    "t": "1970-01-01T00:00:00Z"\n  }\n]');
});

test("YAML in the layout of podman info", () => {
  const value = {
    version: { Version: "4.3.1", Built: 0, GitCommit: "" },
    host: {
      cgroupControllers: ["cpuset", "cpu"],
      idMappings: { gidmap: null, uidmap: [] },
      conmon: { version: "conmon version 2.1.6, commit: unknown" },
      distribution: { version: "12" },
      ociRuntime: { version: "crun version 1.8.1\nspec: 1.0.0" },
      security: { rootless: false },
      list: [{ b: 1, a: ["x"] }, {}],
      odd: ["yes", "- x", "#c", "a: b", "it's", "\u0007"],
    },
    registries: {},
  };
  assert.equal(
    formatYaml(value),
    `host:
  cgroupControllers:
  - cpuset
  - cpu
  conmon:
    version: 'conmon version 2.1.6, commit: unknown'
  distribution:
    version: "12"
  idMappings:
    gidmap: null
    uidmap: []
  list:
  - a:
    - x
    b: 1
  - {}
  ociRuntime:
    version: |-
      crun version 1.8.1
      spec: 1.0.0
  odd:
  - 'yes'
  - '- x'
  - '#c'
  - 'a: b'
  - it's
  - "\\u0007"
  security:
    rootless: false
registries: {}
version:
  Built: 0
  GitCommit: ""
  Version: 4.3.1
`,
  );
  assert.equal(formatYaml({}), "{}\n");
});

test("statistics use placeholders for what is zero or does not run", () => {
  const base = {
    id: "a".repeat(64) as never,
    name: "n",
    podId: "",
    running: true,
    cpuNs: 31e6,
    uptimeMs: 10_000,
    memory: 716_800,
    memoryLimit: 25_276_514_304,
    pids: 1,
    netRx: 1000,
    netTx: 0,
    blockRead: 0,
    blockWrite: 0,
  };
  const fields = statsFields(base);
  assert.deepEqual(fields, {
    cpu: "0.31%",
    memory: "716.8kB / 25.28GB",
    memoryBinary: "700KiB / 23.54GiB",
    memoryPercent: "0.00%",
    network: "1kB / 0B",
    block: "-- / --",
    pids: "1",
  });
  assert.equal(statsFields({ ...base, cpuNs: 531e6, uptimeMs: 11_000 }, base).cpu, "50.00%");
  assert.equal(statsFields({ ...base, running: false, pids: 0 }).memory, "-- / --");
  assert.equal(statsFields({ ...base, running: false, pids: 0 }).cpu, "--");
});
