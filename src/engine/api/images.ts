import type { ImageRecord } from "../../model/image.ts";
import type { Abortable, PullPolicy } from "./container-options.ts";
import type { Report } from "./containers.ts";

export interface ImageProgress extends Abortable {
  /** One line of progress for a person. */
  readonly progress?: (line: string) => void;
}

export interface PullOptions extends ImageProgress {
  readonly policy?: PullPolicy;
  readonly tlsVerify?: boolean;
  readonly authFile?: string;
  readonly credentials?: string;
  readonly certDir?: string;
  readonly platform?: { readonly os?: string; readonly architecture?: string; readonly variant?: string };
  readonly allTags?: boolean;
}

export interface ImageRemoveResult {
  /** `untagged` names and `deleted` ids, in order. */
  readonly untagged: readonly string[];
  readonly deleted: readonly string[];
}

export interface Images {
  /** Ids of what was pulled: several with `allTags`. */
  pull(reference: string, options?: PullOptions): Promise<readonly string[]>;
  push(
    reference: string,
    destination: string | undefined,
    options?: PullOptions & { readonly format?: string; readonly digestFile?: string },
  ): Promise<void>;
  /** Loads an archive (docker-archive, oci-archive, OCI directory) from a path; returns names, or ids of nameless images. */
  load(path: string, options?: ImageProgress): Promise<readonly string[]>;
  save(
    references: readonly string[],
    output: string,
    options?: ImageProgress & { readonly format?: ImageFormat },
  ): Promise<void>;
  /** Makes an image of one layer from a root file system tar. `changes` are Containerfile instructions. Returns the id. */
  import(
    path: string,
    options?: ImageProgress & {
      readonly reference?: string;
      readonly changes?: readonly string[];
      readonly message?: string;
    },
  ): Promise<string>;
  list(options?: {
    readonly filters?: Readonly<Record<string, readonly string[]>>;
    readonly all?: boolean;
  }): Promise<readonly ImageRecord[]>;
  inspect(reference: string): Promise<Readonly<Record<string, unknown>>>;
  history(reference: string): Promise<readonly ImageHistoryRow[]>;
  tag(reference: string, names: readonly string[]): Promise<void>;
  /** All names when `names` is empty. */
  untag(reference: string, names: readonly string[]): Promise<void>;
  remove(
    references: readonly string[],
    options?: Abortable & { readonly force?: boolean; readonly all?: boolean; readonly ignoreMissing?: boolean },
  ): Promise<{ readonly results: readonly ImageRemoveResult[]; readonly reports: readonly Report[] }>;
  prune(
    options?: Abortable & { readonly all?: boolean; readonly filters?: Readonly<Record<string, readonly string[]>> },
  ): Promise<readonly string[]>;
  exists(reference: string): Promise<boolean>;
  /** The image that `reference` names locally. */
  resolve(reference: string): Promise<ImageRecord>;
}

export type ImageFormat = "docker-archive" | "oci-archive" | "oci-dir" | "docker-dir";

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
