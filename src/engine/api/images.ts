import type { ImageRecord } from "../../model/image.ts";
import type { Abortable, PullPolicy } from "./container-options.ts";
import type { Filters, Progress, Report } from "./container-types.ts";

/** Options of what may take long. */
export interface ImageProgress extends Abortable, Progress {}

/** How to reach a registry, and what to take from it. */
export interface PullOptions extends ImageProgress {
  /** When to fetch; `pull` fetches always by default. */
  readonly policy?: PullPolicy;
  readonly tlsVerify?: boolean;
  /** Path of a file as podman-login(1) writes it. */
  readonly authFile?: string;
  /** `user:password`. */
  readonly credentials?: string;
  /** Path of a directory with certificates. */
  readonly certDir?: string;
  readonly platform?: { readonly os?: string; readonly architecture?: string; readonly variant?: string };
  /** Every tag of the repository. */
  readonly allTags?: boolean;
}

/** What removing one image did. */
export interface ImageRemoveResult {
  /** Names. */
  readonly untagged: readonly string[];
  /** Ids, in order. */
  readonly deleted: readonly string[];
}

/**
 * Verbs on images. A `reference` is a name with or without a tag or digest, an id or a unique prefix of an id: everywhere
 * NO_SUCH_IMAGE if nothing has it, IMAGE_AMBIGUOUS if several begin so, BAD_REFERENCE if it is malformed.
 */
export interface Images {
  /**
   * Fetches an image from a registry, or from wherever skopeo can read: `oci-archive:PATH`, `dir:PATH`, and so on
   * (podman-pull(1)).
   *
   * @returns ids of what was pulled: several with `allTags` and for archives with several images
   * @throws BAD_REFERENCE, PULL_FAILED, ARCHIVE_BAD, SHORT_NAME_UNRESOLVED, PROGRAM_MISSING without skopeo
   */
  pull(reference: string, options?: PullOptions): Promise<readonly string[]>;
  /**
   * Copies an image to a registry, or to wherever skopeo can write (podman-push(1)).
   *
   * @param destination absent is the registry of the image's own name
   * @param options.format `oci`, `v2s1` or `v2s2`; absent is the image's own
   * @param options.digestFile path of a file that gets the digest of what was pushed
   * @throws NO_SUCH_IMAGE, INVALID_ARGUMENT for an unknown format, PUSH_FAILED, PROGRAM_MISSING without skopeo
   */
  push(
    reference: string,
    destination?: string,
    options?: PullOptions & { readonly format?: string; readonly digestFile?: string },
  ): Promise<void>;
  /**
   * Loads an archive (docker-archive, oci-archive, OCI directory) from a path (podman-load(1)).
   *
   * @returns names, or ids of nameless images
   * @throws ARCHIVE_BAD naming archive, layer and entry; INVALID_ARGUMENT if there is no such file
   */
  load(path: string, options?: ImageProgress): Promise<readonly string[]>;
  /**
   * Writes images to an archive that `load`, podman and docker read (podman-save(1)).
   *
   * @param output path; a file, or a directory for the formats that end in `-dir`
   * @param options.format default `docker-archive`
   * @throws NO_SUCH_IMAGE, INVALID_ARGUMENT if several images do not fit the format
   */
  save(
    references: readonly string[],
    output: string,
    options?: ImageProgress & { readonly format?: ImageFormat },
  ): Promise<void>;
  /**
   * Makes an image of one layer from a root file system tar (podman-import(1)).
   *
   * @param options.reference name of the image; absent makes a nameless one
   * @param options.changes Containerfile instructions such as `CMD ["sh"]`
   * @param options.message comment in the image's history
   * @returns the id
   * @throws ARCHIVE_BAD, BAD_REFERENCE, INVALID_ARGUMENT for an unknown instruction
   */
  import(
    path: string,
    options?: ImageProgress & {
      readonly reference?: string;
      readonly changes?: readonly string[];
      readonly message?: string;
    },
  ): Promise<string>;
  /**
   * Images in the store (podman-images(1)).
   *
   * @throws INVALID_ARGUMENT for an unknown filter
   */
  list(options?: { readonly filters?: Filters; readonly all?: boolean }): Promise<readonly ImageRecord[]>;
  /** Everything about one image, with podman's field names (podman-image-inspect(1)). */
  inspect(reference: string): Promise<Readonly<Record<string, unknown>>>;
  /** How an image came about, the newest step first (podman-history(1)). */
  history(reference: string): Promise<readonly ImageHistoryRow[]>;
  /** Gives an image further names, taking them from whatever image has them (podman-tag(1)). */
  tag(reference: string, names: readonly string[], options?: Abortable): Promise<void>;
  /**
   * Takes names from an image, all of them if `names` is empty; the image stays (podman-untag(1)).
   *
   * @throws TAG_UNKNOWN; no name is taken then
   */
  untag(reference: string, names: readonly string[], options?: Abortable): Promise<void>;
  /**
   * Takes names from images, and removes those that have none left (podman-rmi(1)). Reports NO_SUCH_IMAGE, IMAGE_IN_USE naming
   * the containers, IMAGE_HAS_NAMES.
   *
   * @param options.force remove containers that use them as well, and all names of an image that is named by its id
   * @param options.all all images instead of `references`
   * @param options.ignoreMissing missing ones are fine
   * @returns what was done, and a report for each reference
   */
  remove(
    references: readonly string[],
    options?: Abortable & { readonly force?: boolean; readonly all?: boolean; readonly ignoreMissing?: boolean },
  ): Promise<{ readonly results: readonly ImageRemoveResult[]; readonly reports: readonly Report[] }>;
  /**
   * Removes images without a name, or with `all` every one that no container uses (podman-image-prune(1)).
   *
   * @returns ids of what was removed
   * @throws INVALID_ARGUMENT for an unknown filter
   */
  prune(options?: Abortable & { readonly all?: boolean; readonly filters?: Filters }): Promise<readonly string[]>;
  /** True if there is such an image in the store (podman-image-exists(1)). */
  exists(reference: string): Promise<boolean>;
  /** The image that `reference` names in the store. */
  resolve(reference: string): Promise<ImageRecord>;
}

/** What an archive looks like. */
export type ImageFormat = "docker-archive" | "oci-archive" | "oci-dir" | "docker-dir";

/** One step of an image's history. */
export interface ImageHistoryRow {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly createdBy: string;
  /** Bytes. */
  readonly size: number;
  readonly comment: string;
  readonly tags: readonly string[];
}
