import { dirname } from "node:path";
import type { Abortable } from "../../base/abortable.ts";
import type { ContainerId } from "../../base/brand.ts";
import { fail, hasCode } from "../../base/errors.ts";
import type { ContainerConfig } from "../../model/container.ts";
import type { ImageRecord } from "../../model/image.ts";
import { randomName } from "../../spec/names.ts";
import { resolveContainer } from "../../spec/resolve-container.ts";
import type { ContainerCreateOptions } from "../api/container-options.ts";
import type { CreateResult } from "../api/containers.ts";
import type { EngineDeps } from "../deps.ts";
import { containerEvent } from "../event-subject.ts";
import { newId } from "../hash-id.ts";
import { LockedPod } from "../pods/locked.ts";
import { createVolume } from "../volumes/create.ts";
import { removeVolume } from "../volumes/remove.ts";
import { containerByRef } from "./by-ref.ts";
import { checkAgainstHost } from "./host-checks.ts";
import { isAlive } from "./observe.ts";
import { removeContainer } from "./remove.ts";

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

export interface CreateIo extends Abortable {
  readonly progress?: (line: string) => void;
}

/**
 * Creates a container; nothing runs yet. All or nothing: volumes made for it go again when a later step fails.
 *
 * @throws BAD_NAME, CONTAINER_NAME_IN_USE, NO_SUCH_POD, what pulling the image throws, INVALID_ARGUMENT for options that
 *   contradict one another
 */
export async function createContainer(
  deps: EngineDeps,
  options: ContainerCreateOptions,
  io: CreateIo = {},
): Promise<CreateResult> {
  if (options.name !== undefined && !NAME.test(options.name)) throw fail("BAD_NAME", { name: options.name });
  if (options.cidFile !== undefined && deps.host.inodes.stat(dirname(options.cidFile)) === undefined)
    throw fail("INVALID_ARGUMENT", { message: `opening cidfile ${options.cidFile}` });
  if (options.cidFile !== undefined && deps.host.inodes.lstat(options.cidFile) !== undefined)
    throw fail("INVALID_ARGUMENT", {
      message: `container id file exists. Ensure another container is not using it or delete ${options.cidFile}`,
    });
  if (options.replace !== true && options.name !== undefined) refuseTakenName(deps, options.name);
  const images = await findImages(deps, options, io);
  const podId = options.pod === undefined ? undefined : deps.store.read((tx) => tx.pods.resolve(options.pod ?? ""));
  await using pod = podId === undefined ? undefined : await LockedPod.acquire(deps, podId, io);
  if (pod !== undefined && options.initContainer !== undefined) refuseRunningPod(deps, pod);
  if (options.replace === true && options.name !== undefined) await replaceOld(deps, options.name, io);
  const { config, warnings } = await definitionOf(deps, { options, images, pod });
  await checkAgainstHost(deps, config);
  await insert(deps, config, io);
  if (options.cidFile !== undefined) deps.host.files.createExclusive(options.cidFile, config.id, { mode: 0o644 });
  return { id: config.id, warnings };
}

function refuseTakenName(deps: EngineDeps, name: string): void {
  deps.store.read((tx) => {
    const holder = tx.containers.byName(name);
    if (holder !== undefined) throw fail("CONTAINER_NAME_IN_USE", { name, id: holder.id });
  });
}

function refuseRunningPod(deps: EngineDeps, pod: LockedPod): void {
  const running = pod
    .members()
    .some((m) => m.initType === undefined && isAlive(deps, deps.store.boot.get(m.id)?.process));
  if (running) throw fail("INIT_IN_RUNNING_POD", {});
}

async function replaceOld(deps: EngineDeps, name: string, io: Abortable): Promise<void> {
  const old = deps.store.read((tx) => tx.containers.byName(name));
  if (old === undefined) return;
  try {
    await removeContainer(deps, old.id, { ...io, force: true, volumes: true });
  } catch (error) {
    if (!hasCode(error, "NO_SUCH_CONTAINER")) throw error;
  }
}

