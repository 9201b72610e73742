import type { EngineFiles, ResolvedMount, SpecInput } from "./inputs.ts";
import { bindOptions, devptsOptions, propagationOf, tmpfsOptions, volumeOptions } from "./mount-options.ts";
import type { OciMount } from "./oci.ts";

/** Where the init program of `--init` lies, as podman has it. */
export const INIT_PATH = "/run/podman-init";

/** Writable places of a read-only container. */
const READ_ONLY_TMPFS = ["/run", "/tmp", "/var/tmp"];

/** gid of the group `tty`. */
const TTY_GID = 5;

const FILE_DESTINATIONS: readonly (readonly [keyof EngineFiles, string])[] = [
  ["resolvConf", "/etc/resolv.conf"],
  ["hosts", "/etc/hosts"],
  ["hostname", "/etc/hostname"],
  ["containerenv", "/run/.containerenv"],
  ["passwd", "/etc/passwd"],
  ["group", "/etc/group"],
  ["localtime", "/etc/localtime"],
];

function ttyGroupIsMapped({ config }: SpecInput): boolean {
  const gids = config.idMappings?.gids;
  return gids === undefined || gids.some((m) => m.containerId <= TTY_GID && TTY_GID < m.containerId + m.size);
}

/** sysfs can only be mounted by the owner of the network namespace; others get the host's, read-only. */
function sysMount(input: SpecInput): OciMount {
  const { config } = input;
  const access = config.security.privileged ? "rw" : "ro";
  const foreignNet = config.namespaces.net.mode !== "private" && config.namespaces.net.mode !== "none";
  if (config.namespaces.user.mode === "private" && foreignNet && config.namespaces.net.mode !== "bridge")
    return {
      destination: "/sys",
      type: "bind",
      source: "/sys",
      options: ["rprivate", "nosuid", "noexec", "nodev", access, "rbind"],
    };
  return config.security.privileged
    ? { destination: "/sys", type: "sysfs", source: "sysfs", options: ["rprivate", "nosuid", "noexec", "nodev", "rw"] }
    : { destination: "/sys", type: "sysfs", source: "sysfs", options: ["nosuid", "noexec", "nodev", "ro"] };
}

/** A new proc belongs to the owner of the pid namespace. */
function procMount({ config }: SpecInput): OciMount {
  if (config.namespaces.user.mode === "private" && config.namespaces.pid.mode === "host")
    return { destination: "/proc", type: "bind", source: "/proc", options: ["rbind", "nosuid", "noexec", "nodev"] };
  const options = ["nosuid", "noexec", "nodev", ...config.security.procOptions];
  return { destination: "/proc", type: "proc", source: "proc", options };
}

function mqueueMount({ config }: SpecInput): OciMount {
  const options = ["nosuid", "noexec", "nodev"];
  const foreign = config.namespaces.user.mode === "private" && config.namespaces.ipc.mode === "host";
  return foreign
    ? { destination: "/dev/mqueue", type: "bind", source: "/dev/mqueue", options: ["bind", ...options] }
    : { destination: "/dev/mqueue", type: "mqueue", source: "mqueue", options };
}

/** The file systems that every container has (spec/components.md 4.2). */
function systemMounts(input: SpecInput): readonly OciMount[] {
  const { config } = input;
  const ptsOptions = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"];
  return [
    procMount(input),
    {
      destination: "/dev",
      type: "tmpfs",
      source: "tmpfs",
      options: ["nosuid", "noexec", "strictatime", "mode=755", "size=65536k"],
    },
    sysMount(input),
    {
      destination: "/dev/pts",
      type: "devpts",
      source: "devpts",
      options: ttyGroupIsMapped(input) ? [...ptsOptions, `gid=${TTY_GID}`] : ptsOptions,
    },
    mqueueMount(input),
    ...(input.shmPath === undefined
      ? []
      : [
          {
            destination: "/dev/shm",
            type: "bind",
            source: input.shmPath,
            options: ["bind", "rprivate", "nosuid", "noexec", "nodev"],
          },
        ]),
    {
      destination: "/sys/fs/cgroup",
      type: "cgroup",
      source: "cgroup",
      options: ["rprivate", "nosuid", "noexec", "nodev", "relatime", config.security.privileged ? "rw" : "ro"],
    },
  ];
}

/** Files that the engine keeps: read-only where the root file system is. */
function fileMounts({ config, files }: SpecInput): readonly OciMount[] {
  const readOnly = config.security.readOnlyRootfs ? ["ro", "nosuid", "noexec", "nodev"] : [];
  return FILE_DESTINATIONS.flatMap(([key, destination]) => {
    const source = files[key];
    return source === undefined
      ? []
      : [{ destination, type: "bind", source, options: ["bind", "rprivate", ...readOnly] }];
  });
}

function userMount(mount: ResolvedMount): OciMount {
  const { destination, source } = mount;
  switch (mount.type) {
    case "tmpfs":
      return { destination, type: "tmpfs", source: "tmpfs", options: tmpfsOptions(mount.options) };
    case "devpts":
      return {
        destination,
        type: "devpts",
        source: "devpts",
        ...(mount.options.length === 0 ? {} : { options: devptsOptions(mount.options) }),
      };
    case "volume":
      return { destination, type: "bind", source, options: volumeOptions(mount.options) };
    case "bind":
      return { destination, type: "bind", source, options: bindOptions(mount.options) };
  }
}

function initMount(initBinary: string): OciMount {
  return { destination: INIT_PATH, type: "bind", source: initBinary, options: ["bind", "ro", "rprivate"] };
}

/** Depth of a path: `/` is 0. */
function depthOf(path: string): number {
  return path.split("/").filter((part) => part !== "").length;
}

/** A user's mount takes the place of the engine's, and over /dev or /proc also of everything of the engine's below. */
function isHidden(mount: OciMount, users: readonly OciMount[]): boolean {
  return users.some(
    (user) =>
      user.destination === mount.destination ||
      (["/dev", "/proc", "/sys"].includes(user.destination) && mount.destination.startsWith(`${user.destination}/`)),
  );
}

/**
 * Mounts of a container in the order in which they are made: parents before what lies in them, and the engine's before
 * the user's at the same depth.
 */
export function generateMounts(input: SpecInput): readonly OciMount[] {
  const { config } = input;
  const own = input.mounts.map(userMount);
  const taken = new Set(own.map((mount) => mount.destination));
  const { readOnlyRootfs, readOnlyTmpfs } = config.security;
  const scratch = readOnlyRootfs && readOnlyTmpfs ? READ_ONLY_TMPFS.filter((path) => !taken.has(path)) : [];
  const scratchMounts = scratch.map((destination) =>
    userMount({ type: "tmpfs", source: "tmpfs", destination, options: [] }),
  );
  const engine = [
    ...systemMounts(input),
    ...scratchMounts,
    ...fileMounts(input),
    ...(input.initBinary === undefined || !config.init ? [] : [initMount(input.initBinary)]),
  ].filter((mount) => !isHidden(mount, own));
  return [...engine, ...own].sort((a, b) => depthOf(a.destination) - depthOf(b.destination));
}

/** The root's propagation must let shared and slave mounts through. */
export function rootfsPropagation(mounts: readonly OciMount[]): string | undefined {
  const kinds = new Set(mounts.map((mount) => propagationOf(mount.options ?? [])));
  if (kinds.has("shared")) return "shared";
  return kinds.has("slave") ? "rslave" : undefined;
}
