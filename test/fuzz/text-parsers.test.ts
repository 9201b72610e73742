import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseFilters } from "../../src/cli/filters.ts";
import { compileTemplate, renderTableRows } from "../../src/cli/render/template.ts";
import { parseSyncLine } from "../../src/drivers/conmon/protocol.ts";
import { parseFailure, saysAlreadyGone } from "../../src/drivers/netavark/reply.ts";
import { messageFromLog, runtimeError } from "../../src/drivers/oci-runtime/reply.ts";
import { reasonOf } from "../../src/drivers/skopeo/reply.ts";
import { matchesLabel, matchesText } from "../../src/engine/containers/filters.ts";
import { parseLogLine } from "../../src/engine/containers/log-parser.ts";
import { factsFrom } from "../../src/engine/containers/process-table.ts";
import { compileEventFilters } from "../../src/engine/events.ts";
import { readCgroupStats } from "../../src/host/cgroup-stats.ts";
import { parseMountInfo } from "../../src/host/mount-info.ts";
import { parseLimits } from "../../src/host/proc-tables.ts";
import { applyChanges } from "../../src/images/changes.ts";
import { localName, parseReference } from "../../src/images/references.ts";
import { parseDependency } from "../../src/model/notation/dependencies.ts";
import { parseDetachKeys } from "../../src/model/notation/detach-keys.ts";
import {
  parseDevice,
  parseDeviceBytes,
  parseDeviceCgroupRule,
  parseDeviceOperations,
  parseDeviceWeight,
} from "../../src/model/notation/devices.ts";
import { parseDuration } from "../../src/model/notation/durations.ts";
import { parseEnv, parseEnvFile } from "../../src/model/notation/env-file.ts";
import { parseExitPolicy } from "../../src/model/notation/exit-policy.ts";
import { parseCsv, parseGoBool, parseGoFloat, parseGoInt } from "../../src/model/notation/go-values.ts";
import { parseHealth } from "../../src/model/notation/health.ts";
import { parseAnnotations, parseLabelFile, parseLabels, parseSysctls } from "../../src/model/notation/key-values.ts";
import { parseLogSettings } from "../../src/model/notation/log-options.ts";
import { parseMountFlag } from "../../src/model/notation/mount-flag.ts";
import { parseTmpfs, parseVolume } from "../../src/model/notation/mounts.ts";
import { parseAddHost, parseIpFlag, parseMac, parseNetworks } from "../../src/model/notation/networks.ts";
import { parsePort } from "../../src/model/notation/ports.ts";
import { parseRestartPolicy } from "../../src/model/notation/restart-policy.ts";
import { parseSignal } from "../../src/model/notation/signals.ts";
import { parseSize } from "../../src/model/notation/sizes.ts";
import { parseTime } from "../../src/model/notation/times.ts";
import { parseUlimit } from "../../src/model/notation/ulimits.ts";
import { compileFilters } from "../../src/network/filters.ts";
import { parseLocalAddresses, parseRoutes, parseRoutes6 } from "../../src/network/host-facts.ts";
import { parseAddress, parseBlock } from "../../src/network/ip.ts";
import { parseHosts } from "../../src/spec/hosts-file.ts";
import { parseResolvConf } from "../../src/spec/resolv-conf.ts";
import { missingAccountLines, resolveUser } from "../../src/spec/users.ts";
import { attempt, check, corpus, wordsOf } from "./fuzz.ts";

interface Parser {
  readonly name: string;
  readonly grammar: readonly string[];
  readonly parse: (text: string) => unknown;
}

const bytes = (text: string) => new TextEncoder().encode(text);
const HOST = { PATH: "/bin", HOME: "/root" };
const NETWORK = {
  ...{ id: "ab", name: "n", driver: "bridge", interfaceName: "b", subnets: [], internal: false, dnsEnabled: true },
  ...{ ipv6Enabled: false, labels: { a: "b" }, options: {}, createdAt: 1 },
};
const ROW = { Name: "n", ID: "1", Labels: new Map([["a", "b"]]), Ports: [1, 2], Nested: { A: "x" } };
const EVENT = {
  ...{ seq: 1, timeNs: 1n, type: "container", action: "create", id: "ab", name: "n", image: "i", labels: { a: "b" } },
} as unknown as Parameters<ReturnType<typeof compileEventFilters>>[0];

