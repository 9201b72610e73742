import assert from "node:assert/strict";
import { test } from "node:test";
import { messageOf } from "../../base/errors.ts";
import type { Probe } from "../container.ts";
import { parseDetachKeys } from "./detach-keys.ts";
import {
  parseDevice,
  parseDeviceBytes,
  parseDeviceCgroupRule,
  parseDeviceOperations,
  parseDeviceWeight,
} from "./devices.ts";
import { formatDuration, parseDuration } from "./durations.ts";
import { parseEnv, parseEnvFile } from "./env-file.ts";
import { formatExitPolicy, parseExitPolicy } from "./exit-policy.ts";
import { parseCsv } from "./go-values.ts";
import { parseHealth, parseProbe, probeOfTest } from "./health.ts";
import { parseLabelFile, parseLabels } from "./key-values.ts";
import { parseLogSettings } from "./log-options.ts";
import { parseAddHost, parseMac, parseNetworks } from "./networks.ts";
import { formatRestartPolicy, parseRestartPolicy } from "./restart-policy.ts";
import { parseSignal, signalName } from "./signals.ts";
import { formatSize, parseSize } from "./sizes.ts";
import { parseTime } from "./times.ts";
import { parseUlimit } from "./ulimits.ts";

/** Each text gives the value. */
function reads<T>(parse: (text: string) => T, rows: readonly (readonly [string, T])[]): void {
  for (const [text, value] of rows) assert.deepEqual(parse(text), value, text);
}

/** Each text is refused with the message. */
function refuses(parse: (text: string) => unknown, rows: readonly (readonly [string, string])[]): void {
  for (const [text, message] of rows)
    assert.throws(
      () => parse(text),
      (error) => messageOf(error) === message,
      JSON.stringify(text),
    );
}

test("sizes", () => {
  reads(parseSize, [
    ["4", 4],
    ["10b", 10],
    ["1k", 1024],
    ["10mib", 10_485_760],
    ["10MB", 10_485_760],
    ["10 m", 10_485_760],
    ["1.5g", 1_610_612_736],
    ["1T", 1_099_511_627_776],
  ]);
  for (const text of ["abc", "-1", "10x", "", "1.5.5g", "m"]) refuses(parseSize, [[text, `invalid size: '${text}'`]]);
  for (const [bytes, text] of [
    [0, "0b"],
    [1000, "1000b"],
    [1024, "1k"],
    [67_108_864, "64m"],
  ] as const) {
    assert.equal(formatSize(bytes), text);
    assert.equal(parseSize(text), bytes);
  }
});

test("durations", () => {
  reads(parseDuration, [
    ["0", 0],
    ["1h2m3.5s", 3_723_500],
    ["250ms", 250],
    ["-1m", -60_000],
    ["1us", 0.001],
    [".5s", 500],
  ]);
  refuses(parseDuration, [
    ["", 'time: invalid duration ""'],
    ["x", 'time: invalid duration "x"'],
    ["5", 'time: missing unit in duration "5"'],
    ["5y", 'time: unknown unit "y" in duration "5y"'],
  ]);
  const texts = ["0s", "1h2m3.5s", "250ms", "-1m0s", "1µs", "7.874882ms", "30s", "24h0m0s"];
  for (const text of texts) assert.equal(formatDuration(parseDuration(text)), text);
});

test("points in time", () => {
  const now = 1_000_000;
  const parse = (text: string) => parseTime(text, { now });
  reads(parse, [
    ["2023-11-14T22:13:20Z", 1_700_000_000_000],
    ["2023-11-14T22:13:20.5Z", 1_700_000_000_500],
    ["2023-11-15T00:13:20+02:00", 1_700_000_000_000],
    ["2023-11-14 22:13:20 Z", 1_700_000_000_000],
    ["2023-11-14T22:13:20", new Date(2023, 10, 14, 22, 13, 20).getTime()],
    ["2023-11-14", new Date(2023, 10, 14).getTime()],
    ["1700000000", 1_700_000_000_000],
    ["1700000000.25", 1_700_000_000_250],
    ["10s", 990_000],
  ]);
  assert.equal(parseTime("10s", { now, ahead: true }), 1_010_000);
  for (const text of ["", "xx", "2023-13-01", "2023-02-30", "2023-11-14T25:00:00Z"])
    refuses(parse, [[text, "unable to interpret time value"]]);
});

