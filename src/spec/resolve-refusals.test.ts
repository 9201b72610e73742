import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ContainerId } from "../base/brand.ts";
import { EngineError } from "../base/errors.ts";
import type { ContainerCreateOptions } from "../engine/api/container-options.ts";
import type { ContainerConfig, Resources } from "../model/container.ts";
import { CONTAINER_ID, INFRA_ID, inputOf, POD_ID, podOf } from "./fakes/inputs.ts";
import { resolveContainer } from "./resolve-container.ts";

const resolve = (options: ContainerCreateOptions = {}, more: Parameters<typeof inputOf>[1] = {}) =>
  resolveContainer(inputOf(options, more));

const OTHER_ID = "2".repeat(64) as ContainerId;

/** Another container outside of pods. */
function other(changes: Partial<ContainerConfig> = {}): ContainerConfig {
  return { ...resolve({}).config, id: OTHER_ID, name: "other", ...changes };
}

/** The message of what a resolution throws. */
function messageFor(options: ContainerCreateOptions, more: Parameters<typeof inputOf>[1] = {}): string {
  try {
    resolve(options, more);
  } catch (error) {
    assert.ok(error instanceof EngineError, String(error));
    return error.message;
  }
  return "";
}

const limits = (resources: Resources): ContainerCreateOptions => ({ resources });
const network = (name: string, more = {}): ContainerCreateOptions => ({ networks: [{ name, ...more }] });

