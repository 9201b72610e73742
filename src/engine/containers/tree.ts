import type { ContainerId } from "../../base/brand.ts";
import { fail } from "../../base/errors.ts";
import type { IdMapping, IdMappings } from "../../model/container.ts";
import { resolveUser } from "../../spec/users.ts";
import { Directory } from "../archive/directory.ts";
import { walk } from "../archive/walk.ts";
import type { EngineDeps } from "../deps.ts";
import { resolveInRoot } from "./in-root.ts";
import { type LockedContainer, withContainer } from "./locked.ts";
import { isAlive } from "./observe.ts";
import { pauseRootfs } from "./pause-rootfs.ts";

/** The files of a container as its processes see them. */
export interface ContainerTree extends AsyncDisposable {
  /** The directory below which a path of the container lies, and the path below it. */
  place(path: string): { readonly root: Directory; readonly path: string; readonly readOnly?: boolean };
  /** Kernel file systems in it, by device number. */
  readonly kernelDevices: ReadonlySet<number>;
  /** The user that its main process has. */
  owner(): { readonly uid: number; readonly gid: number };
}

const MOST_ACCOUNTS = 16 << 20;

/**
 * Opens the files of a container. Those of a running one are seen from inside its mount namespace; the root file system of
 * one that is not mounted is mounted until the tree is closed. Nothing is locked meanwhile.
 *
 * @throws NO_SUCH_CONTAINER, ROOTFS_LAYER_MISSING
 */
export async function openTree(deps: EngineDeps, id: ContainerId): Promise<ContainerTree> {
  const tree = await withContainer(deps, id, async (container) => {
    const { state } = container;
    return isAlive(deps, state?.process) && state?.process !== undefined
      ? runningTree(deps, state.process.pid)
      : idleTree(deps, container);
  });
  const { config } = deps.store.read((tx) => ({ config: tx.containers.get(id) }));
  return { ...tree, owner: () => onHost(ownerIn(tree, config?.user ?? ""), config?.idMappings) };
}

type Opened = Omit<ContainerTree, "owner">;

/** A link into the process's own mount namespace: volumes and all other mounts are where the container has them. */
function runningTree(deps: EngineDeps, pid: number): Opened {
  const root = Directory.open(deps.host, `/proc/${pid}/root`, "/");
  const device = root.stat().device;
  const kernel = ["proc", "sys"].flatMap((name) => root.lstat(name)?.device ?? []);
  return {
    place: (path) => ({ root, path }),
    kernelDevices: new Set(kernel.filter((each) => each !== device)),
    [Symbol.asyncDispose]: async () => root[Symbol.dispose](),
  };
}

function idleTree(deps: EngineDeps, container: LockedContainer): Opened {
  const { rootfsPath, wasMounted } = mountIdle(deps, container);
  const roots = new Map<string, Directory>([["/", Directory.open(deps.host, rootfsPath, "/")]]);
  const rootOf = (destination: string, source: string): Directory => {
    const root = roots.get(destination) ?? Directory.open(deps.host, source, destination);
    roots.set(destination, root);
    return root;
  };
  return {
    place: (path) => {
      const resolved = resolveInRoot(deps.host.inodes, rootfsPath, path).slice(rootfsPath.length) || "/";
      const mount = mountOver(deps, container, resolved);
      if (mount === undefined) return { root: rootOf("/", rootfsPath), path };
      const root = rootOf(mount.destination, mount.source);
      return { root, path: resolved.slice(mount.destination.length), readOnly: mount.readOnly };
    },
    kernelDevices: new Set(),
    [Symbol.asyncDispose]: async () => {
      for (const root of roots.values()) root[Symbol.dispose]();
      if (!wasMounted) await unmountIdle(deps, container.id);
    },
  };
}

/** Mounts the root file system of a container if it is not; the mount of a running one serves as well. */
export function mountIdle(
  deps: EngineDeps,
  container: LockedContainer,
): { readonly rootfsPath: string; readonly wasMounted: boolean } {
  const { rootfs, id } = container.config;
  if (rootfs.kind === "pause") return { rootfsPath: pauseRootfs(deps), wasMounted: true };
  if (rootfs.kind === "path" && !rootfs.overlay) return { rootfsPath: rootfs.path, wasMounted: true };
  const wasMounted = deps.host.mounts.isMountPoint(deps.rootfs.mergedPath(id));
  const rootfsPath =
    rootfs.kind === "path" ? deps.rootfs.mountPath(id, rootfs.path) : deps.rootfs.mount(id, rootfs.chainId);
  return { rootfsPath, wasMounted };
}

/** Somebody may have started it meanwhile; then the mount is the container's. */
export async function unmountIdle(deps: EngineDeps, id: ContainerId): Promise<void> {
  if (deps.store.read((tx) => tx.containers.get(id)) === undefined) return;
  await withContainer(deps, id, async ({ state }) => {
    if (state === undefined) deps.rootfs.unmount(id);
  });
}

/** The mount of the definition that a path of a container that does not run lies in, with its directory on the host. */
function mountOver(
  deps: EngineDeps,
  { config }: LockedContainer,
  path: string,
): { readonly destination: string; readonly source: string; readonly readOnly: boolean } | undefined {
  const over = config.mounts
    .filter(({ destination }) => path === destination || path.startsWith(`${destination}/`))
    .sort((a, b) => b.destination.length - a.destination.length)[0];
  if (over === undefined) return undefined;
  const { destination } = over;
  const readOnly = "options" in over && over.options.includes("ro");
  if (over.type === "volume") {
    const volume = deps.store.read((tx) => tx.volumes.get(over.name));
    if (volume === undefined) throw fail("NO_SUCH_VOLUME", { name: over.name });
    const source =
      over.subpath === undefined ? volume.mountpoint : resolveInRoot(deps.host.inodes, volume.mountpoint, over.subpath);
    return { destination, source, readOnly };
  }
  if (over.type === "bind" && !over.options.includes("O") && deps.host.inodes.stat(over.source)?.kind === "directory")
    return { destination, source: over.source, readOnly };
  throw fail("INVALID_ARGUMENT", {
    message: `${path} is on the ${over.type} mount ${destination}, which is only there while the container runs`,
  });
}

function ownerIn(tree: Opened, user: string): { readonly uid: number; readonly gid: number } {
  const { uid, gid } = resolveUser(user, { passwd: textIn(tree, "/etc/passwd"), group: textIn(tree, "/etc/group") });
  return { uid, gid };
}

/** Text of a small file, empty if there is none. */
function textIn(tree: Opened, path: string): string {
  const { root, path: inner } = tree.place(path);
  using found = walk(root, inner);
  if (found?.stat?.kind !== "file" || found.stat.size > MOST_ACCOUNTS) return "";
  using file = found.parent.openFile(found.name);
  const { kind, size } = file.stat();
  if (kind !== "file") return "";
  const buffer = new Uint8Array(Math.min(size, MOST_ACCOUNTS));
  return new TextDecoder().decode(buffer.subarray(0, file.read(buffer, 0)));
}

/** What the ids inside of a user namespace are outside of it. */
function onHost(
  owner: { readonly uid: number; readonly gid: number },
  mappings: IdMappings | undefined,
): { readonly uid: number; readonly gid: number } {
  const map = (id: number, ranges: readonly IdMapping[] = []) => {
    const range = ranges.find(({ containerId, size }) => id >= containerId && id < containerId + size);
    return range === undefined ? id : range.hostId + id - range.containerId;
  };
  return { uid: map(owner.uid, mappings?.uids), gid: map(owner.gid, mappings?.gids) };
}