test("signals", () => {
  for (const [text, number] of [
    ["15", 15],
    ["TERM", 15],
    ["sigterm", 15],
    ["RTMIN+1", 35],
    ["SIGRTMAX", 64],
    ["RTMAX-1", 63],
    ["CLD", 17],
  ] as const)
    assert.equal(parseSignal(text), number);
  assert.equal(parseSignal(9), 9);
  for (const text of ["", "0", "-1", "FOO", "9.5", "RTMIN+16", "RTMAX-15"])
    refuses(parseSignal, [[text, `invalid signal: ${text}`]]);
  refuses(parseSignal, [["65", "valid signals are 1 through 64"]]);
  for (let number = 1; number <= 64; number++)
    if (number < 32 || number > 33) assert.equal(parseSignal(signalName(number)), number);
});

test("ulimits", () => {
  reads(parseUlimit, [
    ["nofile=1", { name: "nofile", soft: 1, hard: 1 }],
    ["nproc=1:2", { name: "nproc", soft: 1, hard: 2 }],
    ["core=-1:-1", { name: "core", soft: -1, hard: -1 }],
    ["nofile=1:-1", { name: "nofile", soft: 1, hard: -1 }],
  ]);
  const failed = (text: string, reason: string) =>
    [text, `ulimit option "${text}" requires name=SOFT:HARD, failed to be parsed: ${reason}`] as const;
  refuses(parseUlimit, [
    failed("a", "invalid ulimit argument: a"),
    failed("nofile=2:1", "ulimit soft limit must be less than or equal to hard limit: 2 > 1"),
    failed("nofile=a", 'strconv.ParseInt: parsing "a": invalid syntax'),
    failed("nofile=1:", 'strconv.ParseInt: parsing "": invalid syntax'),
    failed("nofile=1:2:3", "too many limit value arguments - 1:2:3, can only have up to two, `soft[:hard]`"),
    failed("foo=1", "invalid ulimit type: foo"),
  ]);
});

test("devices", () => {
  const device = (source: string, destination = source, permissions = "rwm") => ({ source, destination, permissions });
  reads(parseDevice, [
    ["/dev/null", device("/dev/null")],
    ["/dev/null:/dev/x", device("/dev/null", "/dev/x")],
    ["/dev/null:rw", device("/dev/null", "/dev/null", "rw")],
    ["/dev/null:/dev/x:r", device("/dev/null", "/dev/x", "r")],
  ]);
  refuses(parseDevice, [
    ["/dev/null:x", "invalid device mode: x"],
    ["/dev/null:/dev/x:z", "invalid device mode: z"],
    ["/dev/null:/dev/x:rr", "invalid device mode: rr"],
    ["/dev/null:/dev/x:rw:x", "invalid device specification: /dev/null:/dev/x:rw:x"],
  ]);
  reads(parseDeviceBytes, [["/dev/sda:1mb", { path: "/dev/sda", rate: 1_048_576 }]]);
  reads(parseDeviceOperations, [["/dev/sda:5", { path: "/dev/sda", rate: 5 }]]);
  reads(parseDeviceWeight, [["/dev/sda:10", { path: "/dev/sda", weight: 10 }]]);
  refuses(parseDeviceBytes, [
    ["x", "bad format: x"],
    ["sda:1m", "bad format for device path: sda:1m"],
    [
      "/dev/sda:x",
      "invalid rate for device: /dev/sda:x. The correct format is <device-path>:<number>[<unit>]. Number must be a positive integer. Unit is optional and can be kb, mb, or gb",
    ],
  ]);
  refuses(parseDeviceWeight, [["/dev/sda:5", "invalid weight for device: /dev/sda:5"]]);
  reads(parseDeviceCgroupRule, [["c *:* rwm", "c *:* rwm"]]);
  refuses(parseDeviceCgroupRule, [
    ["c 1:3", 'invalid device cgroup rule requires type, major:Minor, and access rules: "c 1:3"'],
    ["x 1:3 r", "invalid device type in device-access-add: x"],
  ]);
});