/** Texts that podman 4.3.1 prints for the same mistakes, without its `Error: `. */
const REFUSED: readonly (readonly [ContainerCreateOptions, string])[] = [
  [limits({ memory: 10, memorySwap: 5 }), "minimum memoryswap limit should be larger than memory limit, see usage"],
  [limits({ memorySwap: 100 }), "you should always set a memory limit when using a memoryswap limit, see usage"],
  [
    limits({ memory: 10, memoryReservation: 20 }),
    "minimum memory limit cannot be less than memory reservation limit, see usage",
  ],
  [limits({ memorySwappiness: 200 }), "invalid value: 200, valid memory swappiness range is 0-100"],
  [limits({ cpuPeriod: 10 }), "CPU cfs period cannot be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)"],
  [limits({ cpuQuota: 10 }), "CPU cfs quota cannot be less than 1ms (i.e. 1000)"],
  [limits({ cpusetCpus: "9" }), "requested CPUs are not available - requested 9, available: 0-1"],
  [limits({ cpusetCpus: "x" }), "invalid value x for cpuset cpus"],
  [{ sysctls: { "foo.bar": "1" } }, "sysctl 'foo.bar' is not allowed"],
  [
    { sysctls: { "net.a": "1" }, ...network("host") },
    "sysctl net.a=1 can't be set since Network Namespace set to host: invalid argument",
  ],
  [
    { autoRemove: true, restart: { name: "always", maxRetries: 0 } },
    `the --rm option conflicts with --restart, when the restartPolicy is not "" and "no"`,
  ],
  [
    { restart: { name: "always", maxRetries: 3 } },
    "restart policy retries can only be specified with on-failure restart policy",
  ],
  [{ init: true, namespaces: { pid: "host" } }, "cannot add init binary as PID 1 (PID namespace isn't private)"],
  [
    { hostname: "h", namespaces: { uts: "host" } },
    "invalid config provided: cannot set hostname when running in the host UTS namespace: invalid configuration",
  ],
  [network("none", { ips: ["10.88.0.9"] }), "--ip can only be set when the network mode is bridge: invalid argument"],
  [
    network("host", { mac: "92:d0:c6:0a:29:33" }),
    "--mac-address can only be set when the network mode is bridge: invalid argument",
  ],
  [
    { ...network("none"), networkAliases: ["x"] },
    "--network-alias can only be set when the network mode is bridge: invalid argument",
  ],
  [
    { networks: [{ name: "none" }, { name: "bridge" }] },
    "cannot set multiple networks without bridge network mode, selected mode none: invalid argument",
  ],
  [
    network("container:nope"),
    `looking up container to share net namespace with: no container with name or ID "nope" found: no such container`,
  ],
  [network("bridge", { ips: ["10.88.0.1x"] }), `"10.88.0.1x" is not an ip address`],
  [{ noHosts: true, addHosts: ["a:1.2.3.4"] }, "--no-hosts and --add-host cannot be set together"],
  [
    { dns: ["none"], dnsSearch: ["foo"] },
    "invalid config provided: UseImageResolvConf and DNSSearch are mutually exclusive options",
  ],
  [{ dns: ["foo"] }, "foo is not an ip address"],
  [{ dnsSearch: ["a b"] }, "a b is not a valid domain"],
  [{ addHosts: ["foo"] }, `bad format for add-host: "foo"`],
  [
    { mounts: [{ type: "bind", source: "/srv", destination: "rel" }] },
    `invalid container path "rel", must be an absolute path`,
  ],
  [
    {
      mounts: [
        { type: "volume", name: "data", destination: "/data" },
        { type: "bind", source: "/srv", destination: "/x/../data/" },
      ],
    },
    "/data: duplicate mount destination",
  ],
  [{ mounts: [{ type: "bind", source: "/srv", destination: "/a", options: ["foo"] }] }, `invalid option type "foo"`],
  [{ mounts: [{ type: "image", image: "nope", destination: "/a" }] }, "nope: image not known"],
  [
    { volumesFrom: ["nope"] },
    `looking up container "nope" for volumes-from: no container with name or ID "nope" found: no such container`,
  ],
  [
    { volumesFrom: ["other:foo"] },
    `invalid option "foo" specified - volumes from another container can only use z,ro,rw options`,
  ],
  [
    { namespaces: { pid: "pod" } },
    "cannot use pod namespace as container is not joining a pod or pod has no infra container: invalid argument",
  ],
  [{ namespaces: { ipc: "foo" } }, "unrecognized namespace mode foo passed"],
  [{ namespaces: { user: "keep-id" } }, "keep-id is only supported in rootless mode"],
  [{ namespaces: { pid: "ns:" } }, "invalid config provided: namespace mode path requires a value"],
  [{ namespaces: { user: "private" } }, "must provide at least one UID or GID mapping to configure a user namespace"],
  [
    { uidMap: ["foo"] },
    `initializing ID mappings: UID setting is malformed expected ["uint32:uint32:uint32"]: ["foo"]`,
  ],
  [{ initContainer: "always" }, "must specify pod value with init-ctr"],
  [{ securityOpt: ["foo"] }, `invalid --security-opt 1: "foo"`],
  [{ securityOpt: ["foo=bar"] }, `invalid --security-opt 2: "foo=bar"`],
  [{ securityOpt: ["no-new-privileges=foo"] }, `invalid --security-opt 2: "no-new-privileges=foo"`],
  [{ securityOpt: ["apparmor=foo"] }, `apparmor profile "foo" specified, but Apparmor is not enabled on this system`],
  [{ capAdd: ["foo"] }, `"CAP_FOO": unknown capability`],
  [{ capAdd: ["chown"], capDrop: ["chown"] }, `capability "CAP_CHOWN" cannot be dropped and added`],
  [{ capAdd: ["all"], capDrop: ["ALL"] }, "adding all caps and removing all caps not allowed"],
  [{ devices: [{ source: "/dev/null", destination: "/x", permissions: "q" }] }, "invalid device mode: q"],
  [{ stopSignal: "FOO" }, "invalid signal: FOO"],
  [{ stopSignal: 99 }, "valid signals are 1 through 64"],
  [
    { ulimits: [{ name: "nofile", soft: 100, hard: 50 }] },
    `ulimit option "nofile=100:50" requires name=SOFT:HARD, failed to be parsed: ulimit soft limit must be less than or equal to hard limit: 100 > 50`,
  ],
  [
    { ulimits: [{ name: "foo", soft: 1, hard: 1 }] },
    `ulimit option "foo=1:1" requires name=SOFT:HARD, failed to be parsed: invalid ulimit type: foo`,
  ],
  [
    { shmSize: 1, namespaces: { ipc: "host" } },
    "invalid config provided: cannot set shmsize when running in the {host } IPC Namespace",
  ],
  [{ cgroupParent: "foo.slice" }, "systemd slice received as cgroup parent when using cgroupfs: invalid argument"],
  [{ entrypoint: [""] }, "no command or entrypoint provided, and no CMD or ENTRYPOINT from image"],
  [{ expose: ["foo"] }, `invalid range format for --expose: foo: strconv.ParseUint: parsing "foo": invalid syntax`],
  [
    { expose: ["99999"] },
    `invalid range format for --expose: 99999: strconv.ParseUint: parsing "99999": value out of range`,
  ],
  [
    { ports: [{ host: 99999, container: 1 }] },
    "parsing host port: port numbers must be between 1 and 65535 (inclusive), got 99999",
  ],
  [
    {
      ports: [
        { host: 8080, container: 80 },
        { host: 8080, container: 81 },
      ],
    },
    "conflicting port mappings for host port 8080 (protocol tcp): invalid argument",
  ],
  [
    { dependsOn: [{ container: "nope" }] },
    `"nope" is not a valid container, cannot be used as a dependency: no container with name or ID "nope" found: no such container`,
  ],
  [
    { groupAdd: ["keep-groups", "x"] },
    "the '--group-add keep-groups' option is not allowed with any other --group-add options",
  ],
  [
    {
      health: {
        probe: { kind: "shell", command: "x" },
        intervalSeconds: 1,
        timeoutSeconds: 0,
        startPeriodSeconds: 0,
        retries: 1,
        onFailure: "none",
      },
    },
    "healthcheck-timeout must be at least 1 second",
  ],
  [{ env: { "": "x" } }, `invalid environment variable: "=x"`],
];

