import { join } from "node:path";
import { fail } from "../base/errors.ts";
import { isHostError } from "../base/host-error.ts";
import type { FileStat, Files, Inodes, Mounts } from "../host/ports.ts";
import { isDigest } from "./digests.ts";
import { layerDiff, layersDownFrom, linkLayer, readLayer } from "./layer-store.ts";
import { type ImagePaths, imagePaths } from "./paths.ts";

/** Bytes that mount(2) reads of an option string, the final NUL included. */
const OPTIONS_LIMIT = 4096;

export interface RootfsOptions {
  /**
   * Leave the container's writes unflushed when it is unmounted (overlay `volatile`): for containers that are removed at
   * their end.
   */
  readonly volatile?: boolean;
}

/** Root file systems of containers: an overlay mount each, `<root>/overlay/<id>/{upper,work,merged}`. */
export interface RootfsService {
  /** Makes the directories. An existing one is fine. */
  create(id: string): void;
  /**
   * Mounts the container's overlay on the layers of `chainId` (empty: on nothing) and returns the merged path; if it is
   * mounted already, just that.
   *
   * @throws ROOTFS_LAYER_MISSING if a layer is gone, ROOTFS_TOO_DEEP if there are more layers than mount(2) can name
   */
  mount(id: string, chainId: string, options?: RootfsOptions): string;
  /** As `mount`, on a directory of the host (`--rootfs PATH:O`). */
  mountPath(id: string, path: string, options?: RootfsOptions): string;
  /** Not mounted or missing is fine. A busy mount is detached. */
  unmount(id: string): void;
  /** Unmounts, and removes what the container wrote. Missing is fine. */
  remove(id: string): void;
  mergedPath(id: string): string;
  upperPath(id: string): string;
  /** Bytes that the container wrote. */
  size(id: string): number;
}

export interface RootfsHost {
  readonly files: Files;
  readonly inodes: Inodes;
  readonly mounts: Mounts;
}

/**
 * @param deps.config.root the engine root, absolute
 */
export function openRootfs(deps: {
  readonly host: RootfsHost;
  readonly config: { readonly root: string };
}): RootfsService {
  return new OverlayRootfs(deps.host, imagePaths(deps.config.root));
}

class OverlayRootfs implements RootfsService {
  readonly #host: RootfsHost;
  readonly #paths: ImagePaths;

  constructor(host: RootfsHost, paths: ImagePaths) {
    this.#host = host;
    this.#paths = paths;
  }