test("restart and exit policies", () => {
  reads(parseRestartPolicy, [
    ["", { name: "", maxRetries: 0 }],
    ["always", { name: "always", maxRetries: 0 }],
    ["on-failure:3", { name: "on-failure", maxRetries: 3 }],
  ]);
  refuses(parseRestartPolicy, [
    ["foo", 'running container create option: "foo" is not a valid restart policy: invalid argument'],
    ["always:3", "restart policy retries can only be specified with on-failure restart policy"],
    ["on-failure:x", 'parsing restart policy retry count: strconv.Atoi: parsing "x": invalid syntax'],
    ["on-failure:-1", "must specify restart policy retry count as a number greater than 0"],
    ["on-failure:1:2", "invalid restart policy: may specify retries at most once"],
  ]);
  for (const text of ["no", "unless-stopped", "on-failure:3"])
    assert.equal(formatRestartPolicy(parseRestartPolicy(text)), text);
  for (const text of ["continue", "stop", "any", "failure", "main:web"])
    assert.equal(formatExitPolicy(parseExitPolicy(text)), text);
  refuses(parseExitPolicy, [["main:", 'invalid pod exit policy: "main:"']]);
});

test("environment", () => {
  const host = { HOME: "/root", FOO1: "a", FOO2: "b" };
  const parse = (...texts: readonly string[]) => parseEnv(texts, host);
  assert.deepEqual(parse("A=1", "A=2", "HOME", "NOPE", "B=", "C=x=y", " D=1", ""), {
    A: "2",
    HOME: "/root",
    B: "",
    C: "x=y",
    D: "1",
  });
  assert.deepEqual(parse("FOO*"), { FOO1: "a", FOO2: "b" });
  assert.deepEqual(Object.keys(parse("__proto__=1")), ["__proto__"]);
  refuses(parse, [["=b", 'invalid environment variable: "=b"']]);
  const file = 'A=1\r\n#x\n\n  C = 3\n\tD=4\nE="x y"\nHOME\nG=a #b';
  assert.deepEqual(parseEnvFile(file, host), { A: "1", "C ": " 3", D: "4", E: '"x y"', HOME: "/root", G: "a #b" });
});

test("labels", () => {
  assert.deepEqual(parseLabels(["a=b", "c", "d=", "e=x=y"]), { a: "b", c: "", d: "", e: "x=y" });
  assert.deepEqual(Object.keys(parseLabels(["__proto__=1"])), ["__proto__"]);
  refuses(
    (text) => parseLabels([text]),
    [
      ["", 'invalid label format: ""'],
      ["=b", 'invalid label format: "=b"'],
    ],
  );
  assert.deepEqual(parseLabelFile("a=1\n#x\nb\n c=2\n"), { a: "1", c: "2" });
});

test("networks", () => {
  const parse = (text: string) => parseNetworks([text]);
  reads(parse, [
    ["", []],
    ["host", [{ name: "host" }]],
    ["container:web", [{ name: "container:web" }]],
    ["ns:/x", [{ name: "ns:/x" }]],
    ["a,b", [{ name: "a" }, { name: "b" }]],
    ["bridge:", [{ name: "bridge" }]],
    [
      "n:ip=10.0.0.2,ip6=fd::2,mac=AA:bb:cc:dd:ee:ff,alias=x,alias=y,interface_name=eth5",
      [{ name: "n", ips: ["10.0.0.2", "fd::2"], mac: "aa:bb:cc:dd:ee:ff", aliases: ["x", "y"], interfaceName: "eth5" }],
    ],
  ]);
  refuses(parse, [
    ["container:", "invalid config provided: namespace mode container requires a value"],
    ["ns:", "invalid config provided: namespace mode path requires a value"],
    ["bridge:foo=1", "unknown bridge network option: foo"],
    ["bridge:ip=x", 'invalid ip address "x"'],
    ["n:ip6=x", 'invalid option for network n: invalid ip address "x"'],
    ["bridge:mac=x", "address x: invalid MAC address"],
    ["slirp4netns", "network mode slirp4netns is for rootless containers, which are not supported yet"],
  ]);
  assert.throws(
    () => parseNetworks(["host", "n"]),
    /^EngineError: cannot set multiple networks without bridge network mode, selected mode host: invalid argument$/,
  );
  assert.equal(parseMac("AA-BB-CC-DD-EE-FF"), "aa:bb:cc:dd:ee:ff");
  reads(parseAddHost, [
    ["a:1.2.3.4", "a:1.2.3.4"],
    ["a:::1", "a:::1"],
    ["a:host-gateway", "a:host-gateway"],
  ]);
  refuses(parseAddHost, [
    ["a", 'bad format for add-host: "a"'],
    [":1.2.3.4", 'bad format for add-host: ":1.2.3.4"'],
    ["a:1.2.3.4:5", 'invalid IP address in add-host: "1.2.3.4:5"'],
  ]);
});

