import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { ContainerCreateOptions, MountOption } from "../engine/api/container-options.ts";
import type { ContainerConfig } from "../model/container.ts";
import { cgroupPathFor } from "./cgroup-path.ts";
import { ACCOUNTS, CONFIG, CONTAINER_ID, HOST, INFRA_ID, inputOf, POD_ID, podOf } from "./fakes/inputs.ts";
import { generateSpec } from "./generate-spec.ts";
import { hostnameFor } from "./hostname.ts";
import type { HostNode, NamespaceName, ResolvedMount, SpecInput } from "./inputs.ts";
import { formatOci, type OciSeccomp } from "./oci.ts";
import { resolveContainer } from "./resolve-container.ts";
import { resolveUser } from "./users.ts";

const SECCOMP: OciSeccomp = { defaultAction: "SCMP_ACT_ERRNO", syscalls: [] };

/** Specifications that podman 4.3.1 wrote with crun on the host of fakes/inputs.ts, ids and paths replaced by words. */
const PODMAN = JSON.parse(
  readFileSync(join(import.meta.dirname, "fixtures", "podman-4.3.1-specs.json"), "utf8"),
) as Record<string, Json>;

type Json = { [key: string]: Json } & { [index: number]: Json } & readonly Json[];

const bind = (destination: string, options: readonly string[] = []): MountOption => ({
  type: "bind",
  source: "/srv",
  destination,
  options,
});

const node = (path: string, type: "c" | "b", numbers: readonly [number, number], mode: number): HostNode => ({
  path,
  type,
  major: numbers[0],
  minor: numbers[1],
  mode,
  uid: 0,
  gid: 0,
});

/** The nodes that the fixtures kept of the host's. */
const HOST_NODES = [
  node("/dev/fuse", "c", [10, 229], 0o600),
  node("/dev/loop0", "b", [7, 0], 0o600),
  node("/dev/null", "c", [1, 3], 0o666),
];

interface Case {
  readonly options?: ContainerCreateOptions;
  readonly member?: true;
  readonly devices?: readonly HostNode[];
  readonly files?: SpecInput["files"];
}

/** What each specification was made with; the comment of `normalize` lists where ours differ on purpose. */
const CASES: Readonly<Record<string, Case>> = {
  plain: {},
  user: { options: { user: "app", capAdd: ["NET_ADMIN"] } },
  usernum: { options: { user: "1234:5678", groupAdd: ["extra"] } },
  priv: { options: { privileged: true }, devices: HOST_NODES },
  privuser: { options: { privileged: true, user: "app", capAdd: ["NET_ADMIN"] }, devices: HOST_NODES },
  ro: { options: { readOnly: true } },
  ronotmp: { options: { readOnly: true, readOnlyTmpfs: false } },
  hostns: {
    options: { networks: [{ name: "host" }], namespaces: { ipc: "host", pid: "host", uts: "host", cgroup: "host" } },
  },
  none: { options: { networks: [{ name: "none" }], namespaces: { ipc: "none" } } },
  mounts: {
    options: {
      mounts: [
        bind("/a"),
        { type: "volume", name: "vol", destination: "/b" },
        bind("/c/", ["ro", "z"]),
        { type: "tmpfs", destination: "/d" },
        { type: "tmpfs", destination: "/e", options: ["size=1m"] },
        bind("/f", ["rshared"]),
        { type: "devpts", destination: "/dev/ptsx" },
      ],
      devices: [{ source: "/dev/null", destination: "/dev/xnull", permissions: "rw" }],
    },
    devices: [{ ...node("/dev/xnull", "c", [1, 3], 0o666), permissions: "rw" }],
  },
  res: {
    options: {
      resources: {
        memory: 104_857_600,
        cpuPeriod: 100_000,
        cpuQuota: 150_000,
        pidsLimit: 100,
        cpuShares: 512,
        cpusetCpus: "0",
      },
    },
  },
  res2: {
    options: { resources: { memory: 104_857_600, memorySwap: -1, memoryReservation: 52_428_800, pidsLimit: 0 } },
  },
  tty: {
    options: { terminal: true, stdinOpen: true, init: true, hostname: "foo", stopSignal: "INT", autoRemove: true },
  },
  sec: {
    options: {
      securityOpt: [
        "no-new-privileges",
        "seccomp=unconfined",
        "unmask=/proc/acpi",
        "mask=/proc/cpuinfo",
        "proc-opts=hidepid=2",
      ],
    },
  },
  unmaskall: { options: { securityOpt: ["unmask=ALL"], deviceCgroupRules: ["c 42:* rwm"] } },
  uidmap: { options: { uidMap: ["0:100000:65536"], gidMap: ["0:100000:65536"] } },
  cgprivate: {
    options: {
      namespaces: { cgroup: "private" },
      sysctls: { "net.ipv4.ip_forward": "1" },
      ulimits: [
        { name: "nofile", soft: 100, hard: 200 },
        { name: "core", soft: -1, hard: -1 },
        { name: "nproc", soft: 100, hard: 100 },
      ],
      oomScoreAdj: 900,
      umask: 0o077,
      timezone: "UTC",
    },
    files: { localtime: "RUN/CID/localtime" },
  },
  command: {
    options: {
      imageVolumes: "tmpfs",
      entrypoint: ["/bin/sh", "-c"],
      command: ["echo hi"],
      env: { A: "b" },
      capAdd: ["NET_ADMIN"],
      capDrop: ["CHOWN"],
      workdir: "/bin",
    },
  },
  member: { member: true },
};

