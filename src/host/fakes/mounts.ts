import { dirname } from "node:path";
import { HostError } from "../../base/host-error.ts";
import {
  MS_BIND,
  MS_MOVE,
  MS_PRIVATE,
  MS_RDONLY,
  MS_REMOUNT,
  MS_SHARED,
  MS_SLAVE,
  MS_UNBINDABLE,
} from "../mount-flags.ts";
import type { MountInfo, MountOptions, Mounts, NetworkNamespaces } from "../ports.ts";
import { orMissing } from "./files.ts";
import type { FakeKernel } from "./kernel.ts";
import type { FakeNetlink } from "./netlink.ts";
import type { FakeTcpServices } from "./tcp-services.ts";
import type { FakeMount, FakeNode, Place } from "./tree.ts";

const CHANGES_ONLY = MS_REMOUNT | MS_PRIVATE | MS_SHARED | MS_SLAVE | MS_UNBINDABLE;
const MAX_DATA = 4096;

/** Copies what `from` holds over `into`; what is there in both is taken from `from`, directories are merged. */
function merge(kernel: FakeKernel, from: FakeNode, into: FakeNode): void {
  for (const [name, node] of from.entries) {
    if (node.kind === "char" && node.major === 0 && node.minor === 0) {
      into.entries.delete(name);
      continue;
    }
    const present = into.entries.get(name);
    const both = node.kind === "directory" && present?.kind === "directory";
    const copy = both ? present : kernel.tree.make(node.kind, node.mode);
    const { mode, uid, gid, major, minor, mtimeMs, data, target } = node;
    Object.assign(copy, { mode, uid, gid, major, minor, mtimeMs, data, target, links: 1 });
    if (node.kind === "directory") merge(kernel, node, copy);
    into.entries.set(name, copy);
  }
}

/** The merged view of an overlay at the time of the mount; later changes don't reach `upperdir`. */
function overlayRoot(kernel: FakeKernel, options: MountOptions, target: string): FakeNode {
  const settings = new Map((options.data ?? "").split(",").map((pair) => pair.split("=", 2) as [string, string]));
  const root = kernel.tree.make("directory", 0o755);
  const lower = (settings.get("lowerdir") ?? "").split(":").reverse();
  const layers = [...lower, settings.get("upperdir") ?? ""].filter((layer) => layer !== "");
  if (layers.length === 0) throw new HostError("EINVAL", "mount", target);
  for (const layer of layers) {
    const path = layer.startsWith("/") ? layer : `${options.directory ?? ""}/${layer}`;
    merge(kernel, kernel.tree.find("mount", path, true), root);
  }
  return root;
}

/** The mount table of a fake kernel. */
export class FakeMounts implements Mounts {
  readonly #kernel: FakeKernel;
  readonly #table: { readonly on: FakeNode; readonly mount: FakeMount }[] = [];

  constructor(kernel: FakeKernel) {
    this.#kernel = kernel;
  }