test("health checks", () => {
  reads<Probe | "none">(parseProbe, [
    ["none", "none"],
    ["curl x || exit 1", { kind: "shell", command: "curl x || exit 1" }],
    ['["a","b"]', { kind: "exec", argv: ["a", "b"] }],
    ['["CMD","a"]', { kind: "exec", argv: ["a"] }],
    ['["CMD-SHELL","a b"]', { kind: "shell", command: "a b" }],
    ['["a"', { kind: "shell", command: '["a"' }],
    ["tcp:6379", { kind: "tcp", port: 6379 }],
    ["http:80/ok?x=1", { kind: "http", port: 80, path: "/ok?x=1" }],
  ]);
  assert.equal(probeOfTest(["NONE"]), "none");
  assert.throws(() => probeOfTest(["CMD"]), /must define a healthcheck command/);
  const health = (texts: Partial<Parameters<typeof parseHealth>[0]>) => parseHealth({ command: "x", ...texts });
  assert.deepEqual(health({ interval: "disable", timeout: "2s", startPeriod: "1m", retries: 5, onFailure: "stop" }), {
    probe: { kind: "shell", command: "x" },
    intervalSeconds: 0,
    timeoutSeconds: 2,
    startPeriodSeconds: 60,
    retries: 5,
    onFailure: "stop",
  });
  const refused = [
    [{ interval: "foo" }, 'invalid healthcheck-interval: time: invalid duration "foo"'],
    [{ retries: 0 }, "healthcheck-retries must be greater than 0"],
    [{ timeout: "0s" }, "healthcheck-timeout must be at least 1 second"],
    [{ startPeriod: "-1s" }, "healthcheck-start-period must be 0 seconds or greater"],
    [
      { onFailure: "x" },
      'invalid on-failure action "x" for health check: supported actions are none,kill,restart,stop',
    ],
  ] as const;
  for (const [texts, message] of refused) assert.throws(() => health(texts), { message });
});

test("log settings", () => {
  assert.deepEqual(parseLogSettings("", []), {});
  const settings = parseLogSettings("json-file", ["path=/x", "max-size=1k", "tag=t", "max-file=2", ""]);
  assert.deepEqual(settings, { driver: "k8s-file", path: "/x", maxSize: 1024, tag: "t" });
  refuses(
    (text) => parseLogSettings("none", [text]),
    [
      ["foo", 'invalid log option "foo"'],
      ["max-size=x", "invalid size: 'x'"],
    ],
  );
});

test("detach keys", () => {
  assert.deepEqual([...parseDetachKeys("ctrl-p,ctrl-q")], [16, 17]);
  assert.deepEqual([...parseDetachKeys("a,ctrl-@,ctrl-[,ctrl-_")], [97, 0, 27, 31]);
  assert.deepEqual([...parseDetachKeys("")], []);
  refuses(parseDetachKeys, [["ctrl-", "invalid detach keys: unknown character: 'ctrl-'"]]);
});

test("comma lists in CSV quoting", () => {
  reads(parseCsv, [
    ["a", ["a"]],
    ["a,,b", ["a", "", "b"]],
    ['"a,b","c""d",', ["a,b", 'c"d', ""]],
  ]);
  refuses(parseCsv, [['"a', 'parse error on line 1, column 3: extraneous or missing " in quoted-field']]);
});
