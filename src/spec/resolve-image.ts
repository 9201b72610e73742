import type { RootfsSource } from "../model/container.ts";
import { parseSignal } from "../model/notation/signals.ts";
import { isInfraInput, type ResolveInput } from "./inputs.ts";
import { invalid } from "./invalid.ts";
import { resolveCommand, resolveEnvironment } from "./resolve-command.ts";
import { checkHealth, resolveHealth } from "./resolve-health.ts";
import { containerPath } from "./resolve-mounts.ts";

/** SIGTERM. */
const DEFAULT_STOP_SIGNAL = 15;

/** The name that the user gave, as the image knows it. */
function imageNameOf(input: ResolveInput): string {
  const wanted = input.options.image ?? "";
  const names = input.image?.names ?? [];
  const tagged = /:[^/]*$/.test(wanted) ? wanted : `${wanted}:latest`;
  return names.find((name) => name === wanted || name === tagged || name.endsWith(`/${tagged}`)) ?? names[0] ?? wanted;
}

function resolveRootfs(input: ResolveInput): RootfsSource {
  const { options, image } = input;
  if (input.pause === true) return { kind: "pause" };
  if (options.rootfs !== undefined) {
    if (options.image !== undefined || image !== undefined)
      throw invalid("rootfs and image are exclusive: give one of them");
    const overlay = options.rootfs.endsWith(":O");
    const path = overlay ? options.rootfs.slice(0, -2) : options.rootfs;
    if (!path.startsWith("/")) throw invalid(`root file system "${path}" must be an absolute path`);
    return { kind: "path", path, overlay };
  }
  if (image === undefined) throw invalid("must specify an image or a root file system for a container");
  return {
    kind: "image",
    imageId: image.id,
    imageName: imageNameOf(input),
    chainId: image.layers.at(-1)?.chainId ?? "",
  };
}

function resolveWorkdir(input: ResolveInput): string {
  const { workdir } = input.options;
  if (workdir === undefined) return containerPath(`/${input.image?.config.config.WorkingDir ?? ""}`);
  if (!workdir.startsWith("/"))
    throw invalid(`the working directory "${workdir}" is invalid, it needs to be an absolute path`);
  return containerPath(workdir);
}

function checkLabels(labels: Readonly<Record<string, string>>): void {
  if (Object.hasOwn(labels, "")) throw invalid(`unable to process labels: invalid label format: "=${labels[""]}"`);
}

/**
 * Everything that the image has a say in: what runs, as whom and where, labels, health check and stop signal.
 *
 * @throws INVALID_ARGUMENT, NO_COMMAND
 */
export function resolveFromImage(input: ResolveInput) {
  const { options, config, host } = input;
  const image = input.image?.config.config;
  const signal = options.stopSignal ?? image?.StopSignal ?? "";
  const health = resolveHealth(options.health, image);
  const labels = { ...image?.Labels, ...options.labels };
  checkLabels(options.labels ?? {});
  return {
    rootfs: resolveRootfs(input),
    ...resolveCommand(options, image),
    env: resolveEnvironment(options, { config, host, ...(image === undefined ? {} : { image }) }),
    workdir: resolveWorkdir(input),
    workdirIsUsers: options.workdir !== undefined,
    user: isInfraInput(input) ? "" : (options.user ?? image?.User ?? ""),
    labels,
    stopSignal: signal === "" ? DEFAULT_STOP_SIGNAL : parseSignal(signal),
    ...(health === undefined ? {} : { health }),
    ...(options.readiness === undefined ? {} : { readiness: checkHealth(options.readiness) }),
  };
}
