import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { messageOf } from "../base/errors.ts";
import type { PodCreateOptions } from "../engine/api/pods.ts";
import { CONFIG, HOST, POD_ID, podOf } from "./fakes/inputs.ts";
import type { SpecConfig } from "./inputs.ts";
import { resolvePod } from "./resolve-pod.ts";

const resolve = (
  options: PodCreateOptions = {},
  more: { config?: SpecConfig; host?: typeof HOST; name?: string } = {},
) => resolvePod({ id: POD_ID, name: "pd", options, config: CONFIG, host: HOST, now: 0, ...more });

const NAMES = "running pod create option: names must match [a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument";
const noInfra = (options: PodCreateOptions): PodCreateOptions => ({ infra: false, ...options });

/** Texts that podman 4.3.1 prints for the same mistakes, without its `Error: `. */
const REFUSED: readonly (readonly [PodCreateOptions, string])[] = [
  [{ hostname: "bad_h!" }, NAMES],
  [{ share: "foo" }, "invalid kernel namespace to share: foo. Options are: cgroup, ipc, net, pid, uts or none"],
  [{ share: " ipc" }, "invalid kernel namespace to share:  ipc. Options are: cgroup, ipc, net, pid, uts or none"],
  [{ share: "pid,+net" }, "invalid kernel namespace to share: +net. Options are: cgroup, ipc, net, pid, uts or none"],
  [{ share: "mnt" }, "mount sharing functionality not supported on pod level"],
  [
    { share: "cgroup" },
    "cannot define the pod as the cgroup parent at the same time as joining the infra container's cgroupNS: invalid argument",
  ],
  [noInfra({ share: "ipc" }), "cannot set share(ipc) namespaces without an infra container"],
  [noInfra({ networks: [{ name: "foo" }] }), "NoInfra and network modes cannot be used together"],
  [
    noInfra({ ports: [{ host: 80, container: 80 }] }),
    "you must have an infra container to publish port bindings to the host",
  ],
  [
    { share: "none", ports: [{ host: 80, container: 80 }] },
    "you must have an infra container to publish port bindings to the host",
  ],
  [noInfra({ dns: ["1.1.1.1"] }), "NoInfra and DNSServer are mutually exclusive pod options: invalid pod spec"],
  [noInfra({ dns: ["none"] }), "NoInfra and NoManageResolvConf are mutually exclusive pod options: invalid pod spec"],
  [noInfra({ dnsSearch: ["a"] }), "NoInfo and DNSSearch are mutually exclusive pod options: invalid pod spec"],
  [noInfra({ dnsOptions: ["a"] }), "NoInfra and DNSOption are mutually exclusive pod options: invalid pod spec"],
  [noInfra({ noHosts: false }), "cannot specify --no-hosts without an infra container"],
  [noInfra({ addHosts: ["a:1.1.1.1"] }), "NoInfra and HostAdd are mutually exclusive pod options: invalid pod spec"],
  [
    noInfra({ networks: [{ name: "bridge", ips: ["1.1.1.1"] }] }),
    "cannot set --ip without infra container: invalid argument",
  ],
  [noInfra({ networkAliases: ["foo"] }), "cannot set --network-alias without infra container: invalid argument"],
  [{ cgroupParent: "foo.slice" }, "systemd slice received as cgroup parent when using cgroupfs: invalid argument"],
  [{ replace: true }, "cannot replace pod without --name being set"],
  [
    { networks: [{ name: "host" }], ports: [{ host: 80, container: 80 }] },
    "PortMappings can only be used with Bridge or slirp4netns networking",
  ],
  [
    { networks: [{ name: "host", ips: ["1.1.1.1"] }] },
    "--ip can only be set when the network mode is bridge: invalid argument",
  ],
  [{ networks: [{ name: "container:x" }] }, "pods presently do not support network mode container"],
  [{ networks: [{ name: "pod" }] }, "pods presently do not support network mode pod"],
  [{ networks: [{ name: "none" }], dns: ["1.1.1.1"] }, "conflicting options: dns and the network mode: none"],
  [{ noHosts: true, addHosts: ["a:1.1.1.1"] }, "--no-hosts and --add-host cannot be set together"],
  [
    { dns: ["none"], dnsSearch: ["x"] },
    "NoManageResolvConf and DNSSearch are mutually exclusive pod options: invalid pod spec",
  ],
  [{ dns: ["none", "1.1.1.1"] }, "none is not allowed to be specified with other DNS ip addresses"],
  [
    { uidMap: ["0:100:1000"], userns: "host" },
    "--userns and --uidmap/--gidmap/--subuidname/--subgidname are mutually exclusive",
  ],
];

/** These come when the infra is resolved with the options that the pod gave it. */
const INFRA_REFUSED: readonly (readonly [PodCreateOptions, string])[] = [
  [
    { pid: "pod" },
    "cannot use pod namespace as container is not joining a pod or pod has no infra container: invalid argument",
  ],
  [{ pid: "foo" }, "unrecognized namespace mode foo passed"],
  [
    { uts: "host", hostname: "foo" },
    "invalid config provided: cannot set hostname when running in the host UTS namespace: invalid configuration",
  ],
  [{ sysctls: { "foo.bar": "1" } }, "sysctl 'foo.bar' is not allowed"],
  [
    { sysctls: { "net.a": "1" }, networks: [{ name: "host" }] },
    "sysctl net.a=1 can't be set since Network Namespace set to host: invalid argument",
  ],
  [{ securityOpt: ["foo"] }, `invalid --security-opt 1: "foo"`],
];

