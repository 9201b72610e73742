import type { Abortable } from "../../base/abortable.ts";
import { fail } from "../../base/errors.ts";
import { parseTime } from "../../model/notation/times.ts";
import type { VolumeDefinition } from "../../model/volume.ts";
import type { Filters } from "../api/container-types.ts";
import type { Volumes } from "../api/system.ts";
import { matchesLabel, matchesText } from "../containers/filters.ts";
import { removeContainer } from "../containers/remove.ts";
import type { EngineDeps } from "../deps.ts";
import { isoTime } from "../iso-time.ts";
import { reportOf } from "../report.ts";
import { createVolume } from "./create.ts";
import { removeVolume, sweepVolumes } from "./remove.ts";

/** The verbs on volumes as `engine/api` promises them. */
export function volumesOf(deps: EngineDeps): Volumes {
  return {
    create: (options, io) => createVolume(deps, options, io),
    list: async (options) => list(deps, options?.filters ?? {}),
    inspect: async (name) => inspect(deps, byName(deps, name)),
    exists: async (name) => deps.store.read((tx) => tx.volumes.get(name)) !== undefined,
    remove: async (names, options = {}) => {
      const targets = options.all === true ? list(deps, {}).map((v) => v.name) : names;
      return Promise.all(
        targets.map((name) => reportOf(name, () => remove(deps, name, { ...options, force: options.force ?? false }))),
      );
    },
    prune: async (options) => {
      options?.signal?.throwIfAborted();
      await sweepVolumes(deps);
      const unused = list(deps, options?.filters ?? {}).filter(
        (v) => deps.store.read((tx) => tx.volumes.users(v.name)).length === 0,
      );
      return Promise.all(
        unused.map(({ name }) => reportOf(name, () => remove(deps, name, { ...options, force: false }))),
      );
    },
  };
}

/** By name, or by a unique prefix of it, as podman. */
function byName(deps: EngineDeps, ref: string): VolumeDefinition {
  return deps.store.read((tx) => {
    const exact = tx.volumes.get(ref);
    if (exact !== undefined) return exact;
    const matches = ref === "" ? [] : tx.volumes.list().filter((v) => v.name.startsWith(ref));
    const [only] = matches;
    if (only === undefined) throw fail("NO_SUCH_VOLUME", { name: ref });
    if (matches.length > 1)
      throw fail("INVALID_ARGUMENT", { message: `more than one result for volume name ${ref}: volume already exists` });
    return only;
  });
}

async function remove(
  deps: EngineDeps,
  ref: string,
  options: Abortable & { readonly force: boolean },
): Promise<string> {
  const { signal } = options;
  const abortable = signal === undefined ? {} : { signal };
  const { name } = byName(deps, ref);
  if (options.force)
    for (const id of deps.store.read((tx) => tx.volumes.users(name)))
      await removeContainer(deps, id, { ...abortable, force: true });
  await removeVolume(deps, name, abortable);
  return name;
}

function inspect(deps: EngineDeps, volume: VolumeDefinition): Readonly<Record<string, unknown>> {
  return {
    Name: volume.name,
    Driver: volume.driver,
    Mountpoint: volume.mountpoint,
    CreatedAt: isoTime(volume.createdAt),
    Labels: volume.labels,
    Scope: "local",
    Options: volume.options,
    ...(volume.anonymous ? { Anonymous: true } : {}),
    MountCount: deps.host.mounts.isMountPoint(volume.mountpoint) ? 1 : 0,
    ...(volume.needsCopyUp ? { NeedsCopyUp: true } : {}),
    LockNumber: 0,
  };
}

function list(deps: EngineDeps, filters: Filters): readonly VolumeDefinition[] {
  const predicates = Object.entries(filters).map(([key, values]) => compile(deps, key, values));
  return deps.store
    .read((tx) => tx.volumes.list())
    .filter((volume) => predicates.every((predicate) => predicate(volume)));
}

function compile(deps: EngineDeps, key: string, values: readonly string[]): (volume: VolumeDefinition) => boolean {
  const used = (volume: VolumeDefinition) => deps.store.read((tx) => tx.volumes.users(volume.name)).length > 0;
  switch (key) {
    case "name":
      return (volume) => values.some((value) => matchesText(volume.name, value));
    case "driver":
      return (volume) => values.includes(volume.driver);
    case "scope":
      return () => values.includes("local");
    case "label":
      return (volume) => values.every((value) => matchesLabel(volume.labels, value));
    case "label!":
      return (volume) => values.every((value) => !matchesLabel(volume.labels, value));
    case "opt":
      return (volume) => values.every((value) => matchesLabel(volume.options, value));
    case "dangling":
      return (volume) => values.some((value) => used(volume) !== isTrue(value));
    case "until": {
      const limits = values.map((value) => parseTime(value, { now: deps.host.clock.now() }));
      return (volume) => limits.every((limit) => volume.createdAt < limit);
    }
    default:
      throw fail("INVALID_ARGUMENT", { message: `"${key}" is an invalid volume filter` });
  }
}

function isTrue(value: string): boolean {
  if (["true", "1", "t"].includes(value.toLowerCase())) return true;
  if (["false", "0", "f"].includes(value.toLowerCase())) return false;
  throw fail("INVALID_ARGUMENT", {
    message: `"${value}" is not a valid value for the "dangling" filter - must be true or false`,
  });
}
