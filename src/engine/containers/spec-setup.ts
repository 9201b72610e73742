import { join } from "node:path";
import type { ContainerId } from "../../base/brand.ts";
import { fail } from "../../base/errors.ts";
import type { ContainerConfig, NetworkMode } from "../../model/container.ts";
import { grantCapabilities } from "../../spec/capabilities.ts";
import { generateSpec } from "../../spec/generate-spec.ts";
import type { EngineFiles, NamespaceName, ResolvedMount, ResolvedUser } from "../../spec/inputs.ts";
import { formatOci, type OciSeccomp } from "../../spec/oci.ts";
import { convertSeccomp } from "../../spec/seccomp.ts";
import { KEEP_GROUPS, missingAccountLines, resolveUser } from "../../spec/users.ts";
import type { EngineDeps } from "../deps.ts";
import { blockDevicesOf, hostNodes } from "./device-setup.ts";
import { hostnameOf } from "./file-setup.ts";
import { readInRoot, resolveInRoot } from "./in-root.ts";
import { ownsNetns } from "./network-setup.ts";
import { isAlive } from "./observe.ts";

/** Where a default seccomp profile is looked for, in order. */
export const PROFILE_PATHS = ["/etc/containers/seccomp.json", "/usr/share/containers/seccomp.json"];

/** What has been made on the host for a container by now. */
export interface SpecSetup {
  readonly config: ContainerConfig;
  readonly rootfsPath: string;
  readonly user: ResolvedUser;
  readonly mounts: readonly ResolvedMount[];
  readonly files: EngineFiles;
  readonly shmPath: string | undefined;
  readonly cgroupPath: string;
}

/** Writes config.json into the bundle. Throws what the definition asks for and this host can't give. */
export function writeSpec(deps: EngineDeps, setup: SpecSetup): { readonly warnings: readonly string[] } {
  const { config } = setup;
  const facts = deps.hostFacts();
  const seccomp = seccompFor(deps, setup);
  const { spec, warnings } = generateSpec({
    config,
    rootfsPath: setup.rootfsPath,
    user: setup.user,
    namespacePaths: namespacePaths(deps, config),
    mounts: setup.mounts,
    files: setup.files,
    ...(setup.shmPath === undefined ? {} : { shmPath: setup.shmPath }),
    cgroupsPath: setup.cgroupPath,
    ...(seccomp === undefined ? {} : { seccomp }),
    hostname: hostnameOf(deps, config),
    devices: hostNodes(deps, config),
    blockDevices: blockDevicesOf(deps, config),
    host: facts,
    engine: deps.config,
    ...(config.init ? { initBinary: config.initPath ?? initBinary(deps) } : {}),
    ...(facts.apparmor && deps.config.apparmorProfile !== undefined
      ? { apparmorProfile: deps.config.apparmorProfile }
      : {}),
  });
  deps.host.files.writeAtomic(join(deps.paths.bundle(config.id), "config.json"), formatOci(spec));
  return { warnings };
}

/** Where catatonit is. */
export function initBinary(deps: EngineDeps): string {
  for (const path of deps.config.initPaths) if (deps.host.inodes.stat(path)?.kind === "file") return path;
  throw fail("PROGRAM_MISSING", { program: "catatonit", package: "catatonit" });
}

/** The container's user by its own passwd and group files, and the lines those lack. */
export function userOf(deps: EngineDeps, config: ContainerConfig, rootfsPath: string): ResolvedUser {
  const accounts = accountFiles(deps, rootfsPath);
  return resolveUser(
    config.user,
    accounts,
    config.groupAdd.filter((g) => g !== KEEP_GROUPS),
  );
}

/** Text of the container's passwd and group, resolved inside its root. */
export function accountFiles(
  deps: EngineDeps,
  rootfsPath: string,
): { readonly passwd: string; readonly group: string } {
  return {
    passwd: readInRoot(deps.host, rootfsPath, "/etc/passwd"),
    group: readInRoot(deps.host, rootfsPath, "/etc/group"),
  };
}

/**
 * Copies of passwd and group with the lines that a numeric user lacks, to be bound over the image's; nothing where nothing is
 * missing or the image has no such files.
 */
export function patchedAccounts(
  deps: EngineDeps,
  config: ContainerConfig,
  rootfsPath: string,
): Pick<EngineFiles, "passwd" | "group"> {
  const accounts = accountFiles(deps, rootfsPath);
  const hidden = hiddenAccounts(deps, config, rootfsPath);
  if (config.user === "") return hidden;
  const missing = missingAccountLines(config.user, accounts, config.workdir);
  const bundle = deps.paths.bundle(config.id);
  const patched: { passwd?: string; group?: string } = { ...hidden };
  for (const name of ["passwd", "group"] as const) {
    if (missing[name] === "" || accounts[name] === "") continue;
    patched[name] = join(bundle, name);
    deps.host.files.writeAtomic(join(bundle, name), `${accounts[name].trimEnd()}\n${missing[name]}`, { mode: 0o644 });
  }
  return patched;
}