function resolvedMounts(config: ContainerConfig): readonly ResolvedMount[] {
  return config.mounts.flatMap((mount): readonly ResolvedMount[] => {
    if (mount.type === "image") return [];
    if (mount.type === "bind") return [mount];
    if (mount.type !== "volume") return [{ ...mount, source: mount.type }];
    return [{ ...mount, source: mount.anonymous ? "ANON" : `VOL/${mount.name}` }];
  });
}

function namespacePaths(config: ContainerConfig): Partial<Record<NamespaceName, string>> {
  const joined = (["net", "ipc", "uts"] as const).filter((name) => config.namespaces[name].mode === "container");
  // podman lets the runtime make the network namespace of a container with a user namespace.
  const own = config.namespaces.net.mode === "bridge" && config.idMappings === undefined ? { net: "NETNS" } : {};
  return { ...own, ...Object.fromEntries(joined.map((name) => [name, `/proc/PID/ns/${name}`])) };
}

/** What the engine does between the two steps, without a host. */
function specOf(config: ContainerConfig, kase: Case, infra?: ContainerConfig) {
  const owner = config.namespaces.net.mode === "container" ? "INFRA" : "CID";
  const ipc = config.namespaces.ipc.mode;
  const shm = ipc === "host" ? "/dev/shm" : `STATIC/${ipc === "container" ? "INFRA" : "CID"}/shm`;
  return generateSpec({
    config,
    rootfsPath: "ROOTFS",
    user: resolveUser(config.user, config.isInfra ? { passwd: "", group: "" } : ACCOUNTS, config.groupAdd),
    namespacePaths: namespacePaths(config),
    mounts: resolvedMounts(config),
    files: {
      ...(config.namespaces.net.mode === "none" ? {} : { resolvConf: `RUN/${owner}/resolv.conf` }),
      hosts: `RUN/${owner}/hosts`,
      hostname: "RUN/CID/hostname",
      containerenv: "RUN/CID/.containerenv",
      ...kase.files,
    },
    ...(ipc === "none" ? {} : { shmPath: shm }),
    cgroupsPath: cgroupPathFor(config, "cgroupfs"),
    seccomp: SECCOMP,
    hostname: hostnameFor(config, HOST.hostname, infra?.hostname),
    devices: kase.devices ?? [],
    host: HOST,
    engine: CONFIG,
    initBinary: "INIT",
  });
}

const byText = (list: readonly unknown[]) => [...list].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return byText(value.map(sorted));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => [key, sorted(item)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
};

/**
 * podman's text in our terms. Known differences: the engine's name in annotations and cgroup paths; empty capability
 * lists are written; file modes are permission bits alone; no limit of processes is written as no limit; `proc-opts` are
 * added to the safe options of /proc instead of replacing them; .containerenv is also there under a read-only container's
 * /run; device rules stay in force in a user namespace. podman's order of lists is random.
 */
function expected(name: string): unknown {
  const theirs = JSON.parse(
    JSON.stringify(PODMAN[name])
      .replaceAll("CID12", CONTAINER_ID.slice(0, 12))
      .replaceAll("/libpod_parent/POD/libpod-CID", `/minke_parent/${POD_ID}/minke-${CONTAINER_ID}`)
      .replaceAll("/libpod_parent/libpod-CID", `/minke_parent/minke-${CONTAINER_ID}`)
      .replace('"io.container.manager":"libpod"', '"io.container.manager":"minke"')
      .replace('"io.kubernetes.cri-o.SandboxID":"INFRA"', `"io.kubernetes.cri-o.SandboxID":"${INFRA_ID}"`)
      .replace('"CREATED"', '"1970-01-01T00:00:00.000Z"'),
  );
  const { annotations, linux, mounts, process } = theirs;
  delete annotations["org.opencontainers.image.base.digest"];
  delete annotations["org.opencontainers.image.base.name"];
  process.capabilities = { effective: [], permitted: [], inheritable: [], ambient: [], ...process.capabilities };
  for (const device of linux.devices ?? []) device.fileMode %= 0o10000;
  if (linux.resources.pids?.limit === 0) delete linux.resources.pids;
  if (name === "sec")
    mounts.find((m: Json) => `${m["destination"]}` === "/proc").options.push("nosuid", "noexec", "nodev");
  if (name === "ro")
    mounts.push({
      destination: "/run/.containerenv",
      type: "bind",
      source: "RUN/CID/.containerenv",
      options: ["bind", "rprivate", "ro", "nosuid", "noexec", "nodev"],
    });
  if (name === "uidmap") linux.resources.devices = [{ allow: false, access: "rwm" }];
  return sorted(theirs);
}

