import type { EngineConfig } from "../config/config.ts";
import type { PullOptions } from "../engine/api/images.ts";
import type { ImageRecord } from "../model/image.ts";
import type { Store } from "../store/repositories.ts";
import { imageFilter } from "./filters.ts";
import { findImage, findImageIfExists } from "./find.ts";
import type { ImageDeps, ImageHost } from "./image-deps.ts";
import { importImage } from "./import.ts";
import { describeImage, historyOf } from "./inspect.ts";
import { loadImages } from "./load.ts";
import { tagImage, untagImage } from "./names.ts";
import { imagePaths } from "./paths.ts";
import { pullImages } from "./pull.ts";
import { pushImage } from "./push.ts";
import { pruneImages, removeImages } from "./remove.ts";
import { saveImages } from "./save.ts";
import type { ImageHooks, ImageService } from "./service.ts";
import { DEFAULT_LIMITS, type UnpackLimits } from "./unpack/unpack-layer.ts";

export interface OpenImagesDeps extends ImageHooks {
  readonly host: ImageHost;
  readonly store: Store;
  readonly config: EngineConfig;
  /** What a layer may cost; default `DEFAULT_LIMITS`. */
  readonly limits?: UnpackLimits;
}

/** The image store of an engine root. Touches nothing until it is used. */
export function openImages(open: OpenImagesDeps): ImageService {
  const { host, store, config, onForceRemove } = open;
  const deps: ImageDeps = {
    host,
    store,
    config,
    paths: imagePaths(config.root),
    hooks: onForceRemove === undefined ? {} : { onForceRemove },
    limits: open.limits ?? DEFAULT_LIMITS,
  };
  const resolve = async (reference: string) => store.read((tx) => findImage(tx, reference, config).image);
  return {
    pull: async (reference, options) => (await pullImages(deps, reference, options)).map((image) => image.id),
    push: (reference, destination, options) => pushImage(deps, reference, destination, options),
    load: (path, options) => loadImages(deps, path, options),
    save: (references, output, options) => saveImages(deps, references, output, options),
    import: (path, options) => importImage(deps, path, options),
    list: async (options = {}) =>
      store.read((tx) => {
        const fits = imageFilter(options.filters ?? {}, { tx, config, now: host.clock.now() });
        return tx.images.list().filter(fits);
      }),
    inspect: async (reference) => describeImage(deps, await resolve(reference)),
    history: async (reference) => historyOf(deps, await resolve(reference)),
    tag: (reference, names, options) => tagImage(deps, reference, { ...options, names }),
    untag: (reference, names, options) => untagImage(deps, reference, { ...options, names }),
    remove: (references, options) => removeImages(deps, references, options),
    prune: (options) => pruneImages(deps, options),
    exists: async (reference) => store.read((tx) => findImageIfExists(tx, reference, config) !== undefined),
    resolve,
    commit: async (request) => (await import("./commit.ts")).commitImage(deps, request),
    ensure: (reference, options) => ensureImage(deps, reference, options),
  };
}

/** A local id is never looked for in a registry. */
async function ensureImage(deps: ImageDeps, reference: string, options: PullOptions = {}): Promise<ImageRecord> {
  const policy = options.policy ?? "missing";
  const local = deps.store.read((tx) => findImageIfExists(tx, reference, deps.config));
  const isNamedById = local !== undefined && local.name === undefined && !reference.includes("@");
  const isEnough = (policy === "missing" || policy === "never") && options.platform === undefined;
  if (local !== undefined && (isNamedById || isEnough)) return local.image;
  const [pulled] = await pullImages(deps, reference, { ...options, policy });
  return pulled ?? deps.store.read((tx) => findImage(tx, reference, deps.config).image);
}