  create(id: string): void {
    const { files } = this.#host;
    files.makeDir(this.#paths.overlays, 0o700);
    files.makeDir(this.#directory(id), 0o700);
    files.makeDir(this.#workPath(id), 0o700);
    files.makeDir(this.mergedPath(id), 0o700);
  }

  mount(id: string, chainId: string, options: RootfsOptions = {}): string {
    if (chainId === "") {
      const empty = join(this.#paths.overlays, "empty");
      this.#host.files.makeDir(empty);
      return this.#mountOn(id, { stack: [empty], base: "", top: empty }, options);
    }
    if (!isDigest(chainId)) throw fail("INTERNAL", { message: `not a chain id: ${chainId}` });
    const layer = readLayer(this.#host, this.#paths, chainId);
    if (layer === undefined) throw fail("ROOTFS_LAYER_MISSING", { id, layer: chainId });
    const lower = { stack: layer.stack, base: this.#paths.links, top: layerDiff(this.#paths, chainId) };
    try {
      return this.#mountOn(id, lower, options);
    } catch (error) {
      if (!isHostError(error, "ENOENT")) throw error;
    }
    // A layer or a link is gone: a link can be made again, a layer cannot.
    const layers = layersDownFrom(this.#host, this.#paths, chainId);
    for (const each of layers) linkLayer(this.#host, this.#paths, each.chainId);
    const lowest = layers.at(-1);
    if (lowest?.parent !== undefined) throw fail("ROOTFS_LAYER_MISSING", { id, layer: lowest.parent });
    return this.#mountOn(id, lower, options);
  }

  mountPath(id: string, path: string, options: RootfsOptions = {}): string {
    if (this.#host.inodes.stat(path)?.kind !== "directory") throw fail("ROOTFS_PATH_MISSING", { path });
    return this.#mountOn(id, { stack: [path], base: "", top: path }, options);
  }

  unmount(id: string): void {
    const target = this.mergedPath(id);
    try {
      this.#host.mounts.unmount(target);
    } catch (error) {
      if (!isHostError(error, "EBUSY")) throw error;
      this.#host.mounts.unmount(target, { lazy: true });
    }
  }

  remove(id: string): void {
    this.unmount(id);
    this.#host.files.removeTree(this.#directory(id));
  }

  mergedPath(id: string): string {
    return join(this.#directory(id), "merged");
  }

  upperPath(id: string): string {
    return join(this.#directory(id), "upper");
  }

  size(id: string): number {
    return treeSize(this.#host, this.upperPath(id));
  }

  #directory(id: string): string {
    return join(this.#paths.overlays, id);
  }

  #workPath(id: string): string {
    return join(this.#directory(id), "work");
  }

  #mountOn(id: string, lower: Lower, options: RootfsOptions): string {
    const merged = this.mergedPath(id);
    const fresh = this.#makeUpper(id, lower.top);
    if (!fresh && this.#host.mounts.isMountPoint(merged)) return merged;
    if (options.volatile === true && !fresh) this.#forgetVolatile(id);
    this.#mountOverlay(id, lower, options);
    return merged;
  }

  /** True if it had to be made, so nothing can be mounted on it yet. */
  #makeUpper(id: string, top: string): boolean {
    const { files, inodes } = this.#host;
    const upper = this.upperPath(id);
    if (inodes.lstat(upper) !== undefined) return false;
    this.create(id);
    // The root directory of the merged tree shows the upper directory's own mode and owner.
    const model: FileStat | undefined = inodes.stat(top);
    const draft = `${upper}.new`;
    files.makeDir(draft);
    if (model !== undefined) {
      inodes.chown(draft, model.uid, model.gid);
      inodes.chmod(draft, model.mode);
    }
    files.rename(draft, upper);
    return true;
  }

  /** The kernel refuses to mount again on what a volatile mount left, because it may not be complete after a crash. */
  #forgetVolatile(id: string): void {
    this.#host.files.removeTree(join(this.#workPath(id), "work", "incompat"));
  }

  #mountOverlay(id: string, lower: Lower, options: RootfsOptions): void {
    const writable = `,upperdir=${escapeOption(this.upperPath(id))},workdir=${escapeOption(this.#workPath(id))}${options.volatile === true ? ",volatile" : ""}`;
    const data = `lowerdir=${lower.stack.map((name) => escapeOption(join(lower.base, name))).join(":")}${writable}`;
    const merged = this.mergedPath(id);
    if (byteLength(data) < OPTIONS_LIMIT) {
      this.#host.mounts.mount("overlay", merged, "overlay", { data });
      return;
    }
    const short = `lowerdir=${lower.stack.map(escapeOption).join(":")}${writable}`;
    if (byteLength(short) >= OPTIONS_LIMIT) throw fail("ROOTFS_TOO_DEEP", { id, layers: lower.stack.length });
    this.#host.mounts.mount("overlay", merged, "overlay", { data: short, directory: lower.base });
  }
}

interface Lower {
  /** Names below `base`, topmost first. */
  readonly stack: readonly string[];
  readonly base: string;
  /** The topmost directory itself. */
  readonly top: string;
}

/** overlayfs takes a backslash before what would otherwise separate options or directories. */
function escapeOption(path: string): string {
  return path.replace(/[\\,:]/g, (character) => `\\${character}`);
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Bytes of the files below a directory, or of one file. */
export function treeSize(host: Pick<RootfsHost, "files" | "inodes">, directory: string): number {
  const stat = host.inodes.lstat(directory);
  if (stat === undefined) return 0;
  if (stat.kind === "file") return stat.size;
  if (stat.kind !== "directory") return 0;
  let total = 0;
  for (const name of host.files.list(directory)) total += treeSize(host, join(directory, name));
  return total;
}