function messageFrom(body: () => unknown): string {
  try {
    body();
    return "";
  } catch (error) {
    return messageOf(error);
  }
}

describe("resolvePod refuses", () => {
  for (const [options, message] of REFUSED)
    it(`${JSON.stringify(options)}: ${message}`, () =>
      assert.equal(
        messageFrom(() => resolve(options)),
        message,
      ));
  for (const [options, message] of INFRA_REFUSED)
    it(`with its infra: ${message}`, () =>
      assert.equal(
        messageFrom(() => podOf(options)),
        message,
      ));
  it("bad names", () =>
    assert.equal(
      messageFrom(() => resolve({}, { name: "bad/name" })),
      NAMES,
    ));
  it("bad exit policies", () => {
    const exitPolicy = JSON.parse('{"policy":"foo"}');
    assert.equal(
      messageFrom(() => resolve({ exitPolicy })),
      `running pod create option: invalid pod exit policy: "foo"`,
    );
  });
});

describe("resolvePod", () => {
  it("reads --share with podman's quirks", () => {
    const shared = (share: string, more: PodCreateOptions = {}) => {
      const { pod } = resolve({ share, ...more });
      const names = Object.entries(pod.sharing).flatMap(([name, on]) => (on ? [name] : []));
      return `${names.sort().join(",")}${pod.hasInfra ? "" : " no infra"}`;
    };
    assert.equal(shared("net,ipc,uts"), "ipc,net,uts");
    assert.equal(shared("+pid"), "ipc,net,pid,uts");
    assert.equal(shared("none"), " no infra");
    assert.equal(shared(""), " no infra");
    assert.equal(shared("none", { infra: true }), "");
    assert.equal(shared("ipc,none,net"), "");
    assert.equal(shared(","), "");
    assert.equal(shared("user"), "");
    assert.equal(shared("cgroup,ipc", { shareParent: false }), "cgroup,ipc");
    assert.equal(shared("ipc", { uidMap: ["0:100000:1000"] }), "ipc,user");
    assert.equal(shared("ipc", { userns: "host" }), "ipc");
  });

  it("shares nothing without infra", () => {
    const { pod, infra, infraName } = resolve({ infra: false });
    assert.deepEqual([pod.hasInfra, infra, infraName, pod.sharing.net], [false, undefined, undefined, false]);
  });

  it("has a cgroup of its own below its parent", () => {
    const own = (options: PodCreateOptions, config = CONFIG) => resolve(options, { config }).pod.cgroupPath;
    assert.equal(own({}), `/minke_parent/${POD_ID}`);
    assert.equal(own({ cgroupParent: "foo/../bar/" }), `/bar/${POD_ID}`);
    assert.equal(own({ shareParent: false }), "");
    assert.equal(own({}, { ...CONFIG, cgroups: "disabled" }), "");
    assert.equal(own({}, { ...CONFIG, cgroupManager: "systemd" }), `machine.slice/machine-minke_pod_${POD_ID}.slice`);
  });

  it("keeps limits to itself and cuts CPU time to the machine", () => {
    const { pod, infra } = resolve({ resources: { cpuPeriod: 100_000, cpuQuota: 5_000_000, memory: 1 << 20 } });
    assert.deepEqual(pod.resources, { cpuPeriod: 100_000, cpuQuota: 200_000, memory: 1 << 20 });
    assert.equal(infra?.resources, undefined);
  });

  it("gives the infra its options, its name and the pause program", () => {
    const { infra, infraName } = resolve({ ports: [{ host: 80, container: 80 }], pid: "host", labels: { a: "b" } });
    assert.deepEqual(infra, {
      entrypoint: ["/catatonit", "-P"],
      hostname: "pd",
      labels: { a: "b" },
      namespaces: { pid: "host" },
      ports: [{ host: 80, container: 80 }],
    });
    assert.equal(infraName, `${POD_ID.slice(0, 12)}-infra`);
  });

  it("takes an image for the infra from options or configuration", () => {
    assert.deepEqual(
      [resolve({ infraImage: "pause", infraCommand: ["/p"] }).infra].map((i) => [i?.image, i?.entrypoint]),
      [["pause", ["/p"]]],
    );
    const config: SpecConfig = { ...CONFIG, infraImage: "configured" };
    assert.equal(resolve({}, { config }).infra?.image, "configured");
  });

  it("makes an infra that stops in ten seconds, runs as root and is shareable", () => {
    const { infra } = podOf({ hostname: "hh" });
    assert.deepEqual(
      [infra.isInfra, infra.stopTimeout, infra.user, infra.hostname, infra.namespaces.ipc.mode, infra.rootfs.kind],
      [true, 10, "", "hh", "shareable", "pause"],
    );
    assert.equal(infra.cgroupParent, `/minke_parent/${POD_ID}`);
  });

  it("uses the configured exit policy", () => {
    assert.deepEqual(resolve({}, { config: { ...CONFIG, podExitPolicy: "stop" } }).pod.exitPolicy, { policy: "stop" });
    assert.deepEqual(resolve({ exitPolicy: { policy: "any" } }).pod.exitPolicy, { policy: "any" });
  });
});
