import type { ContainerId } from "../../base/brand.ts";
import { fail } from "../../base/errors.ts";
import { writeTarNodes } from "../../images/tar/entry-writer.ts";
import type { ContainerConfig } from "../../model/container.ts";
import type { ImageRunConfig } from "../../model/image.ts";
import type { CommitOptions } from "../api/containers.ts";
import { Directory } from "../archive/directory.ts";
import { Packer } from "../archive/pack.ts";
import type { EngineDeps } from "../deps.ts";
import { withContainer } from "./locked.ts";
import { pauseContainer, unpauseContainer } from "./pause.ts";

const SIGTERM = 15;

/**
 * Makes an image of a container (podman-commit(1)).
 *
 * @returns the image's id
 * @throws INVALID_ARGUMENT for a container without an image or a bad change, BAD_REFERENCE
 */
export async function commitContainer(deps: EngineDeps, id: ContainerId, options: CommitOptions = {}): Promise<string> {
  const { signal } = options;
  const abortable = signal === undefined ? {} : { signal };
  const { status } = await withContainer(deps, id, async (container) => ({ status: container.status }), abortable);
  const pauses = options.pause === true && status === "running";
  if (pauses) await pauseContainer(deps, id, abortable);
  try {
    return await commit(deps, id, options);
  } finally {
    if (pauses) await unpauseContainer(deps, id);
  }
}

async function commit(deps: EngineDeps, id: ContainerId, options: CommitOptions): Promise<string> {
  const config = deps.store.read((tx) => tx.containers.get(id));
  if (config === undefined) throw fail("NO_SUCH_CONTAINER", { ref: id });
  const { rootfs } = config;
  if (rootfs.kind !== "image")
    throw fail("INVALID_ARGUMENT", {
      message: "cannot commit a container that uses exploded rootfs: invalid argument",
    });
  const { reference, author, message, changes, progress, signal } = options;
  const image = await deps.images.commit({
    parent: rootfs.imageId,
    layer: layerOf(deps, config),
    name: config.name,
    config: runConfigOf(deps, config, { ...options, imageId: rootfs.imageId }),
    createdBy: config.argv.join(" "),
    ...(reference === undefined ? {} : { reference }),
    ...(author === undefined ? {} : { author }),
    ...(message === undefined ? {} : { message }),
    ...(changes === undefined ? {} : { changes }),
    ...(progress === undefined ? {} : { progress }),
    ...(signal === undefined ? {} : { signal }),
  });
  await withContainer(deps, id, (container) => container.emit("commit"));
  return image;
}

/** What the container wrote, in the form of a layer. */
async function* layerOf(deps: EngineDeps, { id }: ContainerConfig): AsyncGenerator<Uint8Array> {
  const upper = deps.rootfs.upperPath(id);
  if (deps.host.inodes.lstat(upper) === undefined) {
    yield* writeTarNodes((async function* () {})());
    return;
  }
  using directory = Directory.open(deps.host, upper, "/");
  yield* writeTarNodes(new Packer({ overlay: true }).entry(directory, ".", ""));
}

/** The container's own settings; what it does not keep comes from its image. */
function runConfigOf(
  deps: EngineDeps,
  config: ContainerConfig,
  options: CommitOptions & { readonly imageId: string },
): ImageRunConfig {
  const image = deps.store.read((tx) => tx.images.get(options.imageId))?.config.config ?? {};
  const volumes = config.mounts.filter((mount) => mount.type === "volume" || mount.type === "bind");
  return {
    ...image,
    Env: Object.entries(config.env).map(([key, value]) => `${key}=${value}`),
    ...(config.user === "" ? {} : { User: config.user }),
    ...(config.entrypoint.length === 0 ? {} : { Entrypoint: config.entrypoint }),
    ...(config.command.length === 0 ? {} : { Cmd: config.command }),
    WorkingDir: config.workdir,
    ...(Object.keys(config.labels).length === 0 ? {} : { Labels: config.labels }),
    ...(config.stopSignal === SIGTERM ? {} : { StopSignal: String(config.stopSignal) }),
    ...(options.includeVolumes === true && volumes.length > 0
      ? { Volumes: Object.fromEntries(volumes.map(({ destination }) => [destination, {}])) }
      : {}),
  };
}
