import { isHostError } from "../../base/host-error.ts";
import type { FileStat, Files, Inodes, Streams } from "../../host/ports.ts";
import { BadArchive } from "../tar/bad-archive.ts";
import type { TarEntry } from "../tar/reader.ts";
import { isWhiteout, LayerTree, pathParts } from "./layer-tree.ts";

export interface UnpackHost {
  readonly files: Files;
  readonly inodes: Inodes;
  readonly streams: Streams;
}

const WHITEOUT = ".wh.";
const OPAQUE_MARK = ".wh..wh..opq";
/** Other names of this form are aufs's own bookkeeping. */
const AUFS = ".wh..wh.";

/** Times that file systems can hold; what lies outside is cut. Seconds. */
const EARLIEST = -(2 ** 31);
const LATEST = 2 ** 34;

/** Errors of the host that an entry's own name or value brings about. */
const ENTRYS_FAULT = ["ENAMETOOLONG", "EINVAL", "EILSEQ", "ELOOP", "ENOENT", "EEXIST", "ENOTDIR", "EMLINK", "E2BIG"];

/** Applies the entries of one layer, in order, to an overlay lower directory (OCI image spec, layer.md). */
export class LayerUnpacker {
  readonly #host: UnpackHost;
  readonly #tree: LayerTree;
  /** Set at the end, because making entries in a directory changes them. By resolved path. */
  readonly #directoryTimes = new Map<string, number>();
  #opaqueRoot = false;

  /**
   * @param root an existing empty directory
   * @param below contents of the layers below, topmost first
   */
  constructor(host: UnpackHost, root: string, below: readonly string[]) {
    this.#host = host;
    this.#tree = new LayerTree(host, root, below);
    this.#tree.makeDirectory("");
  }

  /** True if the layer hides everything below it. overlayfs does not look at the mark on a layer's root. */
  get opaqueRoot(): boolean {
    return this.#opaqueRoot;
  }

  /**
   * @throws BadArchive if the entry cannot be what it claims inside the root; HostError for the host's own troubles
   */
  async apply(entry: TarEntry): Promise<void> {
    try {
      await this.#apply(entry);
    } catch (error) {
      if (!isHostError(error, ...ENTRYS_FAULT)) throw error;
      throw new BadArchive(`${error.syscall} fails with ${error.errno}`, entry.path);
    }
  }

  /** Sets what could not be set before. */
  finish(): void {
    for (const [resolved, mtime] of this.#directoryTimes) this.#setTimes(this.#tree.hostPath(resolved), mtime);
  }

  async #apply(entry: TarEntry): Promise<void> {
    const parts = pathParts(entry.path);
    const name = parts.pop();
    if (name === undefined) {
      if (entry.type !== "directory") throw new BadArchive("the root is not a directory", entry.path);
      this.#setMetadata("", entry);
      return;
    }
    if (name.startsWith(WHITEOUT)) {
      this.#applyWhiteout(parts, name, entry);
      return;
    }
    const parent = this.#tree.directory(parts, entry.path);
    const resolved = parent === "" ? name : `${parent}/${name}`;
    const existing = this.#host.inodes.lstat(this.#tree.hostPath(resolved));
    switch (entry.type) {
      case "directory":
        this.#makeDirectory(resolved, entry, existing);
        break;
      case "hardlink":
        this.#makeHardLink(resolved, entry, existing);
        break;
      default:
        if (existing !== undefined) this.#clear(resolved, existing);
        await this.#makeNode(this.#tree.hostPath(resolved), entry);
        this.#setMetadata(resolved, entry);
    }
  }

  /** Also forgets the times of directories that go: another entry may put a link in their way out of the layer. */
  #clear(resolved: string, existing: FileStat): void {
    this.#tree.clear(resolved, existing);
    if (existing.kind !== "directory") return;
    for (const known of this.#directoryTimes.keys())
      if (known === resolved || known.startsWith(`${resolved}/`)) this.#directoryTimes.delete(known);
  }