const words = (text: string) => text.split(" ");

const OPTIONS: readonly Parser[] = [
  {
    name: "reference",
    grammar: words("docker.io quay.io localhost / : @ sha256: a b-c latest 5000 _ . [::1]"),
    parse: parseReference,
  },
  { name: "local name", grammar: words("docker.io library / : @ a app v1"), parse: localName },
  {
    name: "volume",
    grammar: words("/a /b ./c vol : , ro rw z Z U O idmap= upperdir= nocopy"),
    parse: (t) => parseVolume(t, "/"),
  },
  {
    name: "mount",
    grammar: words(
      'type= bind volume tmpfs image devpts , = source src target dst /a ro rw=true tmpfs-size size U " relabel=private subpath',
    ),
    parse: (t) => [attempt(() => parseMountFlag(t, "/")), parseMountFlag(`type=bind,source=/a,target=/b,${t}`, "/")],
  },
  { name: "tmpfs", grammar: words("/a : , size= 10m mode= rw ro exec noexec nr_inodes="), parse: parseTmpfs },
  { name: "port", grammar: words("80 8080 - : / tcp udp sctp 127.0.0.1 [::1] 0.0.0.0 65535"), parse: parsePort },
  { name: "size", grammar: words("1 1.5 k m g t p b kb KiB i"), parse: parseSize },
  { name: "duration", grammar: words("1 1.5 .5 ns us µs ms s m h - +"), parse: parseDuration },
  {
    name: "time",
    grammar: words("2026 -01 -02 T 03 :04 :05 .6 Z +01:00 1h 5m 99"),
    parse: (t) => [attempt(() => parseTime(t, { now: 0 })), parseTime(t, { now: 1e12, ahead: true })],
  },
  { name: "signal", grammar: words("SIG TERM KILL RTMIN + 1 15 RTMAX - 64"), parse: parseSignal },
  { name: "ulimit", grammar: words("nofile nproc core = : 1024 -1 unlimited"), parse: parseUlimit },
  {
    name: "device",
    grammar: words("/dev/null /dev/a : r w m rwm 10mb"),
    parse: (t) => [
      attempt(() => parseDeviceBytes(t)),
      attempt(() => parseDeviceOperations(t)),
      attempt(() => parseDeviceWeight(t)),
      parseDevice(t),
    ],
  },
  { name: "device rule", grammar: words("a b c * : 1 3 rwm"), parse: parseDeviceCgroupRule },
  { name: "restart policy", grammar: words("no always on-failure unless-stopped : 3"), parse: parseRestartPolicy },
  { name: "exit policy", grammar: words("continue stop any failure main : x"), parse: parseExitPolicy },
  { name: "dependency", grammar: words("a db : healthy started completed 30s"), parse: parseDependency },
  { name: "detach keys", grammar: words("ctrl- p q , a @ ["), parse: parseDetachKeys },
  {
    name: "log options",
    grammar: words("path= tag= max-size= 10m /a k8s-file none"),
    parse: (t) => [attempt(() => parseLogSettings(t, [])), parseLogSettings("k8s-file", [t])],
  },
  { name: "csv", grammar: words('a , "" " b'), parse: parseCsv },
  {
    name: "go values",
    grammar: words("0x 0b 0o _ 1 t true . e"),
    parse: (t) => [
      attempt(() => parseGoBool(t)),
      attempt(() => parseGoInt(t)),
      attempt(() => parseGoInt(t, { unsigned: true })),
      parseGoFloat(t),
    ],
  },
  {
    name: "network",
    grammar: words(
      "bridge host none container: ns: net : , ip= 10.0.0.2 mac= 00:11:22:33:44:55 alias= a interface_name=",
    ),
    parse: (t) => parseNetworks([t]),
  },
  {
    name: "addresses",
    grammar: words("10. 0. 1 :: fe80 : ffff /24 /64 % eth0"),
    parse: (t) => [
      attempt(() => parseIpFlag(t)),
      attempt(() => parseMac(t)),
      attempt(() => parseAddHost(t)),
      parseAddress(t),
      parseBlock(t),
    ],
  },
  {
    name: "health",
    grammar: words('[ ] " CMD CMD-SHELL , NONE tcp: http: 80 / 1s disable'),
    parse: (t) => [
      attempt(() => parseHealth({ command: t })),
      attempt(() => parseHealth({ command: "x", timeout: t, startPeriod: t })),
      parseHealth({ command: "x", interval: t, onFailure: t }),
    ],
  },
  {
    name: "env",
    grammar: words("A B = * PATH H # HOME"),
    parse: (t) => [attempt(() => parseEnv([t], HOST)), parseEnvFile(t, HOST)],
  },
  {
    name: "labels",
    grammar: words("a b = # app"),
    parse: (t) => [
      attempt(() => parseLabels([t, t])),
      attempt(() => parseAnnotations([t])),
      attempt(() => parseSysctls([t])),
      parseLabelFile(t),
    ],
  },
  {
    name: "change",
    grammar: words(
      'CMD ENTRYPOINT ENV EXPOSE HEALTHCHECK LABEL STOPSIGNAL USER VOLUME WORKDIR = [ ] " --interval= 1s',
    ).flatMap((w) => [w, " "]),
    parse: (t) => applyChanges([t]),
  },
  {
    name: "template",
    grammar: [
      ...words(
        "{{ }} . .Name .Labels .Ports .Nested.A | json printf range end if else with $x := index len ( ) table upper eq and or not slice",
      ),
      " ",
      '"a"',
      "{{- ",
      " -}}",
      "{{/*",
      "*/}}",
      "{{.Name}}",
      '{{index .Labels "a"}}',
      "\\t",
    ],
    parse: (t) => [
      attempt(() => renderTableRows(t, [ROW], { name: "ps", headers: { Name: "NAME" } })),
      compileTemplate(t, { name: "ps" })(ROW),
    ],
  },
];

