import { join } from "node:path";
import { fail } from "../../base/errors.ts";
import type { ContainerConfig, HostDevice } from "../../model/container.ts";
import type { HostNode } from "../../spec/inputs.ts";
import type { EngineDeps } from "../deps.ts";

const DEV = "/dev";
/** What a privileged container has of its own instead of the host's. */
const OWN = new Set([
  "/dev/pts",
  "/dev/shm",
  "/dev/mqueue",
  "/dev/console",
  "/dev/ptmx",
  "/dev/fd",
  "/dev/.lxc",
  "/dev/.lxd-mounts",
]);

/**
 * The device nodes of a container: those asked for, directories expanded, or every node of the host for a privileged one.
 *
 * @throws INVALID_ARGUMENT naming a device that is not there
 */
export function hostNodes(deps: EngineDeps, config: ContainerConfig): readonly HostNode[] {
  const asked = config.devices.flatMap((device) => nodesOf(deps, device));
  if (!config.security.privileged) return asked;
  const taken = new Set(asked.map((node) => node.path));
  return [
    ...asked,
    ...nodesBelow(deps, { source: DEV, destination: DEV, permissions: "rwm" }).filter((node) => !taken.has(node.path)),
  ];
}

function nodesOf(deps: EngineDeps, device: HostDevice): readonly HostNode[] {
  const node = nodeAt(deps, device);
  if (node !== undefined) return [node];
  if (deps.host.inodes.stat(device.source)?.kind === "directory") return nodesBelow(deps, device);
  throw fail("INVALID_ARGUMENT", { message: `stat ${device.source}: no such file or directory` });
}

function nodeAt(deps: EngineDeps, device: HostDevice): HostNode | undefined {
  const stat = deps.host.inodes.stat(device.source);
  if (stat?.kind !== "char" && stat?.kind !== "block") return undefined;
  return {
    path: device.destination,
    type: stat.kind === "char" ? "c" : "b",
    major: stat.major,
    minor: stat.minor,
    mode: stat.mode,
    uid: stat.uid,
    gid: stat.gid,
    permissions: device.permissions,
  };
}

function nodesBelow(deps: EngineDeps, directory: HostDevice): readonly HostNode[] {
  return deps.host.files.list(directory.source).flatMap((name) => {
    const child = {
      source: join(directory.source, name),
      destination: join(directory.destination, name),
      permissions: directory.permissions,
    };
    const stat = deps.host.inodes.lstat(child.source);
    if (OWN.has(child.source) || stat === undefined || stat.kind === "symlink") return [];
    return stat.kind === "directory" ? nodesBelow(deps, child) : (nodeAt(deps, child) ?? []);
  });
}

/** Major and minor of the devices that block I/O limits name. */
export function blockDevicesOf(
  deps: EngineDeps,
  config: ContainerConfig,
): Readonly<Record<string, { readonly major: number; readonly minor: number }>> {
  const { blkioWeightDevice = [], readBps = [], writeBps = [], readIops = [], writeIops = [] } = config.resources;
  const paths = [...blkioWeightDevice, ...readBps, ...writeBps, ...readIops, ...writeIops].map((entry) => entry.path);
  return Object.fromEntries(
    paths.map((path) => {
      const stat = deps.host.inodes.stat(path);
      if (stat?.kind !== "block" && stat?.kind !== "char")
        throw fail("INVALID_ARGUMENT", { message: `could not parse throttle device ${path}: no such device` });
      return [path, { major: stat.major, minor: stat.minor }];
    }),
  );
}
