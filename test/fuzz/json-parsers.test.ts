import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { readPodFile } from "../../src/cli/pod-file/read-pod-file.ts";
import { loadConfig } from "../../src/config/load.ts";
import { parseSyncLine } from "../../src/drivers/conmon/protocol.ts";
import { parseSetupReply } from "../../src/drivers/netavark/reply.ts";
import { openFakeHost } from "../../src/host/fakes/open.ts";
import { parseImageConfig } from "../../src/images/image-config.ts";
import { choosePlatform, parseManifest } from "../../src/images/manifest.ts";
import { convertSeccomp } from "../../src/spec/seccomp.ts";
import { attempt, attemptAsync, check, checkAsync, corpus, mutatedJson, NASTY, wordsOf } from "./fuzz.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const DESCRIPTOR = { mediaType: "application/vnd.oci.image.config.v1+json", digest: DIGEST, size: 3 };

const MANIFESTS = [
  {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: DESCRIPTOR,
    layers: [
      { mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest: DIGEST, size: 9, annotations: { a: "b" } },
    ],
    annotations: { "org.opencontainers.image.ref.name": "v1" },
  },
  {
    schemaVersion: 2,
    manifests: [{ ...DESCRIPTOR, platform: { os: "linux", architecture: "amd64", variant: "v1" }, annotations: {} }],
  },
];

const CONFIG = {
  ...{ architecture: "amd64", os: "linux", created: "2026-01-02T03:04:05Z", author: "a" },
  config: {
    ...{ User: "1:2", Env: ["A=b"], Cmd: ["sh"], Entrypoint: ["/init"], WorkingDir: "/", StopSignal: "TERM" },
    ...{ ExposedPorts: { "80/tcp": {} }, Volumes: { "/data": {} }, Labels: { a: "b" } },
    Healthcheck: { Test: ["CMD", "x"], Interval: 1e9, Timeout: 1e9, StartPeriod: 0, Retries: 3 },
  },
  rootfs: { type: "layers", diff_ids: [DIGEST] },
  history: [{ created_by: "ADD", created: "2026-01-02T03:04:05Z", empty_layer: true, comment: "c" }],
};

const SECCOMP = {
  ...{
    defaultAction: "SCMP_ACT_ERRNO",
    defaultErrno: "ENOSYS",
    defaultErrnoRet: 38,
    flags: ["SECCOMP_FILTER_FLAG_LOG"],
  },
  archMap: [{ architecture: "SCMP_ARCH_X86_64", subArchitectures: ["SCMP_ARCH_X86"] }],
  syscalls: [
    {
      ...{
        names: ["read"],
        action: "SCMP_ACT_ALLOW",
        errno: "EPERM",
        includes: { caps: ["CAP_SYS_ADMIN"], arches: ["amd64"] },
      },
      ...{ args: [{ index: 0, value: 1, valueTwo: 2, op: "SCMP_CMP_EQ" }], excludes: { caps: [] } },
    },
  ],
};

const NETAVARK = {
  minke: {
    dns_search_domains: ["dns.podman"],
    dns_server_ips: ["10.88.0.1"],
    interfaces: { eth0: { mac_address: "aa:bb", subnets: [{ gateway: "10.88.0.1", ipnet: "10.88.0.2/16" }] } },
  },
};

const POD = {
  ...{
    name: "p",
    hostname: "h",
    labels: { a: "b" },
    ports: ["8080:80", { container: 80, host: 8081, protocol: "udp" }],
  },
  ...{ networks: ["minke"], exitPolicy: "main:db", share: ["net", "ipc"], dns: { servers: ["1.1.1.1"] } },
  containers: {
    db: { image: "busybox", command: ["sleep", "1"], environment: { A: "b" }, volumes: ["v:/data:ro"], memory: "64m" },
    web: {
      image: "busybox",
      dependsOn: { db: "healthy" },
      health: { command: ["CMD", "x"], interval: "1s" },
      restart: "always",
    },
  },
};

const bytes = (text: string) => new TextEncoder().encode(text);

describe("JSON from outside", () => {
  it("image manifests and indexes", () => {
    check(mutatedJson(MANIFESTS), 400, (text) => {
      const parsed = attempt(() => parseManifest(bytes(text)))?.value;
      if (parsed?.kind === "index") attempt(() => choosePlatform(parsed, { os: "linux", architecture: "amd64" }));
    });
  });
  it("image configs", () => {
    check(mutatedJson([CONFIG]), 400, (text) => void attempt(() => parseImageConfig(bytes(text))));
  });
  it("seccomp profiles", () => {
    const convert = (text: string) =>
      attempt(() => convertSeccomp(jsonOr(text), { architecture: "amd64", capabilities: ["CAP_SYS_ADMIN"] }));
    for (const text of corpus("seccomp")) assert.equal(convert(text), undefined, text);
    check(mutatedJson([SECCOMP]), 400, (text) => void convert(text));
  });
  it("conmon's sync lines", () => {
    check(
      mutatedJson([{ data: 12 }, { data: -1, message: "no" }]),
      200,
      (text) => void attempt(() => parseSyncLine(text)),
    );
  });
  it("netavark's replies", () => {
    check(mutatedJson([NETAVARK]), 300, (text) => void attempt(() => [...parseSetupReply(text)]));
  });
});

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const YAML_WORDS = [
  ...[
    "containers:\n",
    "  a:\n",
    "    image: x\n",
    "    ports: [80]\n",
    "name: p\n",
    "- ",
    "  ",
    "\n",
    "&x ",
    "*x",
    "!!js ",
    "---\n",
    "? ",
  ],
  ...[
    "<<: ",
    "{",
    "}",
    "[",
    "]",
    ", ",
    "|\n",
    ">\n",
    "~",
    ": ",
    "__proto__: 1\n",
    "constructor: {}\n",
    "    dependsOn: [a]\n",
    "\t",
  ],
];

