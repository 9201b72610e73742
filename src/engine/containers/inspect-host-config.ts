import type { ContainerConfig, DeviceRate, NamespaceMode } from "../../model/container.ts";
import { ALL_CAPABILITIES, mergeCapabilities, parseCapabilities } from "../../spec/capabilities.ts";
import { cgroupManagerOf } from "../../spec/inputs.ts";
import type { EngineDeps } from "../deps.ts";
import { bindsOf, tmpfsOf } from "./inspect-mounts.ts";
import { portBindings } from "./inspect-network.ts";

type AnyMode = NamespaceMode | { readonly mode: "none" | "bridge" | "shareable" };

/** A namespace mode as podman writes it. */
export function modeText(mode: AnyMode, whenPrivate = "private"): string {
  switch (mode.mode) {
    case "container":
      return `container:${mode.id}`;
    case "path":
      return `ns:${mode.path}`;
    case "private":
      return whenPrivate;
    default:
      return mode.mode;
  }
}

/** `HostConfig` of podman's container inspect. */
export function inspectHostConfig(deps: EngineDeps, config: ContainerConfig): Readonly<Record<string, unknown>> {
  const { security, network, namespaces } = config;
  return {
    Binds: bindsOf(config),
    CgroupManager: cgroupManagerOf(deps.config, deps.hostFacts()),
    CgroupMode: modeText(namespaces.cgroup),
    ContainerIDFile: config.cidFile ?? "",
    LogConfig: {
      Type: config.log.driver,
      Config: null,
      Path: config.log.driver === "k8s-file" ? (config.log.path ?? deps.paths.logFile(config.id)) : "",
      Tag: config.log.tag ?? "",
      Size: `${config.log.maxSize ?? 0}B`,
    },
    NetworkMode: modeText(namespaces.net, "bridge"),
    PortBindings: portBindings(network.ports),
    RestartPolicy: { Name: config.restartPolicy.name, MaximumRetryCount: config.restartPolicy.maxRetries },
    AutoRemove: config.autoRemove,
    VolumeDriver: "",
    VolumesFrom: config.volumesFrom.length === 0 ? null : [...config.volumesFrom],
    ...(config.init ? { Init: true } : {}),
    CapAdd: parseCapabilities(security.capAdd),
    CapDrop: parseCapabilities(security.capDrop),
    Dns: [...network.dnsServers],
    DnsOptions: [...network.dnsOptions],
    DnsSearch: [...network.dnsSearch],
    ExtraHosts: [...network.addHosts],
    GroupAdd: [...config.groupAdd],
    IpcMode: modeText(namespaces.ipc, "shareable"),
    Cgroup: "",
    Cgroups: config.cgroupsMode === "enabled" ? "default" : config.cgroupsMode,
    Links: null,
    OomScoreAdj: config.oomScoreAdj ?? 0,
    PidMode: modeText(namespaces.pid),
    Privileged: security.privileged,
    PublishAllPorts: config.annotations["io.podman.annotations.publish-all"] === "TRUE",
    ReadonlyRootfs: security.readOnlyRootfs,
    SecurityOpt: securityTexts(config),
    Tmpfs: tmpfsOf(config),
    UTSMode: modeText(namespaces.uts),
    UsernsMode: namespaces.user.mode === "private" ? "private" : "",
    ShmSize: config.shmSize,
    Runtime: "oci",
    ConsoleSize: [0, 0],
    Isolation: "",
    ...limitsOf(config),
    Devices: config.devices.map((d) => ({
      PathOnHost: d.source,
      PathInContainer: d.destination,
      CgroupPermissions: d.permissions,
    })),
    DiskQuota: 0,
    KernelMemory: 0,
    Ulimits: config.ulimits.map((u) => ({ Name: `RLIMIT_${u.name.toUpperCase()}`, Soft: u.soft, Hard: u.hard })),
    CpuCount: 0,
    CpuPercent: 0,
    IOMaximumIOps: 0,
    IOMaximumBandwidth: 0,
    CgroupConf: config.resources.unified ?? null,
  };
}

/** podman's `--security-opt` texts of a definition. */
export function securityTexts(config: ContainerConfig): readonly string[] {
  const { security } = config;
  return [
    ...security.selinuxOptions.map((option) => `label=${option}`),
    ...(security.seccompProfile === undefined ? [] : [`seccomp=${security.seccompProfile}`]),
    ...(security.apparmorProfile === undefined ? [] : [`apparmor=${security.apparmorProfile}`]),
    ...(security.noNewPrivileges ? ["no-new-privileges"] : []),
    ...(security.unmask.length === 0 ? [] : [`unmask=${security.unmask.join(":")}`]),
    ...(security.mask.length === 0 ? [] : [`mask=${security.mask.join(":")}`]),
  ];
}

/** Rows of per-device rates, null when there are none. */
export function ratesOf(
  rates: readonly DeviceRate[] | undefined,
): readonly { readonly Path: string; readonly Rate: number }[] | null {
  return rates === undefined || rates.length === 0 ? null : rates.map((r) => ({ Path: r.path, Rate: r.rate }));
}

function limitsOf(config: ContainerConfig): Readonly<Record<string, unknown>> {
  const r = config.resources;
  const nano =
    r.cpuQuota !== undefined && r.cpuQuota > 0 && r.cpuPeriod !== undefined && r.cpuPeriod > 0
      ? Math.round((r.cpuQuota / r.cpuPeriod) * 1e9)
      : 0;
  return {
    CpuShares: r.cpuShares ?? 0,
    Memory: r.memory ?? 0,
    NanoCpus: nano,
    CgroupParent: config.cgroupParent === "/minke_parent" ? "" : config.cgroupParent,
    BlkioWeight: r.blkioWeight ?? 0,
    BlkioWeightDevice:
      (r.blkioWeightDevice ?? []).length === 0
        ? null
        : r.blkioWeightDevice?.map((w) => ({ Path: w.path, Weight: w.weight })),
    BlkioDeviceReadBps: ratesOf(r.readBps),
    BlkioDeviceWriteBps: ratesOf(r.writeBps),
    BlkioDeviceReadIOps: ratesOf(r.readIops),
    BlkioDeviceWriteIOps: ratesOf(r.writeIops),
    CpuPeriod: r.cpuPeriod ?? 0,
    CpuQuota: r.cpuQuota ?? 0,
    CpuRealtimePeriod: r.cpuRtPeriod ?? 0,
    CpuRealtimeRuntime: r.cpuRtRuntime ?? 0,
    CpusetCpus: r.cpusetCpus ?? "",
    CpusetMems: r.cpusetMems ?? "",
    MemoryReservation: r.memoryReservation ?? 0,
    MemorySwap: r.memorySwap ?? (r.memory ?? 0) * 2,
    MemorySwappiness: r.memorySwappiness ?? (r.memory === undefined ? 0 : -1),
    OomKillDisable: r.oomKillDisable ?? false,
    PidsLimit: r.pidsLimit ?? 0,
  };
}

/** Capabilities that a container has in its bounding set, by its definition. */
export function boundingOf(deps: EngineDeps, config: ContainerConfig): readonly string[] {
  if (config.security.privileged) return ALL_CAPABILITIES;
  const { capAdd, capDrop } = config.security;
  return mergeCapabilities(parseCapabilities(deps.config.defaultCapabilities), { add: capAdd, drop: capDrop });
}