interface FoundImages {
  readonly main: ImageRecord | undefined;
  /** Image ids by the reference in an image mount. */
  readonly mounted: Readonly<Record<string, string>>;
}

async function findImages(deps: EngineDeps, options: ContainerCreateOptions, io: CreateIo): Promise<FoundImages> {
  const pull = {
    policy: options.pull ?? deps.config.pullPolicy,
    ...(options.tlsVerify === undefined ? {} : { tlsVerify: options.tlsVerify }),
    ...(options.authFile === undefined ? {} : { authFile: options.authFile }),
    ...(options.platform === undefined ? {} : { platform: options.platform }),
    ...io,
  };
  const mounted: Record<string, string> = {};
  for (const mount of options.mounts ?? [])
    if (mount.type === "image") mounted[mount.image] = (await deps.images.ensure(mount.image, pull)).id;
  return { main: options.image === undefined ? undefined : await deps.images.ensure(options.image, pull), mounted };
}

interface DefinitionInput {
  readonly options: ContainerCreateOptions;
  readonly images: FoundImages;
  readonly pod: LockedPod | undefined;
}

async function definitionOf(
  deps: EngineDeps,
  input: DefinitionInput,
): Promise<{ readonly config: ContainerConfig; readonly warnings: readonly string[] }> {
  const { options, images, pod } = input;
  const infra = pod?.members().find((m) => m.isInfra);
  const resolved = resolveContainer({
    id: newId(deps.host.random) as ContainerId,
    name: options.name ?? freeName(deps),
    options,
    ...(images.main === undefined ? {} : { image: images.main }),
    ...(pod === undefined ? {} : { pod: { config: pod.config, ...(infra === undefined ? {} : { infra }) } }),
    config: deps.config,
    host: deps.hostFacts(),
    now: deps.host.clock.now(),
    containers: (ref) => containerByRef(deps, ref),
    imageIds: images.mounted,
  });
  return { ...resolved, config: await withHostPorts(deps, resolved.config) };
}

/** A random name that neither a container nor a pod has. */
export function freeName(deps: Pick<EngineDeps, "store" | "host">): string {
  for (;;) {
    const name = randomName((count) => deps.host.random.bytes(count));
    if (deps.store.read((tx) => tx.containers.byName(name) === undefined && tx.pods.byName(name) === undefined))
      return name;
  }
}

/** Gives every published port that has none a free port of the host. */
export async function withHostPorts(
  deps: Pick<EngineDeps, "networks">,
  config: ContainerConfig,
): Promise<ContainerConfig> {
  if (config.network.ports.every((p) => p.hostPort !== 0)) return config;
  const ports = (await deps.networks()).assignHostPorts(
    config.network.ports.map((p) => ({
      container: p.containerPort,
      hostIp: p.hostIp,
      protocol: p.protocol,
      range: p.range,
      ...(p.hostPort === 0 ? {} : { host: p.hostPort }),
    })),
  );
  return { ...config, network: { ...config.network, ports } };
}

async function insert(deps: EngineDeps, config: ContainerConfig, io: Abortable): Promise<void> {
  await using undo = new AsyncDisposableStack();
  for (const mount of config.mounts) {
    if (mount.type !== "volume" || deps.store.read((tx) => tx.volumes.get(mount.name)) !== undefined) continue;
    await createVolume(deps, { name: mount.name, anonymous: mount.anonymous, ignoreExisting: true });
    undo.defer(() => removeVolume(deps, mount.name).catch(() => undefined));
  }
  await deps.store.write((tx) => insertDefinition(tx, config), io);
  undo.move();
}

/**
 * Records a container and its creation. Its image, network and pod are looked at again inside the transaction, so that
 * nothing it needs can go between the look-up and this.
 */
export function insertDefinition(
  tx: Parameters<Parameters<EngineDeps["store"]["write"]>[0]>[0],
  config: ContainerConfig,
): void {
  if (config.rootfs.kind === "image" && tx.images.get(config.rootfs.imageId) === undefined)
    throw fail("NO_SUCH_IMAGE", { ref: config.rootfs.imageName });
  tx.containers.insert(config);
  tx.events.add(containerEvent(config, "create"));
}
