import { fail } from "../../base/errors.ts";
import type { FileStat, OpenFile } from "../../host/ports.ts";
import type { TarNode } from "../../images/tar/entry-writer.ts";
import type { Directory } from "./directory.ts";

export interface PackOptions {
  /** The tree is an overlay's upper directory: marks of what is gone become OCI's whiteouts. */
  readonly overlay?: boolean;
  /** Path in the archive, without a slash at either end; true leaves it and all below out. */
  readonly skip?: (path: string) => boolean;
  /** Leave out what other devices than this have below directories: kernel file systems. By device number. */
  readonly skipDevices?: ReadonlySet<number>;
  readonly signal?: AbortSignal;
}

const CHUNK = 256 * 1024;
const REDIRECT = "trusted.overlay.redirect";
const OPAQUE = "trusted.overlay.opaque";

/** Packs trees; keeps hard links among what it packs. */
export class Packer {
  readonly #options: PackOptions;
  readonly #linked = new Map<string, string>();

  constructor(options: PackOptions = {}) {
    this.#options = options;
  }

  /**
   * One object with everything below it.
   *
   * @param name in `parent`; `.` is the directory itself
   * @param as its path in the archive; empty leaves out the entry of the directory itself
   */
  async *entry(parent: Directory, name: string, as: string): AsyncGenerator<TarNode> {
    const { overlay, skip, signal } = this.#options;
    signal?.throwIfAborted();
    const stat = parent.lstat(name);
    if (stat === undefined || stat.kind === "socket" || (as !== "" && skip?.(as) === true)) return;
    if (stat.kind === "directory") {
      using directory = parent.enter(name);
      yield* this.#directory(directory, as);
    } else if (overlay === true && stat.kind === "char" && stat.major === 0 && stat.minor === 0)
      yield { type: "file", path: whiteout(as), mode: 0, uid: 0, gid: 0, mtime: 0 };
    else yield* this.#leaf(parent, name, { as, stat });
  }

  async *#directory(directory: Directory, as: string): AsyncGenerator<TarNode> {
    const stat = directory.stat();
    if (as !== "") yield { ...common(stat, as), type: "directory", path: `${as}/` };
    if (this.#options.overlay === true && directory.host.inodes.getXattr(directory.path("."), REDIRECT) !== undefined)
      throw fail("INVALID_ARGUMENT", {
        message: `${as}: directories that were renamed in the overlay cannot be packed`,
      });
    const isOpaque = this.#options.overlay === true && directory.host.inodes.getXattr(directory.path("."), OPAQUE);
    if (isOpaque && as !== "") yield { ...common(stat, `${as}/.wh..wh..opq`), type: "file", mode: 0 };
    if (this.#options.skipDevices?.has(stat.device) === true) return;
    for (const name of directory.names()) yield* this.entry(directory, name, as === "" ? name : `${as}/${name}`);
  }

  async *#leaf(
    parent: Directory,
    name: string,
    { as, stat }: { readonly as: string; readonly stat: FileStat },
  ): AsyncGenerator<TarNode> {
    const { host } = parent;
    if (stat.kind === "symlink") {
      yield { ...common(stat, as), type: "symlink", mode: 0o777, linkPath: host.inodes.readLink(parent.path(name)) };
      return;
    }
    const first = this.#firstLink(stat, as);
    if (first !== undefined) {
      yield { ...common(stat, as), type: "hardlink", linkPath: first };
      return;
    }
    if (stat.kind === "file") {
      using file = parent.openFile(name);
      const now = file.stat();
      if (now.kind !== "file") return;
      const xattrs = xattrsOf(parent, name);
      yield { ...common(now, as), type: "file", size: now.size, xattrs, body: contents(file, now.size) };
    } else if (stat.kind === "char" || stat.kind === "block" || stat.kind === "fifo")
      yield { ...common(stat, as), type: stat.kind, major: stat.major, minor: stat.minor };
  }

  /** The path under which a file with several names was packed already. */
  #firstLink(stat: FileStat, as: string): string | undefined {
    if (stat.links < 2) return undefined;
    const key = `${stat.device}:${stat.inode}`;
    const first = this.#linked.get(key);
    if (first === undefined) this.#linked.set(key, as);
    return first;
  }
}

function whiteout(path: string): string {
  const at = path.lastIndexOf("/") + 1;
  return `${path.slice(0, at)}.wh.${path.slice(at)}`;
}

function common(stat: FileStat, path: string): Omit<TarNode, "type"> {
  return { path, mode: stat.mode, uid: stat.uid, gid: stat.gid, mtime: stat.mtimeMs / 1000 };
}

/** Capabilities are what images and copies keep (OCI image spec, layer.md). */
function xattrsOf(parent: Directory, name: string): ReadonlyMap<string, Uint8Array> {
  const value = parent.host.inodes.getXattr(parent.path(name), "security.capability");
  return value === undefined ? new Map() : new Map([["security.capability", value]]);
}

async function* contents(file: OpenFile, size: number): AsyncGenerator<Uint8Array> {
  for (let left = size; left > 0; ) {
    const buffer = new Uint8Array(Math.min(CHUNK, left));
    const got = file.read(buffer, null);
    if (got === 0) return;
    left -= got;
    yield buffer.subarray(0, got);
  }
}
