import { HostError } from "../../base/host-error.ts";
import type { FileStat } from "../ports.ts";

/** Links in one path before ELOOP, as in the kernel. */
const MAX_LINKS = 40;
const MAX_NAME = 255;
const DIRECTORY_SIZE = 4096;

/** One entry of the mount table; the last one on a node is what a path sees. */
export interface FakeMount {
  readonly root: FakeNode;
  readonly source: string;
  readonly mountPoint: string;
  readonly fsType: string;
  readonly flags: number;
  readonly data: string;
}

/** An inode. Fields that a kind has no use for stay empty. */
export interface FakeNode {
  readonly kind: FileStat["kind"];
  readonly inode: number;
  readonly device: number;
  mode: number;
  uid: number;
  gid: number;
  major: number;
  minor: number;
  links: number;
  mtimeMs: number;
  ctimeMs: number;
  data: Uint8Array;
  target: string;
  readonly entries: Map<string, FakeNode>;
  readonly xattrs: Map<string, Uint8Array>;
  readonly mounts: FakeMount[];
  readonly watchers: Set<(name: string) => void>;
  /** Somebody who reads this FIFO. */
  reader: ((text: string) => void) | undefined;
}

/** Where a path leads. */
export interface Place {
  /** Directory that holds the last name; undefined for the root. */
  readonly parent: FakeNode | undefined;
  readonly name: string;
  /** What is seen there, through mounts; undefined where nothing is. */
  readonly node: FakeNode | undefined;
  /** What lies below the mounts. */
  readonly below: FakeNode | undefined;
  /** Without links, `.` and `..`. */
  readonly path: string;
}

/** What a path sees of a node: the root of the topmost mount on it. */
export function topOf(node: FakeNode): FakeNode {
  const mount = node.mounts.at(-1);
  return mount ? topOf(mount.root) : node;
}

interface Step {
  readonly name: string;
  readonly node: FakeNode;
  readonly below: FakeNode;
}

/** A tree of inodes with a clock for their times. */
export class FakeTree {
  readonly root: FakeNode;
  readonly #now: () => number;
  #inodes = 1;

  constructor(now: () => number) {
    this.#now = now;
    this.root = this.make("directory", 0o755);
  }

  /** A new inode that has no name yet. */
  make(kind: FileStat["kind"], mode: number, device = 1): FakeNode {
    this.#inodes += 1;
    return {
      kind,
      inode: this.#inodes,
      device,
      mode: mode & 0o7777,
      uid: 0,
      gid: 0,
      major: 0,
      minor: 0,
      links: 0,
      mtimeMs: this.#now(),
      ctimeMs: this.#now(),
      data: new Uint8Array(),
      target: "",
      entries: new Map(),
      xattrs: new Map(),
      mounts: [],
      watchers: new Set(),
      reader: undefined,
    };
  }

  /**
   * Walks a path.
   *
   * @param follow whether a link in the last place is followed
   * @throws HostError ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG, EINVAL
   */
  look(syscall: string, path: string, follow: boolean): Place {
    if (!path.startsWith("/") || path.includes("\0")) throw new HostError("EINVAL", syscall, path);
    const queue = path.split("/").filter((part) => part !== "" && part !== ".");
    const steps: Step[] = [{ name: "", node: topOf(this.root), below: this.root }];
    let links = 0;
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      if (name === "..") {
        if (steps.length > 1) steps.pop();
        continue;
      }
      const directory = steps.at(-1)?.node ?? this.root;
      if (directory.kind !== "directory") throw new HostError("ENOTDIR", syscall, path);
      if (Buffer.byteLength(name) > MAX_NAME) throw new HostError("ENAMETOOLONG", syscall, path);
      const below = directory.entries.get(name);
      if (below === undefined) {
        if (queue.length > 0) throw new HostError("ENOENT", syscall, path);
        return { parent: directory, name, node: undefined, below, path: joinSteps([...steps, { name }]) };
      }
      if (below.kind === "symlink" && (follow || queue.length > 0)) {
        links += 1;
        if (links > MAX_LINKS) throw new HostError("ELOOP", syscall, path);
        if (below.target.startsWith("/")) steps.length = 1;
        queue.unshift(...below.target.split("/").filter((part) => part !== "" && part !== "."));
        continue;
      }
      steps.push({ name, node: topOf(below), below });
    }
    const last = steps.at(-1);
    return {
      parent: steps.at(-2)?.node,
      name: last?.name ?? "",
      node: last?.node,
      below: last?.below,
      path: joinSteps(steps),
    };
  }

  /** As `look`, but something must be there. */
  find(syscall: string, path: string, follow: boolean): FakeNode {
    const { node } = this.look(syscall, path, follow);
    if (node === undefined) throw new HostError("ENOENT", syscall, path);
    return node;
  }

  /** Gives a node a name; the place must be free. */
  put(syscall: string, path: string, node: FakeNode): void {
    const place = this.look(syscall, path, false);
    if (place.node !== undefined || place.parent === undefined) throw new HostError("EEXIST", syscall, path);
    this.attach(place.parent, place.name, node);
  }

  attach(parent: FakeNode, name: string, node: FakeNode): void {
    parent.entries.set(name, node);
    node.links += 1;
    this.touch(parent, name);
  }

  /** Takes a name away. EBUSY if something is mounted there. */
  detach(syscall: string, place: Place): void {
    if (place.parent === undefined || (place.below?.mounts.length ?? 0) > 0)
      throw new HostError("EBUSY", syscall, place.path);
    if (place.below) place.below.links -= 1;
    place.parent.entries.delete(place.name);
    this.touch(place.parent, place.name);
  }

  /** Notes a change in a directory, and tells who watches it. */
  touch(directory: FakeNode, name: string): void {
    directory.mtimeMs = this.#now();
    directory.ctimeMs = this.#now();
    for (const watcher of directory.watchers) watcher(name);
  }

  /** Notes a change of what a name stands for. */
  changed(place: Place): void {
    if (place.node) {
      place.node.mtimeMs = this.#now();
      place.node.ctimeMs = this.#now();
    }
    for (const watcher of place.parent?.watchers ?? []) watcher(place.name);
  }
}

function joinSteps(steps: readonly { readonly name: string }[]): string {
  return `/${steps
    .map((step) => step.name)
    .filter((name) => name !== "")
    .join("/")}`;
}

/** A node as stat(2) shows it. */
export function statOf(node: FakeNode): FileStat {
  const size =
    node.kind === "directory"
      ? DIRECTORY_SIZE
      : node.kind === "symlink"
        ? Buffer.byteLength(node.target)
        : node.data.byteLength;
  const { kind, mode, uid, gid, inode, device, major, minor, links, mtimeMs, ctimeMs } = node;
  return { kind, mode, uid, gid, size, inode, device, major, minor, links, mtimeMs, ctimeMs };
}