describe("resolveContainer refuses", () => {
  for (const [options, message] of REFUSED)
    it(message, () => assert.equal(messageFor(options, { others: [other()] }), message));

  it("bad names", () => {
    const bad = { name: "bad/name" };
    assert.match(messageFor({}, bad), /^running container create option: names must match/);
  });

  it("dependencies on members of pods from outside, and on itself", () => {
    const inside = other({ pod: POD_ID });
    const wanted = `container ${CONTAINER_ID} depends on container ${OTHER_ID} which is in a pod - containers not in pods cannot depend on containers in pods: invalid argument`;
    assert.equal(messageFor({ dependsOn: [{ container: "other" }] }, { others: [inside] }), wanted);
    assert.equal(messageFor({ namespaces: { pid: "container:other" } }, { others: [inside] }), wanted);
    const self = other({ id: CONTAINER_ID });
    assert.match(messageFor({ dependsOn: [{ container: "other" }] }, { others: [self] }), /cannot depend on itself/);
  });

  it("conditions that can never come true", () => {
    const wait = { dependsOn: [{ container: "other", condition: "healthy" as const }] };
    assert.match(messageFor(wait, { others: [other()] }), /container other has no health check/);
  });

  it("joining the private IPC namespace of another container", () => {
    const plain = other();
    const donor = other({ namespaces: { ...plain.namespaces, ipc: { mode: "private" } } });
    assert.match(messageFor({ namespaces: { ipc: "container:other" } }, { others: [donor] }), /non-shareable IPC/);
  });
});

describe("resolveContainer for a pod's member", () => {
  const pod = podOf({
    mounts: [{ type: "bind", source: "/srv", destination: "/a" }],
    securityOpt: ["seccomp=unconfined"],
  });
  const shared = "network cannot be configured when it is shared with a pod";
  const cases: readonly (readonly [ContainerCreateOptions, string])[] = [
    [
      { ports: [{ host: 80, container: 80 }] },
      `invalid config provided: published or exposed ports must be defined when the pod is created: ${shared}`,
    ],
    [
      { publishAll: true },
      `invalid config provided: published or exposed ports must be defined when the pod is created: ${shared}`,
    ],
    [
      { addHosts: ["a:1.2.3.4"] },
      `invalid config provided: extra host entries must be specified on the pod: ${shared}`,
    ],
    [
      { networkAliases: ["foo"] },
      `invalid config provided: networks must be defined when the pod is created: ${shared}`,
    ],
    [
      { hostname: "x" },
      "invalid config provided: cannot set hostname when joining the pod UTS namespace: invalid configuration",
    ],
    [
      { uidMap: ["0:0:1000"] },
      "cannot specify a new uid/gid map when entering a pod with an infra container: invalid argument",
    ],
    [{ namespaces: { user: "host" } }, "--userns and --pod cannot be set together"],
    [
      { dependsOn: [{ container: "other" }] },
      `running container create option: container has joined pod ${POD_ID} and dependency container ${OTHER_ID} is not a member of the pod: invalid argument`,
    ],
    [{ mounts: [{ type: "tmpfs", destination: "/a" }] }, `"/a": duplicate mount destination`],
    [
      { initContainer: "always", restart: { name: "always", maxRetries: 0 } },
      'an init container cannot have the restart policy "always": invalid argument',
    ],
    [
      { sysctls: { "net.a": "1" } },
      "sysctl net.a=1 can't be set since Network Namespace is shared with another container: invalid argument",
    ],
  ];
  for (const [options, message] of cases)
    it(`refuses: ${message}`, () => assert.equal(messageFor(options, { pod, others: [other()] }), message));

  it("joins the infra's namespaces and takes over what the pod was given", () => {
    const { config } = resolve({ capAdd: ["NET_ADMIN"] }, { pod });
    const joined = { mode: "container", id: INFRA_ID };
    assert.deepEqual(config.namespaces, {
      net: joined,
      ipc: joined,
      uts: joined,
      pid: { mode: "private" },
      user: { mode: "host" },
      cgroup: { mode: "host" },
    });
    assert.deepEqual(config.network.attachments, []);
    assert.deepEqual(config.mounts.map((m) => m.destination).sort(), ["/a", "/data"]);
    assert.equal(config.security.seccompProfile, "unconfined");
    assert.equal(config.cgroupParent, `/minke_parent/${POD_ID}`);
    assert.equal(config.sysctls["net.ipv4.ping_group_range"], undefined);
  });

  it("may have namespaces of its own", () => {
    const { config } = resolve(
      { networks: [{ name: "bridge" }], namespaces: { uts: "private" }, hostname: "x" },
      { pod },
    );
    assert.deepEqual([config.namespaces.net.mode, config.hostname], ["bridge", "x"]);
  });

  it("takes the host's namespace where the infra has it, without an edge", () => {
    const host = podOf({ share: "pid,net", pid: "host", networks: [{ name: "none" }] });
    const { namespaces } = resolve({}, { pod: host }).config;
    assert.deepEqual([namespaces.pid, namespaces.net], [{ mode: "host" }, { mode: "container", id: INFRA_ID }]);
  });

  it("shares the pod's user namespace with its mapping", () => {
    const mapped = podOf({ uidMap: ["0:100000:1000"] });
    const { config } = resolve({}, { pod: mapped });
    assert.deepEqual(config.namespaces.user, { mode: "container", id: INFRA_ID });
    assert.deepEqual(config.idMappings?.gids, [{ containerId: 0, hostId: 100_000, size: 1000 }]);
  });
});