  #applyWhiteout(parts: readonly string[], name: string, entry: TarEntry): void {
    if (name === OPAQUE_MARK) {
      const directory = this.#tree.directory(parts, entry.path);
      if (directory === "") this.#opaqueRoot = true;
      this.#tree.makeOpaque(directory);
      return;
    }
    if (name.startsWith(AUFS)) return;
    const hidden = name.slice(WHITEOUT.length);
    if (hidden === "" || hidden === "." || hidden === "..") throw new BadArchive("whiteout of no name", entry.path);
    const parent = this.#tree.directory(parts, entry.path);
    const resolved = parent === "" ? hidden : `${parent}/${hidden}`;
    const existing = this.#host.inodes.lstat(this.#tree.hostPath(resolved));
    // A whiteout is about the layers below; what this layer itself has at the name stays.
    if (existing === undefined) this.#host.inodes.makeNode(this.#tree.hostPath(resolved), "char", 0, 0, 0);
    else if (existing.kind === "directory") this.#tree.makeOpaque(resolved);
  }

  #makeDirectory(resolved: string, entry: TarEntry, existing: FileStat | undefined): void {
    if (existing?.kind !== "directory") {
      if (existing !== undefined) this.#clear(resolved, existing);
      this.#host.files.makeDir(this.#tree.hostPath(resolved));
      if (existing !== undefined && isWhiteout(existing)) this.#tree.makeOpaque(resolved);
    }
    this.#tree.addDirectory(resolved);
    this.#setMetadata(resolved, entry);
  }

  #makeHardLink(resolved: string, entry: TarEntry, existing: FileStat | undefined): void {
    const target = this.#hardLinkTarget(entry);
    if (target === resolved) return;
    if (existing !== undefined) this.#clear(resolved, existing);
    this.#host.inodes.link(this.#tree.hostPath(target), this.#tree.hostPath(resolved));
  }

  #hardLinkTarget(entry: TarEntry): string {
    const shown = `hard link to "${entry.linkPath}"`;
    const parts = entry.linkPath.split("/").filter((part) => part !== "" && part !== ".");
    if (parts.includes("..")) throw new BadArchive(`${shown} leads out of the layer`, entry.path);
    const name = parts.pop();
    if (name === undefined) throw new BadArchive(`${shown} is a link to a directory`, entry.path);
    const parent = this.#tree.existingDirectory(parts, entry.path);
    const target = parent === undefined ? undefined : parent === "" ? name : `${parent}/${name}`;
    const stat = target === undefined ? undefined : this.#host.inodes.lstat(this.#tree.hostPath(target));
    if (target === undefined || stat === undefined || isWhiteout(stat))
      throw new BadArchive(`${shown}, which is not in this layer`, entry.path);
    if (stat.kind === "directory") throw new BadArchive(`${shown} is a link to a directory`, entry.path);
    return target;
  }

  async #makeNode(path: string, entry: TarEntry): Promise<void> {
    const { inodes, streams } = this.#host;
    switch (entry.type) {
      case "symlink":
        inodes.symlink(entry.linkPath, path);
        break;
      case "char":
      case "block":
      case "fifo":
        inodes.makeNode(path, entry.type, entry.mode & 0o777, entry.major, entry.minor);
        break;
      default: {
        using file = streams.open(path, "wx", 0o600);
        if (entry.size > 0) for await (const chunk of entry.body) file.write(chunk);
      }
    }
  }

  /** chown(2) clears setuid bits and file capabilities, so it comes first; times come last. */
  #setMetadata(resolved: string, entry: TarEntry): void {
    const { inodes } = this.#host;
    const path = this.#tree.hostPath(resolved);
    inodes.chown(path, entry.uid, entry.gid);
    if (entry.type !== "symlink") {
      inodes.chmod(path, entry.mode);
      for (const [name, value] of entry.xattrs) this.#setXattr(path, name, value);
    }
    if (entry.type === "directory") this.#directoryTimes.set(resolved, entry.mtime);
    else this.#setTimes(path, entry.mtime);
  }

  /** Only what an image may say about its files: no overlay marks, no labels of the building host. */
  #setXattr(path: string, name: string, value: Uint8Array): void {
    const isCapability = name === "security.capability";
    const isUsers = name.startsWith("user.") && !name.startsWith("user.overlay.");
    if (!isCapability && !isUsers) return;
    try {
      this.#host.inodes.setXattr(path, name, value);
    } catch (error) {
      // `user.*` needs a file system and a kind of file that can hold it.
      if (isUsers && isHostError(error, "EOPNOTSUPP", "ENOTSUP", "EPERM")) return;
      throw error;
    }
  }

  #setTimes(path: string, mtime: number): void {
    const time = Math.min(Math.max(mtime, EARLIEST), LATEST);
    this.#host.inodes.setTimes(path, time, time);
  }
}
