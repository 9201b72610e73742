import { fail } from "../../base/errors.ts";
import { parseMountOptions } from "../../host/mount-flags.ts";
import type { ContainerConfig, UserMount } from "../../model/container.ts";
import type { VolumeDefinition } from "../../model/volume.ts";
import type { ResolvedMount } from "../../spec/inputs.ts";
import type { EngineDeps } from "../deps.ts";
import { resolveInRoot } from "./in-root.ts";
import type { LockedContainer } from "./locked.ts";

/** Mount options that only the engine understands. */
const ENGINE_OPTIONS = new Set(["z", "Z", "U", "O", "copy", "nocopy"]);

interface Setup {
  readonly container: LockedContainer;
  /** Mounted root file system on the host. */
  readonly rootfsPath: string;
  readonly user: { readonly uid: number; readonly gid: number };
}

/**
 * Turns the mounts of a definition into ones with sources on the host: volumes are made where missing and filled from the
 * image at their first use, images are mounted.
 *
 * @throws INVALID_ARGUMENT naming a bind source that is gone
 */
export async function setUpMounts(deps: EngineDeps, setup: Setup): Promise<readonly ResolvedMount[]> {
  const resolved: ResolvedMount[] = [];
  for (const [at, mount] of setup.container.config.mounts.entries())
    resolved.push(await setUpMount(deps, setup, { mount, at }));
  return resolved;
}

async function setUpMount(
  deps: EngineDeps,
  setup: Setup,
  entry: { readonly mount: UserMount; readonly at: number },
): Promise<ResolvedMount> {
  const { mount } = entry;
  switch (mount.type) {
    case "tmpfs":
    case "devpts":
      return { type: mount.type, source: mount.type, destination: mount.destination, options: mount.options };
    case "bind": {
      if (deps.host.inodes.stat(mount.source) === undefined)
        throw fail("INVALID_ARGUMENT", { message: `statfs ${mount.source}: no such file or directory` });
      const source = mount.options.includes("O")
        ? overlaySource(deps, setup, { path: mount.source, at: entry.at })
        : mount.source;
      chownIfAsked(deps, setup, { path: source, options: mount.options });
      return { type: "bind", source, destination: mount.destination, options: forRuntime(mount.options) };
    }
    case "volume": {
      const source = await volumeSource(deps, setup, mount);
      chownIfAsked(deps, setup, { path: source, options: mount.options });
      return { type: "volume", source, destination: mount.destination, options: forRuntime(mount.options) };
    }
    case "image":
      return {
        type: "bind",
        source: imageSource(deps, setup, { ...mount, at: entry.at }),
        destination: mount.destination,
        options: mount.readWrite ? ["rw"] : ["ro"],
      };
  }
}

function forRuntime(options: readonly string[]): readonly string[] {
  return options.filter(
    (option) => !ENGINE_OPTIONS.has(option) && !option.startsWith("upperdir=") && !option.startsWith("workdir="),
  );
}

function chownIfAsked(
  deps: EngineDeps,
  setup: Setup,
  target: { readonly path: string; readonly options: readonly string[] },
): void {
  if (target.options.includes("U")) deps.host.inodes.chown(target.path, setup.user.uid, setup.user.gid);
}

async function volumeSource(
  deps: EngineDeps,
  setup: Setup,
  mount: Extract<UserMount, { type: "volume" }>,
): Promise<string> {
  const volume = deps.store.read((tx) => tx.volumes.get(mount.name));
  if (volume === undefined) throw fail("NO_SUCH_VOLUME", { name: mount.name });
  const mountsHost = volume.options["type"] !== undefined && volume.options["device"] !== undefined;
  if (mountsHost) mountVolumeDevice(deps, volume);
  else if (volume.needsCopyUp && !mount.options.includes("nocopy"))
    await copyUp(deps, setup, { volume, destination: mount.destination });
  return mount.subpath === undefined
    ? volume.mountpoint
    : resolveInRoot(deps.host.inodes, volume.mountpoint, mount.subpath);
}

/** `volume create -o type=… -o device=… -o o=…` (podman-volume-create(1)). */
function mountVolumeDevice(deps: EngineDeps, volume: VolumeDefinition): void {
  if (deps.host.mounts.isMountPoint(volume.mountpoint)) return;
  const { type = "", device = "", o } = volume.options;
  const { flags, data } = parseMountOptions((o ?? "").split(",").filter(Boolean));
  deps.host.mounts.mount(device, volume.mountpoint, type, { flags, data });
}

/** Fills an empty volume with what the image has at its destination, ownership and mode of the directory included. */
async function copyUp(
  deps: EngineDeps,
  setup: Setup,
  into: { readonly volume: VolumeDefinition; readonly destination: string },
): Promise<void> {
  await using _held = await deps.locks.named("volume", into.volume.name);
  const volume = deps.store.read((tx) => tx.volumes.get(into.volume.name));
  if (volume === undefined || !volume.needsCopyUp) return;
  const { files, inodes } = deps.host;
  const source = resolveInRoot(inodes, setup.rootfsPath, into.destination);
  const stat = inodes.lstat(source);
  if (stat?.kind === "directory" && files.list(volume.mountpoint).length === 0) {
    if (files.list(source).length > 0) await copyTree(deps, source, volume.mountpoint);
    inodes.chown(volume.mountpoint, stat.uid, stat.gid);
    inodes.chmod(volume.mountpoint, stat.mode);
  }
  await deps.store.write((tx) => tx.volumes.replace({ ...volume, needsCopyUp: false }));
}

async function copyTree(deps: EngineDeps, source: string, target: string): Promise<void> {
  const cp = deps.host.processes.find("cp", ["/bin", "/usr/bin"]);
  if (cp === undefined) throw fail("PROGRAM_MISSING", { program: "cp", package: "coreutils" });
  const result = await deps.host.processes.run(cp, ["-a", "--", `${source}/.`, target], { env: { LC_ALL: "C" } });
  if (result.outcome !== "exited" || result.code !== 0)
    throw fail("PROGRAM_FAILED", { program: "cp", detail: new TextDecoder().decode(result.stderr).trim() });
}

/** `-v DIR:DIR:O`: an overlay whose writes go with the container. */
function overlaySource(deps: EngineDeps, setup: Setup, lower: { readonly path: string; readonly at: number }): string {
  const merged = deps.rootfs.mountPath(`${setup.container.id}-mount${lower.at}`, lower.path);
  rememberMount(setup.container, merged);
  return merged;
}

function imageSource(deps: EngineDeps, setup: Setup, image: { readonly imageId: string; readonly at: number }): string {
  const record = deps.store.read((tx) => tx.images.get(image.imageId));
  if (record === undefined) throw fail("NO_SUCH_IMAGE", { ref: image.imageId });
  const merged = deps.rootfs.mount(`${setup.container.id}-mount${image.at}`, record.layers.at(-1)?.chainId ?? "");
  rememberMount(setup.container, merged);
  return merged;
}

function rememberMount(container: LockedContainer, path: string): void {
  const mounts = container.state?.mounts ?? [];
  if (!mounts.includes(path)) container.patch({ mounts: [...mounts, path] });
}

/** Removes the overlays of image mounts and of `:O` mounts; nothing may be mounted there any more. */
export function removeExtraOverlays(deps: EngineDeps, config: ContainerConfig): void {
  for (const [at, mount] of config.mounts.entries())
    if (mount.type === "image" || (mount.type === "bind" && mount.options.includes("O")))
      deps.rootfs.remove(`${config.id}-mount${at}`);
}
