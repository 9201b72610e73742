import type { ContainerConfig } from "../../model/container.ts";
import { formatRestartPolicy } from "../../model/notation/restart-policy.ts";
import type { PodConfig } from "../../model/pod.ts";
import type { InspectPod } from "../api/pods.ts";
import { modeText, ratesOf, securityTexts } from "../containers/inspect-host-config.ts";
import { inspectMounts } from "../containers/inspect-mounts.ts";
import { portBindings } from "../containers/inspect-network.ts";
import type { EngineDeps } from "../deps.ts";
import { isoTime } from "../iso-time.ts";
import { podSummary } from "./list.ts";

/** podman-pod-inspect(1): field names and order of spec/pods.md 8.1; what podman drops when empty is absent. */
export function inspectPod(deps: EngineDeps, pod: PodConfig): InspectPod {
  const summary = podSummary(deps, pod);
  const infraId = pod.infraId;
  const infra = infraId === undefined ? undefined : deps.store.read((tx) => tx.containers.get(infraId));
  const shared = sharedNames(pod);
  const { resources } = pod;
  return omitEmpty({
    Id: pod.id,
    Name: pod.name,
    Created: isoTime(pod.createdAt),
    "?CreateCommand": pod.createCommand,
    "?ExitPolicy": exitPolicyText(pod),
    "?RestartPolicy": pod.restartPolicy === undefined ? "" : formatRestartPolicy(pod.restartPolicy),
    State: summary.status,
    Hostname: pod.hostname,
    "?Labels": pod.labels,
    CreateCgroup: pod.usesPodCgroup,
    "?CgroupParent": pod.cgroupParent,
    "?CgroupPath": pod.cgroupPath,
    CreateInfra: infra !== undefined,
    "?InfraContainerID": infraId ?? "",
    "?InfraConfig": infra === undefined ? {} : infraConfig(pod, infra),
    "?SharedNamespaces": shared,
    NumContainers: summary.members.length,
    "?Containers": summary.members
      .map((m) => ({ Id: m.id, Name: m.name, State: m.status }))
      .sort((a, b) => (a.Id < b.Id ? -1 : 1)),
    "?cpuset_cpus": resources.cpusetCpus ?? "",
    "?cpu_period": resources.cpuPeriod ?? 0,
    "?cpu_quota": resources.cpuQuota ?? 0,
    "?cpu_shares": resources.cpuShares ?? 0,
    "?cpuset_mems": resources.cpusetMems ?? "",
    "?memory_limit": resources.memory ?? 0,
    "?memory_swap": resources.memorySwap ?? 0,
    "?blkio_weight": resources.blkioWeight ?? 0,
    "?blkio_weight_device": (resources.blkioWeightDevice ?? []).map((w) => ({ Path: w.path, Weight: w.weight })),
    "?mounts": infra === undefined ? [] : inspectMounts(deps, infra),
    "?devices": (infra?.devices ?? []).map((d) => ({
      PathOnHost: d.source,
      PathInContainer: d.destination,
      CgroupPermissions: d.permissions,
    })),
    "?device_read_bps": ratesOf(resources.readBps) ?? [],
    "?device_write_bps": ratesOf(resources.writeBps) ?? [],
    "?volumes_from": infra?.volumesFrom ?? [],
    "?security_opt": infra === undefined ? [] : securityTexts(infra),
  });
}

/** Keys that begin with `?` go when their value is empty, as Go's `omitempty` has it; the mark goes always. */
function omitEmpty(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const kept = Object.entries(fields).flatMap(([key, value]) => {
    if (!key.startsWith("?")) return [[key, value] as const];
    return isEmpty(value) ? [] : [[key.slice(1), value] as const];
  });
  return Object.fromEntries(kept);
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === 0) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function exitPolicyText(pod: PodConfig): string {
  const { exitPolicy } = pod;
  return exitPolicy.policy === "main" ? `main=${exitPolicy.container}` : exitPolicy.policy;
}

function sharedNames(pod: PodConfig): readonly string[] {
  const { sharing } = pod;
  const names = {
    cgroup: sharing.cgroup,
    ipc: sharing.ipc,
    net: sharing.net,
    pid: sharing.pid,
    user: sharing.user,
    uts: sharing.uts,
  };
  return Object.entries(names).flatMap(([name, shared]) => (shared ? [name] : []));
}

function infraConfig(pod: PodConfig, infra: ContainerConfig): Readonly<Record<string, unknown>> {
  const { network, namespaces } = infra;
  const listOrNull = (list: readonly string[]) => (list.length === 0 ? null : [...list]);
  return omitEmpty({
    PortBindings: portBindings(network.ports),
    HostNetwork: namespaces.net.mode === "host",
    StaticIP: "",
    StaticMAC: "",
    NoManageResolvConf: network.noResolvConf,
    DNSServer: listOrNull(network.dnsServers),
    DNSSearch: listOrNull(network.dnsSearch),
    DNSOption: listOrNull(network.dnsOptions),
    NoManageHosts: network.noHosts,
    HostAdd: listOrNull(network.addHosts),
    Networks: listOrNull(network.attachments.map((a) => a.network)),
    NetworkOptions: null,
    "?cpu_period": pod.resources.cpuPeriod ?? 0,
    "?cpu_quota": pod.resources.cpuQuota ?? 0,
    "?cpuset_cpus": pod.resources.cpusetCpus ?? "",
    "?pid_ns": modeText(namespaces.pid),
    "?userns": namespaces.user.mode === "private" ? "private" : "host",
    "?uts_ns": modeText(namespaces.uts),
  });
}