const FILTERS: readonly Parser[] = [
  {
    name: "filter",
    grammar: words("name id label label! until status = a ! running"),
    parse: (t) => parseFilters([t, t]),
  },
  {
    name: "event filter",
    grammar: words("container pod event type label image volume = a create"),
    parse: (t) => compileEventFilters(parseFilters([t]))(EVENT),
  },
  {
    name: "network filter",
    grammar: words("name id driver label label! until dangling = a 1h true ( ["),
    parse: (t) =>
      compileFilters(parseFilters([t]), { now: 1, isUsed: () => false, isDefault: () => false })(
        NETWORK as unknown as Parameters<ReturnType<typeof compileFilters>>[0],
      ),
  },
  {
    name: "pattern",
    grammar: words("a = ( [ * ^ $ \\"),
    parse: (t) => [matchesText("abc", t), matchesLabel({ a: "b" }, t)],
  },
];

const PROC: readonly Parser[] = [
  {
    name: "conmon sync line",
    grammar: words('{ } " data message : , 1 -1 null "data": "message":"x"'),
    parse: parseSyncLine,
  },
  {
    name: "runtime log",
    grammar: ['{"msg":', '"x"', "}", "\n", "level=error", "permission denied", "no such file"],
    parse: (t) => [messageFromLog(t), runtimeError("crun", t).message],
  },
  {
    name: "netavark failure",
    grammar: ['{"error":', '"x"', "}", " - ", "No such device", "netavark encountered multiple errors:"],
    parse: (t) => [parseFailure(t), saysAlreadyGone(t)],
  },
  {
    name: "skopeo reason",
    grammar: ["level=fatal", " msg=", '"x"', "\n", '\\"', "Error initializing source "],
    parse: (t) => reasonOf(bytes(t)),
  },
  {
    name: "log line",
    grammar: ["2026-11-30T01:02:03.123456789Z", "+01:00", " stdout ", " stderr ", "F ", "P ", "x", "\n"],
    parse: parseLogLine,
  },
  {
    name: "mountinfo",
    grammar: ["36 35 98:0 /a /b rw", " - ", "ext3 /dev/sda rw", "\\040", "\\999", "\n", " ", "shared:1"],
    parse: parseMountInfo,
  },
  {
    name: "limits",
    grammar: ["Max open files", "  ", "1024", "unlimited", "\n", "Max cpu time"],
    parse: (t) => Object.keys(parseLimits(t)),
  },
  {
    name: "proc",
    grammar: ["1 (a) S 1 1", " ", ")", "(", "Uid:\t0 0 0 0", "NSpid:\t1 2", "\n", "Groups:", "Seccomp:\t2"],
    parse: (t) => Object.keys(factsFrom({ hostPid: 1, stat: t, status: t, cmdline: t, uptime: t })),
  },
  {
    name: "cgroup stats",
    grammar: ["usage_usec 1", "\n", " ", "8:0 Read 1", "rbytes=1", "max", "inactive_file 5"],
    parse: (t) => [Object.keys(readCgroupStats(() => t, true, 1)), Object.keys(readCgroupStats(() => t, false, 1))],
  },
  {
    name: "routes",
    grammar: words("eth0 00000000 0102A8C0 fe80000000000000 40 ffffff \t \n 10.0.0.1 /24"),
    parse: (t) => [parseRoutes(t).length, parseRoutes6(t).length, parseLocalAddresses(t).length],
  },
  { name: "hosts", grammar: ["127.0.0.1", " ", "\t", "a", "#", "\n", "::1"], parse: parseHosts },
  {
    name: "resolv.conf",
    grammar: ["nameserver", "search", "options", " ", "\n", "1.1.1.1", "#", ";"],
    parse: parseResolvConf,
  },
  {
    name: "accounts",
    grammar: ["root", ":", "x", "0", "1000", "/root", "\n", "4294967296", "-1"],
    parse: (t) => {
      const files = { passwd: t, group: t };
      return [
        attempt(() => resolveUser(t, files, [t])),
        attempt(() => missingAccountLines("7:8", files, t)),
        resolveUser("root", files),
      ];
    },
  },
];

