import type { Digest } from "../../base/brand.ts";
import type { FileStat } from "../../host/ports.ts";
import { layerDiff, layersDownFrom } from "../../images/layer-store.ts";
import { imagePaths } from "../../images/paths.ts";
import type { ContainerConfig } from "../../model/container.ts";
import type { ContainerChange } from "../api/containers.ts";
import { Directory } from "../archive/directory.ts";
import type { EngineDeps } from "../deps.ts";

/** Made by the engine in every container, so no change of its own. */
const ENGINES_OWN = new Set([
  "/dev",
  "/etc/hostname",
  "/etc/hosts",
  "/etc/resolv.conf",
  "/proc",
  "/run",
  "/run/.containerenv",
  "/run/notify",
  "/run/secrets",
  "/sys",
]);

/** What a container has changed in its image's files, by path (podman-diff(1)). */
export function containerChanges(deps: EngineDeps, config: ContainerConfig): readonly ContainerChange[] {
  if (config.rootfs.kind === "pause" || (config.rootfs.kind === "path" && !config.rootfs.overlay)) return [];
  const upper = deps.rootfs.upperPath(config.id);
  if (deps.host.inodes.lstat(upper) === undefined) return [];
  using directory = Directory.open(deps.host, upper, "/");
  const changes = changesIn(directory, new LowerLayers(deps, lowerOf(deps, config)), "");
  return changes.filter(({ path }) => !ENGINES_OWN.has(path));
}

function lowerOf(deps: EngineDeps, { rootfs }: ContainerConfig): readonly string[] {
  if (rootfs.kind === "path") return [rootfs.path];
  if (rootfs.kind !== "image" || rootfs.chainId === "") return [];
  const paths = imagePaths(deps.config.root);
  return layersDownFrom(deps.host, paths, rootfs.chainId as Digest).map((each) => layerDiff(paths, each.chainId));
}

const isWhiteout = (stat: FileStat) => stat.kind === "char" && stat.major === 0 && stat.minor === 0;

function changesIn(directory: Directory, lower: LowerLayers, path: string): readonly ContainerChange[] {
  return directory.names().flatMap((name) => {
    const stat = directory.lstat(name);
    return stat === undefined ? [] : changesAt(directory, lower, { name, path: `${path}/${name}`, stat });
  });
}

function changesAt(
  directory: Directory,
  lower: LowerLayers,
  at: { readonly name: string; readonly path: string; readonly stat: FileStat },
): readonly ContainerChange[] {
  const { name, path, stat } = at;
  const below = lower.lstat(path);
  if (isWhiteout(stat)) return [{ kind: "deleted", path }];
  const own: ContainerChange = { kind: below === undefined ? "added" : "changed", path };
  if (stat.kind !== "directory") return [own];
  using entered = directory.enter(name);
  const inside = changesIn(entered, lower, path);
  const isOpaque = directory.host.inodes.getXattr(entered.path("."), "trusted.overlay.opaque") !== undefined;
  // It was removed and made again: podman shows it as deleted, and what is in it as added.
  if (isOpaque && below !== undefined) return [{ kind: "deleted", path }, ...inside];
  const isCopy = below?.kind === "directory" && below.mode === stat.mode && below.mtimeMs === stat.mtimeMs;
  return inside.some((change) => !ENGINES_OWN.has(change.path)) || !isCopy ? [own, ...inside] : inside;
}

/** The layers of the image, topmost first; they never change. */
class LowerLayers {
  readonly #deps: EngineDeps;
  readonly #layers: readonly string[];

  constructor(deps: EngineDeps, layers: readonly string[]) {
    this.#deps = deps;
    this.#layers = layers;
  }

  /** What the image has at a path; links on the way are not followed. */
  lstat(path: string): FileStat | undefined {
    const parts = path.split("/").filter(Boolean);
    for (const layer of this.#layers) {
      let at = layer;
      for (const [index, part] of parts.entries()) {
        at = `${at}/${part}`;
        const stat = this.#deps.host.inodes.lstat(at);
        if (stat === undefined) break;
        if (index === parts.length - 1) return isWhiteout(stat) ? undefined : stat;
        if (stat.kind !== "directory") return undefined;
      }
    }
    return undefined;
  }
}