  mount(source: string, target: string, fsType: string, options: MountOptions = {}): void {
    this.#kernel.effect("mounts", "mount", target);
    const flags = options.flags ?? 0;
    if (Buffer.byteLength(options.data ?? "") >= MAX_DATA) throw new HostError("E2BIG", "mount", target);
    const place = this.#kernel.tree.look("mount", target, true);
    if (place.node === undefined) throw new HostError("ENOENT", "mount", target);
    if (flags & CHANGES_ONLY) {
      if (this.#on(place) === undefined) throw new HostError("EINVAL", "mount", target);
      return;
    }
    this.#add(place, {
      source,
      fsType,
      flags,
      data: options.data ?? "",
      root: this.#rootOf(source, target, { fsType, options }),
    });
  }

  #rootOf(source: string, target: string, what: { readonly fsType: string; readonly options: MountOptions }): FakeNode {
    if ((what.options.flags ?? 0) & (MS_BIND | MS_MOVE)) return this.#kernel.tree.find("mount", source, true);
    if (what.fsType === "overlay") return overlayRoot(this.#kernel, what.options, target);
    return this.#kernel.tree.make("directory", what.fsType === "tmpfs" ? 0o1777 : 0o755);
  }

  #add(place: Place, parts: Omit<FakeMount, "mountPoint">): void {
    const on = place.node;
    if (on === undefined) return;
    if ((on.kind === "directory") !== (parts.root.kind === "directory"))
      throw new HostError("ENOTDIR", "mount", place.path);
    const mount = { ...parts, mountPoint: place.path };
    on.mounts.push(mount);
    this.#table.push({ on, mount });
  }

  /** Binds a made-up file system object to an existing file. */
  bindNode(path: string, node: FakeNode, fsType: string): void {
    const place = this.#kernel.tree.look("mount", path, true);
    if (place.node === undefined) throw new HostError("ENOENT", "mount", path);
    this.#add(place, { source: fsType, fsType, flags: MS_BIND, data: "", root: node });
  }

  /** The topmost entry of the table whose root is what the place shows. */
  #on(place: Place): number | undefined {
    const index = this.#table.findLastIndex(
      ({ mount }) => mount.mountPoint === place.path && mount.root === place.node,
    );
    return index < 0 ? undefined : index;
  }

  unmount(target: string, options: { readonly lazy?: boolean } = {}): void {
    const place = orMissing(() => this.#kernel.tree.look("umount", target, false));
    if (place?.node === undefined) return;
    this.#kernel.effect("mounts", "unmount", target);
    const index = this.#on(place);
    const entry = index === undefined ? undefined : this.#table[index];
    if (index === undefined || entry === undefined) return;
    const inside = this.#table.filter(({ mount }) => mount.mountPoint.startsWith(`${place.path}/`));
    if (inside.length > 0 && !options.lazy) throw new HostError("EBUSY", "umount", target);
    for (const { on, mount } of [...inside, entry]) {
      on.mounts.splice(on.mounts.indexOf(mount), 1);
      this.#table.splice(
        this.#table.findIndex((other) => other.mount === mount),
        1,
      );
    }
  }

  isMountPoint(path: string): boolean {
    if (path === "/") return true;
    const place = orMissing(() => this.#kernel.tree.look("stat", path, false));
    return (place?.below?.mounts.length ?? 0) > 0;
  }

  list(): readonly MountInfo[] {
    const root = { mountPoint: "/", fsType: "ext4", source: "/dev/root", root: "/", options: "rw", superOptions: "rw" };
    const rest = this.#table.map(({ mount }) => ({
      mountPoint: mount.mountPoint,
      fsType: mount.fsType,
      source: mount.source,
      root: mount.flags & MS_BIND ? mount.source : "/",
      options: mount.flags & MS_RDONLY ? "ro" : "rw",
      superOptions: ["rw", mount.data].filter(Boolean).join(","),
    }));
    return [root, ...rest];
  }
}

/**
 * Named network namespaces on a fake mount table.
 *
 * @param isAlive asks the process table
 * @param tcp what listens inside of them
 * @param netlink their interfaces
 */
export function openFakeNamespaces(
  kernel: FakeKernel,
  mounts: FakeMounts,
  isAlive: (pid: number) => boolean,
  { tcp, netlink }: { readonly tcp: FakeTcpServices; readonly netlink: FakeNetlink },
): NetworkNamespaces {
  const isNamespace = (path: string) =>
    orMissing(() => kernel.tree.look("statfs", path, true).below?.mounts.at(-1)?.fsType === "nsfs") ?? false;
  const makeDirectories = (path: string): void => {
    const place = orMissing(() => kernel.tree.look("mkdir", path, true));
    if (place?.node) return;
    makeDirectories(dirname(path));
    kernel.tree.put("mkdir", path, kernel.tree.make("directory", 0o755));
  };
  const bind = (path: string) => {
    makeDirectories(dirname(path));
    kernel.tree.put("open", path, kernel.tree.make("file", 0o444));
    mounts.bindNode(path, kernel.tree.make("file", 0o444, 2), "nsfs");
  };
  return {
    create: (path) => {
      kernel.effect("namespaces", "create", path);
      bind(path);
    },
    bindProcess: (pid, path) => {
      kernel.effect("namespaces", "bindProcess", path);
      if (!isAlive(pid)) throw new HostError("ENOENT", "mount", path);
      bind(path);
    },
    remove: (path) => {
      const place = orMissing(() => kernel.tree.look("umount", path, false));
      if (place?.node === undefined) return;
      kernel.effect("namespaces", "remove", path);
      if (isNamespace(path)) {
        netlink.destroy(place.node);
        mounts.unmount(path);
      }
      kernel.tree.detach("unlink", kernel.tree.look("unlink", path, false));
    },
    exists: isNamespace,
    open: (path) => netlink.describe(kernel.tree.find("open", path, true)),
    inside: (path, body) => {
      const node = kernel.tree.find("open", path, true);
      if (!isNamespace(path)) throw new HostError("EINVAL", "setns", path);
      return netlink.inside(node, body);
    },
    askTcp: tcp.askTcp,
  };
}
