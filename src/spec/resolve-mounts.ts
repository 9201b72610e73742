import { createHash } from "node:crypto";
import { normalize } from "node:path/posix";
import { fail } from "../base/errors.ts";
import type { MountOption } from "../engine/api/container-options.ts";
import type { UserMount } from "../model/container.ts";
import { parseVolume } from "../model/notation/mounts.ts";
import { isInfraInput, type ResolveInput } from "./inputs.ts";
import { findDonor, invalid } from "./invalid.ts";
import { checkOptions } from "./mount-options.ts";

/**
 * Checks and normalises a path inside a container.
 *
 * @throws INVALID_ARGUMENT if it isn't absolute
 */
export function containerPath(path: string): string {
  if (!path.startsWith("/")) throw invalid(`invalid container path "${path}", must be an absolute path`);
  if (path.includes("\0")) throw invalid(`invalid container path ${JSON.stringify(path)}: it holds a zero byte`);
  const plain = normalize(path);
  return plain.length > 1 ? plain.replace(/\/+$/, "") : plain;
}

/** A name that no other container's volume has, and the same whenever it is asked for. */
export function anonymousName(containerId: string, destination: string): string {
  return createHash("sha256").update(`${containerId}\0${destination}`).digest("hex");
}

function checkVolumeName(name: string): void {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name))
    throw invalid(
      `creating named volume "${name}": running volume create option: names must match [a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument`,
    );
}

function imageMount(input: ResolveInput, option: MountOption & { type: "image" }, destination: string): UserMount {
  const imageId = input.imageIds?.[option.image];
  if (imageId === undefined) throw fail("NO_SUCH_IMAGE", { ref: option.image });
  return { type: "image", imageId, destination, readWrite: option.readWrite ?? false };
}

function resolveOne(input: ResolveInput, option: MountOption): UserMount {
  const destination = containerPath(option.destination);
  if (option.type === "image") return imageMount(input, option, destination);
  const options = option.options ?? [];
  checkOptions(option.type, options);
  if (option.type === "bind") {
    if (!option.source.startsWith("/"))
      throw invalid(`invalid mount source "${option.source}", must be an absolute path`);
    return { type: "bind", source: option.source, destination, options };
  }
  if (option.type !== "volume") return { type: option.type, destination, options };
  const { name, subpath } = option;
  if (name !== undefined && name !== "") checkVolumeName(name);
  const anonymous = name === undefined || name === "";
  return {
    type: "volume",
    name: anonymous ? anonymousName(input.id, destination) : name,
    anonymous,
    destination,
    options,
    ...(subpath === undefined ? {} : { subpath }),
  };
}

/** `--tmpfs` may be repeated for a directory: the last one counts, as in podman. */
function userMounts(input: ResolveInput): ReadonlyMap<string, UserMount> {
  const mounts = new Map<string, UserMount>();
  for (const option of input.options.mounts ?? []) {
    const mount = resolveOne(input, option);
    const other = mounts.get(mount.destination);
    if (other !== undefined && !(other.type === "tmpfs" && mount.type === "tmpfs"))
      throw invalid(`${mount.destination}: duplicate mount destination`);
    mounts.set(mount.destination, mount);
  }
  return mounts;
}

function imageVolumes(input: ResolveInput): readonly UserMount[] {
  const how = input.options.imageVolumes ?? "bind";
  if (!["bind", "anonymous", "tmpfs", "ignore"].includes(how))
    throw invalid(`invalid image volume mode "${how}" required value: bind, tmpfs, ignore`);
  if (how === "ignore") return [];
  const destinations = Object.keys(input.image?.config.config.Volumes ?? {}).map((path) => containerPath(`/${path}`));
  const options = ["rprivate", "rw", "nodev", "exec"];
  return destinations
    .filter((destination) => destination !== "/")
    .map((destination) =>
      how === "tmpfs"
        ? { type: "tmpfs", destination, options }
        : { type: "volume", name: anonymousName(input.id, destination), anonymous: true, destination, options },
    );
}

/** Options after the name replace those of the donor's mounts. */
function parseVolumesFrom(text: string): { readonly ref: string; readonly options: readonly string[] } {
  const border = text.indexOf(":");
  const ref = border < 0 ? text : text.slice(0, border);
  const options = border < 0 ? [] : text.slice(border + 1).split(",");
  const unknown = options.find((option) => !["z", "ro", "rw"].includes(option));
  if (unknown !== undefined)
    throw invalid(
      `invalid option "${unknown}" specified - volumes from another container can only use z,ro,rw options`,
    );
  if (options.includes("ro") && options.includes("rw")) throw invalid("cannot set ro and rw options at the same time");
  return { ref, options };
}

function donatedMounts(input: ResolveInput, warnings: string[]): readonly UserMount[] {
  return (input.options.volumesFrom ?? []).flatMap((text) => {
    const { ref, options } = parseVolumesFrom(text);
    const donor = findDonor(input.containers, ref, `looking up container "${ref}" for volumes-from`);
    return donor.mounts.flatMap((mount) => {
      if (mount.type === "bind" || mount.type === "volume")
        return [options.length === 0 ? mount : { ...mount, options }];
      warnings.push(`Unable to match volume ${mount.destination} from container ${donor.id} for volumes-from`);
      return [];
    });
  });
}

/** What a member takes over from its pod's infra (spec/pods.md 1.6); volumes of the infra's image stay its own. */
function inheritedMounts(input: ResolveInput): readonly UserMount[] {
  if (isInfraInput(input)) return [];
  return (input.pod?.infra?.mounts ?? []).filter((mount) => mount.type !== "volume" || !mount.anonymous);
}

/** Mounts that the configuration gives every container; the user's own win. */
function configuredMounts(input: ResolveInput): readonly UserMount[] {
  if (isInfraInput(input)) return [];
  return input.config.volumes.map((text) => resolveOne(input, parseVolume(text, "/")));
}

/**
 * Merges the mounts of a container: the user's and the pod's over `--volumes-from`'s, over the
 * configuration's, over the image's volumes, by destination.
 *
 * @returns mounts with absolute, normalised destinations, and warnings
 * @throws INVALID_ARGUMENT for bad paths, names, options and two mounts on one destination; NO_SUCH_IMAGE; NO_SUCH_DONOR
 */
export function resolveMounts(input: ResolveInput): {
  readonly mounts: readonly UserMount[];
  readonly warnings: readonly string[];
} {
  const warnings: string[] = [];
  const own = userMounts(input);
  const inherited = inheritedMounts(input);
  const clash = inherited.find((mount) => own.has(mount.destination));
  if (clash !== undefined) throw invalid(`"${clash.destination}": duplicate mount destination`);
  const merged = new Map<string, UserMount>();
  const layers = [
    imageVolumes(input),
    configuredMounts(input),
    donatedMounts(input, warnings),
    inherited,
    [...own.values()],
  ];
  for (const mount of layers.flat()) merged.set(mount.destination, mount);
  return { mounts: [...merged.values()], warnings };
}
