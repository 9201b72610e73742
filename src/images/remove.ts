import { fail, hasCode, isEngineError } from "../base/errors.ts";
import type { Report } from "../engine/api/containers.ts";
import type { ImageRemoveResult, Images } from "../engine/api/images.ts";
import type { ImageRecord } from "../model/image.ts";
import type { Transaction } from "../store/repositories.ts";
import { type Filters, imageFilter } from "./filters.ts";
import { findImage } from "./find.ts";
import { type ImageDeps, makeStoreDirectories } from "./image-deps.ts";
import { imageEvent, isDangling } from "./ingest.ts";
import { markForSweep, needsSweep, sweep } from "./sweep.ts";
import { imageUsers } from "./users.ts";

type RemoveOptions = NonNullable<Parameters<Images["remove"]>[1]>;

/**
 * Removes images as podman-rmi(1): a name of several is only untagged; an id of an image with several names needs force;
 * an image that containers use is kept, unless force removes them first. Blobs and layers that nothing needs any more go.
 *
 * @returns what was untagged and deleted, and a report for each reference
 */
export async function removeImages(
  deps: ImageDeps,
  references: readonly string[],
  options: RemoveOptions = {},
): Promise<{ readonly results: readonly ImageRemoveResult[]; readonly reports: readonly Report[] }> {
  const inputs = options.all === true ? deps.store.read((tx) => tx.images.list().map((image) => image.id)) : references;
  const results: ImageRemoveResult[] = [];
  const reports: Report[] = [];
  for (const input of inputs) {
    options.signal?.throwIfAborted();
    try {
      const { id, result } = await removeOne(deps, input, options);
      results.push(result);
      reports.push({ input, ok: true, id });
    } catch (error) {
      if (!isEngineError(error)) throw error;
      if (options.ignoreMissing === true && hasCode(error, "NO_SUCH_IMAGE")) continue;
      reports.push({ input, ok: false, error });
    }
  }
  if (results.some(({ deleted }) => deleted.length > 0)) collectGarbage(deps);
  return { results, reports };
}

/**
 * Removes images without a name, or with `all` every image that no container uses.
 *
 * @returns ids of what was removed
 */
export async function pruneImages(
  deps: ImageDeps,
  options: { readonly all?: boolean; readonly filters?: Filters } = {},
): Promise<readonly string[]> {
  const removed = await deps.store.write((tx) => {
    const context = { tx, config: deps.config, now: deps.host.clock.now() };
    const fits = imageFilter(options.filters ?? {}, context);
    const containers = tx.containers.list();
    const unused = tx.images
      .list()
      .filter(
        (image) =>
          (options.all === true || isDangling(image)) && fits(image) && imageUsers(containers, image.id).length === 0,
      );
    for (const image of unused) deleteImage(tx, image);
    return unused.map((image) => image.id);
  });
  if (removed.length > 0) collectGarbage(deps);
  else sweepLeftovers(deps);
  return removed;
}

async function removeOne(
  deps: ImageDeps,
  input: string,
  options: RemoveOptions,
): Promise<{ readonly id: string; readonly result: ImageRemoveResult }> {
  const force = options.force === true;
  if (force && deps.hooks.onForceRemove !== undefined) {
    const doomed = deps.store.read((tx) => planRemoval(tx, deps, { input, byAll: options.all === true, force }));
    if (doomed.untagged === undefined) await deps.hooks.onForceRemove(doomed.image.id);
  }
  return deps.store.write((tx) => {
    const { image, untagged } = planRemoval(tx, deps, { input, byAll: options.all === true, force });
    if (untagged !== undefined) {
      tx.images.setNames(
        image.id,
        image.names.filter((name) => name !== untagged),
      );
      tx.events.add(imageEvent("untag", image.id, untagged));
      return { id: image.id, result: { untagged: [untagged], deleted: [] } };
    }
    const containers = imageUsers(tx.containers.list(), image.id);
    if (containers.length > 0) throw fail("IMAGE_IN_USE", { id: image.id, containers });
    deleteImage(tx, image);
    return { id: image.id, result: { untagged: image.names, deleted: [image.id] } };
  }, options);
}

/** Which image goes, or which of its names if others stay. */
function planRemoval(
  tx: Transaction,
  deps: ImageDeps,
  request: { readonly input: string; readonly byAll: boolean; readonly force: boolean },
): { readonly image: ImageRecord; readonly untagged?: string } {
  const { image, name } = findImage(tx, request.input, deps.config);
  if (image.names.length <= 1) return { image };
  if (name !== undefined) return { image, untagged: name };
  if (!request.force && !request.byAll) throw fail("IMAGE_HAS_NAMES", { id: image.id, names: image.names });
  return { image };
}

function deleteImage(tx: Transaction, image: ImageRecord): void {
  tx.images.remove(image.id);
  for (const name of image.names) tx.events.add(imageEvent("untag", image.id, name));
  tx.events.add(imageEvent("remove", image.id, image.names[0] ?? ""));
}

/** Whoever prunes wants the space that crashed work holds, too. */
function sweepLeftovers(deps: ImageDeps): void {
  makeStoreDirectories(deps);
  if (needsSweep(deps)) sweep(deps);
}

function collectGarbage(deps: ImageDeps): void {
  markForSweep(deps);
  sweep(deps);
}
