import { join } from "node:path";
import type { FileStat, Files, Inodes } from "../../host/ports.ts";
import { BadArchive } from "../tar/bad-archive.ts";

export interface TreeHost {
  readonly files: Files;
  readonly inodes: Inodes;
}

/** Links followed on the way to one entry, as the kernel's own limit. */
const MOST_LINKS = 40;
const LONGEST_NAME = 255;

/** overlayfs's mark for a directory that hides what lies below it. */
const OPAQUE = "trusted.overlay.opaque";

/**
 * The parts of an entry's path, from the layer's root.
 *
 * @throws BadArchive for `..` and for names longer than a file system takes
 */
export function pathParts(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  for (const part of parts) {
    if (part === "..") throw new BadArchive('path contains ".."', path);
    if (part.length * 3 > LONGEST_NAME && new TextEncoder().encode(part).length > LONGEST_NAME)
      throw new BadArchive("name is longer than 255 bytes", path);
  }
  return parts;
}

/** overlayfs's form of "this name is deleted": a character device 0:0. */
export function isWhiteout(stat: FileStat): boolean {
  return stat.kind === "char" && stat.major === 0 && stat.minor === 0;
}

/**
 * The directory that a layer is unpacked into. Resolves every path itself, one component after the other, so that no link
 * in the layer leads out of it. Nobody else may change the directory meanwhile.
 */
export class LayerTree {
  readonly root: string;
  readonly #host: TreeHost;
  /** Contents of the layers below, topmost first. */
  readonly #below: readonly string[];
  /** Directories seen in this tree, by path from the root (empty for the root). */
  readonly #directories = new Set<string>([""]);

  constructor(host: TreeHost, root: string, below: readonly string[]) {
    this.#host = host;
    this.root = root;
    this.#below = below;
  }

  /** Absolute path on the host of a resolved path. */
  hostPath(resolved: string): string {
    return resolved === "" ? this.root : `${this.root}/${resolved}`;
  }

  /**
   * Where the directory `parts` really is in this layer: links are followed inside the root, missing directories are
   * made like those in the layers below.
   *
   * @param entry the entry on whose behalf, for errors
   * @throws BadArchive if something on the way is no directory, or links go in circles
   */
  directory(parts: readonly string[], entry: string): string {
    const plain = parts.join("/");
    if (this.#directories.has(plain)) return plain;
    return this.#walk(parts, entry, true) ?? "";
  }

  /** As `directory`, but undefined where something is missing. */
  existingDirectory(parts: readonly string[], entry: string): string | undefined {
    const plain = parts.join("/");
    if (this.#directories.has(plain)) return plain;
    return this.#walk(parts, entry, false);
  }

  /** Makes a directory with the mode and owner of the one that it stands over, else 0755 root:root. */
  makeDirectory(resolved: string): void {
    const path = this.hostPath(resolved);
    this.#host.files.makeDir(path);
    const model = this.#lookBelow(resolved);
    this.#host.inodes.chown(path, model?.uid ?? 0, model?.gid ?? 0);
    this.#host.inodes.chmod(path, model?.mode ?? 0o755);
    this.#directories.add(resolved);
  }

  /** Tells that a directory was made by other means. */
  addDirectory(resolved: string): void {
    this.#directories.add(resolved);
  }

  /** Removes whatever is there. */
  clear(resolved: string, stat: FileStat): void {
    if (stat.kind !== "directory") {
      this.#host.files.remove(this.hostPath(resolved));
      return;
    }
    this.#host.files.removeTree(this.hostPath(resolved));
    for (const known of this.#directories)
      if (known === resolved || known.startsWith(`${resolved}/`)) this.#directories.delete(known);
  }

  /** Hides what the layers below have in this directory. */
  makeOpaque(resolved: string): void {
    this.#host.inodes.setXattr(this.hostPath(resolved), OPAQUE, new TextEncoder().encode("y"));
  }

  /** Undefined only where something is missing and must not be made. */
  #walk(parts: readonly string[], entry: string, make: boolean): string | undefined {
    const pending = [...parts].reverse();
    let resolved: string[] = [];
    let links = 0;
    for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
      if (part === "" || part === ".") continue;
      if (part === "..") {
        resolved.pop();
        continue;
      }
      const path = [...resolved, part].join("/");
      const stat = this.#directories.has(path) ? undefined : this.#host.inodes.lstat(this.hostPath(path));
      if (stat?.kind === "symlink") {
        if (++links > MOST_LINKS) throw new BadArchive("too many symbolic links in its path", entry);
        const target = this.#host.inodes.readLink(this.hostPath(path));
        if (target.startsWith("/")) resolved = [];
        pending.push(...target.split("/").reverse());
        continue;
      }
      if (!this.#enter(path, stat, { entry, make })) return undefined;
      resolved.push(part);
    }
    return resolved.join("/");
  }

  /** True if `path` is a directory, or was made one. */
  #enter(path: string, stat: FileStat | undefined, how: { readonly entry: string; readonly make: boolean }): boolean {
    if (this.#directories.has(path)) return true;
    if (stat !== undefined && stat.kind !== "directory" && !isWhiteout(stat))
      throw new BadArchive(`"${path}" in its path is not a directory`, how.entry);
    if (stat?.kind === "directory") {
      this.#directories.add(path);
      return true;
    }
    if (!how.make) return false;
    if (stat !== undefined) this.clear(path, stat);
    this.makeDirectory(path);
    // It was a whiteout: what the layers below have there stays hidden.
    if (stat !== undefined) this.makeOpaque(path);
    return true;
  }

  /** The directory of the layers below that shows at this path. */
  #lookBelow(resolved: string): FileStat | undefined {
    for (const layer of this.#below) {
      let path = layer;
      let stat = this.#host.inodes.lstat(path);
      for (const part of resolved === "" ? [] : resolved.split("/")) {
        path = join(path, part);
        stat = this.#host.inodes.lstat(path);
        if (stat?.kind !== "directory") break;
      }
      if (stat?.kind === "directory") return stat;
      // Something else at the path, or at one of its parents, hides what is further down.
      if (stat !== undefined) return undefined;
    }
    return undefined;
  }
}