/**
 * Empty files over a passwd or group that is a pipe or a device: runtimes open both inside the container, and would wait
 * for the pipe's writer, or read the device, for ever.
 */
function hiddenAccounts(
  deps: EngineDeps,
  config: ContainerConfig,
  rootfsPath: string,
): Pick<EngineFiles, "passwd" | "group"> {
  const { files, inodes } = deps.host;
  const hidden: { passwd?: string; group?: string } = {};
  for (const name of ["passwd", "group"] as const) {
    const kind = inodes.lstat(resolveInRoot(inodes, rootfsPath, `/etc/${name}`))?.kind;
    if (kind !== "fifo" && kind !== "char" && kind !== "block" && kind !== "socket") continue;
    hidden[name] = join(deps.paths.bundle(config.id), name);
    files.writeAtomic(hidden[name], "", { mode: 0o644 });
  }
  return hidden;
}

/**
 * Makes the working directory where the image names one that is not there, owned by the user (spec/components.md 4.7).
 *
 * @throws INVALID_ARGUMENT if the user asked for one that does not exist
 */
export function makeWorkdir(
  deps: EngineDeps,
  config: ContainerConfig,
  setup: { readonly rootfsPath: string; readonly user: ResolvedUser; readonly mounts: readonly ResolvedMount[] },
): void {
  const { inodes, files } = deps.host;
  if (config.workdir === "/" || config.rootfs.kind === "pause") return;
  if (setup.mounts.some((m) => config.workdir === m.destination || config.workdir.startsWith(`${m.destination}/`)))
    return;
  const path = resolveInRoot(inodes, setup.rootfsPath, config.workdir);
  if (inodes.lstat(path)?.kind === "directory") return;
  if (config.workdirIsUsers)
    throw fail("INVALID_ARGUMENT", { message: `workdir "${config.workdir}" does not exist on container ${config.id}` });
  files.makeDir(path, 0o755);
  inodes.chown(path, setup.user.uid, setup.user.gid);
}

function namespacePaths(deps: EngineDeps, config: ContainerConfig): Partial<Record<NamespaceName, string>> {
  const paths: Partial<Record<NamespaceName, string>> = {};
  const names: readonly NamespaceName[] = ["net", "ipc", "uts", "pid", "user", "cgroup"];
  for (const name of names) {
    const mode: NetworkMode | { readonly mode: "shareable" } = config.namespaces[name];
    if (mode.mode === "path") paths[name] = mode.path;
    if (mode.mode === "container") paths[name] = `/proc/${donorPid(deps, mode.id)}/ns/${name}`;
  }
  return ownsNetns(config) ? { ...paths, net: deps.paths.netnsOf(config.id) } : paths;
}

function donorPid(deps: EngineDeps, id: ContainerId): number {
  const init = deps.store.boot.get(id)?.process;
  if (init === undefined || !isAlive(deps, init))
    throw fail("CONTAINER_STOPPED", { message: `cannot join the namespaces of container ${id}, which is not running` });
  return init.pid;
}

function seccompFor(deps: EngineDeps, setup: SpecSetup): OciSeccomp | undefined {
  const { security } = setup.config;
  const chosen = security.seccompProfile ?? deps.config.seccompProfile;
  if (chosen === "unconfined") return undefined;
  if (security.privileged && security.seccompProfile === undefined) return undefined;
  const path = chosen ?? PROFILE_PATHS.find((p) => deps.host.inodes.stat(p) !== undefined);
  if (path === undefined)
    throw fail("PROGRAM_MISSING", {
      program: `a seccomp profile (${PROFILE_PATHS.join(" or ")})`,
      package: "golang-github-containers-common",
    });
  const facts = deps.hostFacts();
  const grant = grantCapabilities(security, {
    defaults: deps.config.defaultCapabilities,
    bounding: facts.boundingCapabilities,
    isRoot: setup.user.uid === 0,
  });
  return convertSeccomp(readProfile(deps, path), {
    architecture: facts.architecture,
    capabilities: grant.capabilities.bounding,
  });
}

function readProfile(deps: EngineDeps, path: string): unknown {
  const text = deps.host.files.readTextIfExists(path);
  if (text === undefined)
    throw fail("INVALID_ARGUMENT", {
      message: `opening seccomp profile failed: open ${path}: no such file or directory`,
    });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw fail(
      "INVALID_ARGUMENT",
      { message: `loading seccomp profile (${path}) failed: it is not JSON` },
      { cause: error },
    );
  }
}