for (const [title, parsers, runs] of [
  ["options", OPTIONS, 120],
  ["filters", FILTERS, 120],
  ["what the host and the drivers say", PROC, 100],
] as const)
  describe(`any text: ${title}`, () => {
    for (const { name, grammar, parse } of parsers)
      it(name, () => {
        for (const input of corpus(name)) attempt(() => parse(input));
        check(wordsOf(grammar), runs, (input) => void attempt(() => parse(input)));
      });
  });

describe("long text takes no more than its length", () => {
  // What takes exponential time would not end here at all.
  for (const { name, grammar, parse } of [...OPTIONS, ...FILTERS, ...PROC])
    it(name, () => {
      for (const word of new Set([...grammar.slice(0, 6), "a", "1", " ", "-", "a-"]))
        attempt(() => parse(`${word.repeat(Math.ceil(3_000 / Math.max(word.length, 1)))}!`));
    });
});

describe("names that every object has are names like others", () => {
  const NAMES = ["__proto__", "constructor", "toString"];
  const own = (made: object) => NAMES.map((name) => Object.getOwnPropertyDescriptor(made, name)?.value as unknown);
  it("labels, annotations, environment", () => {
    const texts = NAMES.map((name) => `${name}=v`);
    const expected = NAMES.map(() => "v");
    assert.deepEqual(own(parseLabels(texts)), expected);
    assert.deepEqual(own(parseAnnotations(texts)), expected);
    assert.deepEqual(own(parseSysctls(texts)), expected);
    assert.deepEqual(own(parseEnv(texts, {})), expected);
    assert.deepEqual(own(parseFilters(texts.slice(0, 2))).slice(0, 2), [["v"], ["v"]]);
    assert.deepEqual(own(applyChanges(texts.map((text) => `LABEL ${text}`)).Labels ?? {}), expected);
  });
  it("the host's environment has only its own", () => {
    assert.deepEqual(parseEnv(NAMES, {}), {});
    assert.deepEqual(parseEnv(NAMES, process.env as Readonly<Record<string, string>>), {});
  });
  it("filters match them only where they are", () => {
    for (const name of NAMES) {
      assert.equal(matchesLabel({}, name), false);
      assert.equal(matchesLabel(parseLabels([`${name}=v`]), `${name}=v`), true);
    }
  });
});