/** Ours, read back from its text, with the seccomp filter reduced to its being there. */
function actual(spec: ReturnType<typeof specOf>["spec"]): unknown {
  const { seccomp, ...linux } = spec.linux;
  const text = formatOci({ ...spec, linux }).replaceAll("18446744073709551615", '"18446744073709551615"');
  const value = JSON.parse(text);
  value.linux.hasSeccomp = seccomp !== undefined;
  return sorted(value);
}

describe("generateSpec against podman 4.3.1", () => {
  for (const [name, kase] of Object.entries(CASES))
    it(name, () => {
      const pod = kase.member ? podOf() : undefined;
      const { config } = resolveContainer(inputOf(kase.options, pod === undefined ? {} : { pod }));
      const { spec, warnings } = specOf(config, kase, pod?.infra);
      assert.deepEqual(actual(spec), expected(name));
      assert.deepEqual(warnings, []);
    });

  it("infra", () => {
    const { infra } = podOf();
    const { spec } = specOf({ ...infra, id: CONTAINER_ID }, {});
    const theirs = JSON.parse(JSON.stringify(expected("infra")));
    assert.deepEqual(actual(spec), theirs);
  });

  it("covers every fixture", () => {
    assert.deepEqual(Object.keys(PODMAN).sort(), [...Object.keys(CASES), "infra"].sort());
  });
});

describe("generateSpec", () => {
  const resolve = (options: ContainerCreateOptions = {}) => resolveContainer(inputOf(options)).config;

  it("orders mounts so that parents come first", () => {
    const config = resolve({ mounts: [bind("/x/y/z"), bind("/x/y"), bind("/x"), bind("/")] });
    const depths = specOf(config, {}).spec.mounts.map((m) => m.destination.split("/").filter(Boolean).length);
    assert.deepEqual(
      depths,
      [...depths].sort((a, b) => a - b),
    );
  });

  it("lets a user's mount replace the engine's, and a user's /dev all below it", () => {
    const { mounts } = specOf(resolve({ mounts: [bind("/etc/hosts"), bind("/dev")] }), {}).spec;
    const destinations = mounts.map((m) => m.destination);
    assert.deepEqual(
      mounts.filter((m) => m.destination === "/etc/hosts").map((m) => m.source),
      ["/srv"],
    );
    assert.ok(!destinations.includes("/dev/pts") && !destinations.includes("/dev/shm"));
  });

  it("clamps limits to the host's with a warning, defaults silently", () => {
    const config = resolve({ ulimits: [{ name: "nofile", soft: 100, hard: 50_000 }] });
    const { spec, warnings } = specOf({ ...config, ulimits: config.ulimits.slice(0, 1) }, {});
    assert.deepEqual(spec.process.rlimits, [
      { type: "RLIMIT_NOFILE", soft: 100, hard: 20_000 },
      { type: "RLIMIT_NPROC", soft: 96_365, hard: 96_365 },
    ]);
    assert.deepEqual(warnings, ["ulimit nofile=50000 is above what this host allows: using 20000"]);
  });

  it("says which capability and oom score the host cannot give", () => {
    const config = resolve({ capAdd: ["SYS_RESOURCE"], oomScoreAdj: -500 });
    const { spec, warnings } = specOf(config, {});
    assert.ok(!spec.process.capabilities.bounding.includes("CAP_SYS_RESOURCE"));
    assert.equal(spec.process.oomScoreAdj, 0);
    assert.equal(warnings.length, 2);
  });

  it("never makes a namespace where one should be joined", () => {
    const config = resolve();
    const broken: ContainerConfig = {
      ...config,
      namespaces: { ...config.namespaces, pid: { mode: "container", id: INFRA_ID } },
    };
    assert.throws(() => specOf(broken, {}), /no path of the pid namespace/);
  });

  it("keeps an explicit filter of a privileged container", () => {
    const config = resolve({ privileged: true, securityOpt: ["seccomp=/profile.json"] });
    assert.deepEqual(specOf(config, {}).spec.linux.seccomp, SECCOMP);
  });

  it("binds what the namespace's owner alone could mount", () => {
    const maps = { uidMap: ["0:100000:65536"], networks: [{ name: "host" }], namespaces: { pid: "host", ipc: "host" } };
    const types = new Map(specOf(resolve(maps), {}).spec.mounts.map((m) => [m.destination, m.type]));
    assert.deepEqual(
      ["/proc", "/sys", "/dev/mqueue"].map((path) => types.get(path)),
      ["bind", "bind", "bind"],
    );
  });

  it("writes no limits for an ordinary user on cgroup v1", () => {
    const { linux } = generateSpec({
      config: resolve(),
      rootfsPath: "/r",
      user: resolveUser("", ACCOUNTS),
      namespacePaths: {},
      mounts: [],
      files: {},
      cgroupsPath: "/x",
      hostname: "h",
      devices: [],
      host: { ...HOST, rootless: true },
      engine: CONFIG,
    }).spec;
    assert.deepEqual([linux.cgroupsPath, linux.resources], [undefined, {}]);
  });
});
