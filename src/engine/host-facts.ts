import type { EngineConfig } from "../config/config.ts";
import type { Host } from "../host/ports.ts";
import type { HostFacts } from "../spec/inputs.ts";

/** Reads what the pure spec needs to know of the host. */
export function readHostFacts(host: Host, config: EngineConfig): HostFacts {
  const { system, files, inodes, cgroups } = host;
  return {
    architecture: system.architecture,
    cgroupVersion: cgroups.version(),
    boundingCapabilities: system.boundingCapabilities,
    hardLimits: system.hardLimits,
    rootless: system.euid !== 0,
    env: system.env,
    hostname: system.hostname,
    apparmor: (files.readTextIfExists("/sys/module/apparmor/parameters/enabled") ?? "N").startsWith("Y"),
    selinux: inodes.stat("/sys/fs/selinux/enforce") !== undefined,
    cpus: system.cpus,
    cgroupManager:
      config.cgroupManager === "auto" ? (systemdManages(host) ? "systemd" : "cgroupfs") : config.cgroupManager,
    oomScoreAdj: Number(files.readTextIfExists("/proc/self/oom_score_adj") ?? 0),
    // Neither OCI runtime knows the BFQ files of v1, which newer kernels have instead.
    blkioWeight: cgroups.version() === "v2" || inodes.lstat("/sys/fs/cgroup/blkio/blkio.weight") !== undefined,
  };
}

/** The systemd manager is the right one where systemd runs and owns a v2 hierarchy, as podman decides. */
function systemdManages(host: Host): boolean {
  return host.system.systemdIsRunning() && host.cgroups.version() === "v2";
}
