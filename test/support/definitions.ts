/** Definitions for tests: valid in every field, told apart by a number. */
import type { ContainerId, Digest, PodId } from "../../src/base/brand.ts";
import type { ContainerConfig } from "../../src/model/container.ts";
import type { ImageRecord } from "../../src/model/image.ts";
import type { NetworkDefinition } from "../../src/model/network.ts";
import type { PodConfig } from "../../src/model/pod.ts";
import type { VolumeDefinition } from "../../src/model/volume.ts";

/** 64 hexadecimal characters that begin with `prefix`. */
export function hexId(prefix: string | number): string {
  return String(prefix).padEnd(64, "0");
}

export const containerId = (prefix: string | number) => hexId(prefix) as ContainerId;

export const podId = (prefix: string | number) => hexId(prefix) as PodId;

export function aContainer(change: Partial<ContainerConfig> = {}): ContainerConfig {
  return {
    id: containerId(1),
    name: "ctr",
    createdAt: 1_000,
    isInfra: false,
    rootfs: { kind: "image", imageId: hexId("a"), imageName: "localhost/busybox:latest", chainId: "" },
    argv: ["true"],
    entrypoint: [],
    command: ["true"],
    env: {},
    workdir: "/",
    workdirIsUsers: false,
    user: "",
    groupAdd: [],
    hostname: "",
    labels: {},
    annotations: {},
    terminal: false,
    stdinOpen: false,
    stopSignal: 15,
    stopTimeout: 10,
    runTimeout: 0,
    restartPolicy: { name: "", maxRetries: 0 },
    autoRemove: false,
    init: false,
    namespaces: {
      net: { mode: "bridge" },
      ipc: { mode: "shareable" },
      uts: { mode: "private" },
      pid: { mode: "private" },
      user: { mode: "host" },
      cgroup: { mode: "private" },
    },
    network: {
      attachments: [],
      ports: [],
      dnsServers: [],
      dnsSearch: [],
      dnsOptions: [],
      addHosts: [],
      noHosts: false,
      noResolvConf: false,
    },
    mounts: [],
    volumesFrom: [],
    devices: [],
    deviceCgroupRules: [],
    shmSize: 65_536_000,
    resources: {},
    ulimits: [],
    sysctls: {},
    security: {
      privileged: false,
      capAdd: [],
      capDrop: [],
      noNewPrivileges: false,
      selinuxOptions: [],
      unmask: [],
      mask: [],
      procOptions: [],
      readOnlyRootfs: false,
      readOnlyTmpfs: true,
    },
    umask: 0o022,
    systemd: false,
    cgroupParent: "",
    cgroupsMode: "enabled",
    dependsOn: [],
    log: { driver: "k8s-file" },
    createCommand: [],
    secrets: [],
    ...change,
  };
}

export function aPod(change: Partial<PodConfig> = {}): PodConfig {
  return {
    id: podId("f"),
    name: "pod",
    createdAt: 1_000,
    hostname: "",
    labels: {},
    hasInfra: false,
    sharing: { ipc: true, net: true, uts: true, pid: false, cgroup: false, user: false },
    usesPodCgroup: true,
    cgroupParent: "",
    cgroupPath: "",
    resources: {},
    exitPolicy: { policy: "continue" },
    createCommand: [],
    lifetime: "independent",
    ...change,
  };
}

export function anImage(change: Partial<ImageRecord> = {}): ImageRecord {
  return {
    id: hexId("a"),
    manifestDigest: `sha256:${hexId("b")}` as Digest,
    names: ["localhost/busybox:latest"],
    repoDigests: [],
    layers: [],
    config: { architecture: "amd64", os: "linux", config: {}, rootfs: { type: "layers", diff_ids: [] }, history: [] },
    createdAt: 1_000,
    pulledAt: 2_000,
    size: 0,
    ...change,
  };
}

export function aVolume(change: Partial<VolumeDefinition> = {}): VolumeDefinition {
  return {
    name: "vol",
    driver: "local",
    labels: {},
    options: {},
    anonymous: false,
    createdAt: 1_000,
    mountpoint: "/var/lib/minke/volumes/vol/_data",
    uid: 0,
    gid: 0,
    needsCopyUp: true,
    ...change,
  };
}

export function aNetwork(change: Partial<NetworkDefinition> = {}): NetworkDefinition {
  return {
    name: "net",
    id: hexId("d"),
    driver: "bridge",
    interfaceName: "minke1",
    createdAt: 1_000,
    subnets: [{ subnet: "10.90.0.0/24", gateway: "10.90.0.1" }],
    ipv6: false,
    internal: false,
    dnsEnabled: true,
    labels: {},
    options: {},
    ipamDriver: "host-local",
    ...change,
  };
}
