import { fail } from "../base/errors.ts";
import type { IdMapping, SecuritySettings } from "../model/container.ts";
import { generateMounts, rootfsPropagation } from "./generate-mounts.ts";
import { generateMainProcess } from "./generate-process.ts";
import { generateResources } from "./generate-resources.ts";
import type { NamespaceName, SpecInput } from "./inputs.ts";
import type { OciDevice, OciIdMapping, OciLinux, OciNamespace, OciSeccomp, OciSpec } from "./oci.ts";

const MASKED_PATHS = [
  ...["acpi", "kcore", "keys", "latency_stats", "timer_list", "timer_stats", "sched_debug", "scsi"].map(
    (name) => `/proc/${name}`,
  ),
  "/sys/firmware",
  "/sys/fs/selinux",
  "/sys/dev/block",
];

const READ_ONLY_PATHS = ["asound", "bus", "fs", "irq", "sys", "sysrq-trigger"].map((name) => `/proc/${name}`);

const OCI_NAMES: readonly (readonly [NamespaceName, OciNamespace["type"]])[] = [
  ["pid", "pid"],
  ["net", "network"],
  ["ipc", "ipc"],
  ["uts", "uts"],
  ["user", "user"],
  ["cgroup", "cgroup"],
];

/** A namespace of the host is not listed; one without a path is made by the runtime. */
function generateNamespaces({ config, namespacePaths }: SpecInput): readonly OciNamespace[] {
  const listed = OCI_NAMES.flatMap(([name, type]): readonly OciNamespace[] => {
    const mode = config.namespaces[name];
    const path = namespacePaths[name] ?? (mode.mode === "path" ? mode.path : undefined);
    if (path !== undefined) return [{ type, path }];
    if (mode.mode === "container")
      throw fail("INTERNAL", { message: `no path of the ${name} namespace of container ${mode.id}` });
    return mode.mode === "host" ? [] : [{ type }];
  });
  return [...listed, { type: "mount" }];
}

const mappings = (maps: readonly IdMapping[]): readonly OciIdMapping[] =>
  maps.map((m) => ({ containerID: m.containerId, hostID: m.hostId, size: m.size }));

/** Paths below an unmasked one, or matching its glob, stay open. */
function isUnmasked(path: string, unmask: readonly string[]): boolean {
  return unmask.some((pattern) => {
    const glob = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${glob.join("[^/]*")}$`).test(path);
  });
}

/** What of /proc and /sys is hidden and what is read-only; nothing for privileged containers and `unmask=ALL`. */
function protectedPaths(security: SecuritySettings): Pick<OciLinux, "maskedPaths" | "readonlyPaths"> {
  if (security.privileged) return {};
  const all = security.unmask.some((word) => word.toUpperCase() === "ALL");
  const open = (path: string) => all || isUnmasked(path, security.unmask);
  const masked = [...MASKED_PATHS.filter((path) => !open(path)), ...security.mask];
  const readOnly = READ_ONLY_PATHS.filter((path) => !open(path));
  return {
    ...(masked.length === 0 ? {} : { maskedPaths: masked }),
    ...(readOnly.length === 0 ? {} : { readonlyPaths: readOnly }),
  };
}

function generateDevices({ devices }: SpecInput): readonly OciDevice[] {
  return devices.map(({ path, type, major, minor, mode, uid, gid }) => ({
    path,
    type,
    major,
    minor,
    fileMode: mode & 0o7777,
    uid,
    gid,
  }));
}

/** A privileged container has no filter unless it names one. */
function seccompOf({ config, seccomp }: SpecInput): OciSeccomp | undefined {
  const { privileged, seccompProfile } = config.security;
  if (seccompProfile === "unconfined" || (privileged && seccompProfile === undefined)) return undefined;
  return seccomp;
}

/** On v1 an ordinary user owns no group, and a runtime fails on limits without one. */
function hasCgroup({ config, host }: SpecInput): boolean {
  return config.cgroupsMode !== "disabled" && !(host.rootless && host.cgroupVersion !== "v2");
}

function generateLinux(input: SpecInput, propagation: string | undefined): OciLinux {
  const { config } = input;
  const seccomp = seccompOf(input);
  const devices = generateDevices(input);
  const maps = config.idMappings;
  return {
    namespaces: generateNamespaces(input),
    ...(maps === undefined ? {} : { uidMappings: mappings(maps.uids), gidMappings: mappings(maps.gids) }),
    ...(devices.length === 0 ? {} : { devices }),
    ...(hasCgroup(input) ? { cgroupsPath: input.cgroupsPath, resources: generateResources(input) } : { resources: {} }),
    ...(Object.keys(config.sysctls).length === 0 ? {} : { sysctl: config.sysctls }),
    ...(seccomp === undefined ? {} : { seccomp }),
    ...(propagation === undefined ? {} : { rootfsPropagation: propagation }),
    ...protectedPaths(config.security),
  };
}

/**
 * Writes the OCI runtime specification of a container (spec/components.md 4).
 *
 * @returns the specification, to be written with `formatOci`, and what had to be cut to what the host gives
 * @throws INVALID_ARGUMENT for block devices that don't exist and an init program that isn't there; INTERNAL if the path
 *   of a namespace to join is missing
 */
export function generateSpec(input: SpecInput): { readonly spec: OciSpec; readonly warnings: readonly string[] } {
  const { config } = input;
  const mounts = generateMounts(input);
  const { process, warnings } = generateMainProcess(input);
  const ownUts = config.namespaces.uts.mode === "private";
  const spec: OciSpec = {
    ociVersion: "1.0.2-dev",
    process,
    root: { path: input.rootfsPath, ...(config.security.readOnlyRootfs ? { readonly: true } : {}) },
    ...(ownUts ? { hostname: input.hostname } : {}),
    mounts,
    annotations: config.annotations,
    linux: generateLinux(input, rootfsPropagation(mounts)),
  };
  return { spec, warnings };
}