describe("files that people write", () => {
  it("pod files, JSON with something wrong", async () => {
    await checkAsync(mutatedJson([POD]), 120, (text) => readPod(text));
  });
  it("pod files, YAML with anything in it", async () => {
    await checkAsync(wordsOf(YAML_WORDS), 200, (text) => readPod(text));
  });
  it("pod files that grow", async () => {
    const bomb = Array.from(
      { length: 20 },
      (_, at) => `a${at}: &a${at} [${at === 0 ? "x" : `*a${at - 1},*a${at - 1},*a${at - 1}`}]`,
    );
    for (const text of [bomb.join("\n"), "[".repeat(5_000), "{a: ".repeat(2_000), "- ".repeat(3_000), "&a [*a]"])
      await readPod(text);
  });
  it("containers.conf and registries.conf", () => {
    check(fc.record({ containers: tomlText(CONTAINERS), registries: tomlText(REGISTRIES) }), 60, (texts) => {
      const host = openFakeHost();
      host.files.makeDir("/etc/containers");
      host.files.writeAtomic("/etc/containers/containers.conf", texts.containers);
      host.files.writeAtomic("/etc/containers/registries.conf", texts.registries);
      const config = loadConfig(host, { root: "/r", runRoot: "/run/r" });
      // Every value is read and checked when it is looked at.
      for (const key of Object.keys(config) as (keyof typeof config)[]) attempt(() => config[key]);
    });
  });
});

async function readPod(text: string): Promise<void> {
  await attemptAsync(() => readPodFile({ name: "pod.yaml", text, directory: "/work" }));
}

const CONTAINERS: readonly (readonly [string, readonly string[]])[] = [
  [
    "containers",
    words(
      "default_capabilities default_sysctls default_ulimits env pids_limit shm_size umask log_size_max dns_servers volumes devices annotations init log_driver cgroups netns tz",
    ),
  ],
  [
    "engine",
    words(
      "runtimes conmon_path helper_binaries_dir infra_command stop_timeout pod_exit_policy retry cgroup_manager runtime detach_keys pull_policy",
    ),
  ],
  ["network", words("default_network default_subnet_pools dns_bind_port minke_setup")],
];
const REGISTRIES: readonly (readonly [string, readonly string[]])[] = [
  ["", words("unqualified-search-registries short-name-mode credential-helpers")],
  ["aliases", words("short constructor other")],
  ["[registry]", words("prefix location insecure blocked mirror mirror-by-digest-only")],
];

function words(text: string): readonly string[] {
  return text.split(" ");
}

function tomlText(sections: readonly (readonly [string, readonly string[]])[]): fc.Arbitrary<string> {
  const value = fc.oneof(
    fc.constantFrom(
      '"x"',
      "1",
      "-1",
      "true",
      '["a=b"]',
      '["nofile=1:2"]',
      "[1]",
      "{}",
      "{append=true}",
      '[{base="10.0.0.0/8",size=24}]',
    ),
    fc.constantFrom('[["x"]]', "1.5", "nan", "2026-01-02", '"65536k"', '"0022"', "[]", '[{location="a"}]', "9e99"),
    fc.constantFrom(...NASTY).map((text) => JSON.stringify(text)),
  );
  const line = (keys: readonly string[]) =>
    fc
      .tuple(fc.oneof(fc.constantFrom(...keys), fc.constantFrom("__proto__", "constructor", '"a b"', "x.y")), value)
      .map(([k, v]) => `${k} = ${v}`);
  const section = fc.oneof(
    ...sections.map(([title, keys]) =>
      fc
        .uniqueArray(line(keys), { maxLength: 5, selector: (text) => text.split(" ")[0] })
        .map((lines) => [...(title === "" ? [] : [`[${title}]`]), ...lines].join("\n")),
    ),
    fc.constantFrom("[__proto__]\nx = 1", "[constructor.prototype]\nx = 1", "= 1", '"""', "[[", "# x"),
  );
  return fc.array(section, { maxLength: 4 }).map((parts) => parts.join("\n"));
}
