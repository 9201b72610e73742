import { defined } from "../../base/defined.ts";
import { fail } from "../../base/errors.ts";
import type { ContainerCreateOptions } from "../../engine/api/container-options.ts";
import { parseDevice, parseDeviceCgroupRule } from "../../model/notation/devices.ts";
import { parseSysctls } from "../../model/notation/key-values.ts";
import { parseUlimit } from "../../model/notation/ulimits.ts";
import { bool, type FlagValues, int, list, strings, text } from "../flag-kinds.ts";

/** What a container may do, and the namespaces it is in. */
export const SECURITY_FLAGS = {
  "cap-add": list("Add a capability"),
  "cap-drop": list("Drop a capability"),
  cgroupns: text("Control group namespace"),
  device: list("Give access to a host device (host[:container][:permissions])"),
  "device-cgroup-rule": list("Allow devices by number (c 1:3 mr)"),
  gidmap: list("Group ids of the user namespace (container:host:count)"),
  "group-add": list("Additional group of its process"),
  ipc: text("IPC namespace"),
  "oom-score-adj": int("How readily to kill it when memory is short (-1000 to 1000)"),
  pid: text("PID namespace"),
  privileged: bool("Give it all the privileges of the host"),
  "read-only": bool("Make its root file system read-only"),
  "read-only-tmpfs": bool("In read-only mode, keep /run, /tmp and /var/tmp writable", { default: true }),
  "security-opt": strings("Security option (seccomp=…, apparmor=…, label=…, no-new-privileges, mask=…, unmask=…)"),
  sysctl: list("Set a kernel parameter of its namespaces (key=value)"),
  uidmap: list("User ids of the user namespace (container:host:count)"),
  ulimit: list("Limit of its processes (name=soft[:hard]), or host"),
  userns: text("User namespace"),
  uts: text("UTS namespace"),
};

export type ConfinementOptions = Pick<
  ContainerCreateOptions,
  | "capAdd"
  | "capDrop"
  | "deviceCgroupRules"
  | "devices"
  | "gidMap"
  | "groupAdd"
  | "namespaces"
  | "oomScoreAdj"
  | "privileged"
  | "readOnly"
  | "readOnlyTmpfs"
  | "securityOpt"
  | "sysctls"
  | "uidMap"
  | "ulimits"
>;

const nonEmpty = (values: readonly string[]) => values.filter((value) => value !== "");

const some = <T>(values: readonly T[]): readonly T[] | undefined => (values.length > 0 ? values : undefined);

function ulimitsOf(values: readonly string[]) {
  if (!values.includes("host")) return values.map(parseUlimit);
  if (values.length > 1)
    throw fail("INVALID_ARGUMENT", { message: "ulimit can use host only once and without other limits" });
  return [];
}

/** Confinement from its flags. Throws INVALID_ARGUMENT with podman's text. */
export function confinementOf(flags: FlagValues<typeof SECURITY_FLAGS>): ConfinementOptions {
  const sysctls = nonEmpty(flags.sysctl);
  const namespaces = defined({
    ipc: flags.ipc || undefined,
    uts: flags.uts || undefined,
    pid: flags.pid || undefined,
    user: flags.userns || undefined,
    cgroup: flags.cgroupns || undefined,
  });
  return defined({
    capAdd: some(nonEmpty(flags["cap-add"])),
    capDrop: some(nonEmpty(flags["cap-drop"])),
    devices: some(nonEmpty(flags.device).map(parseDevice)),
    deviceCgroupRules: some(nonEmpty(flags["device-cgroup-rule"]).map(parseDeviceCgroupRule)),
    groupAdd: some(nonEmpty(flags["group-add"])),
    namespaces: Object.keys(namespaces).length > 0 ? namespaces : undefined,
    uidMap: some(nonEmpty(flags.uidmap)),
    gidMap: some(nonEmpty(flags.gidmap)),
    oomScoreAdj: flags["oom-score-adj"],
    privileged: flags.privileged || undefined,
    readOnly: flags["read-only"] || undefined,
    readOnlyTmpfs: flags["read-only-tmpfs"] ? undefined : false,
    securityOpt: some(flags["security-opt"]),
    sysctls: sysctls.length > 0 ? parseSysctls(sysctls) : undefined,
    ulimits: some(ulimitsOf(nonEmpty(flags.ulimit))),
  });
}
