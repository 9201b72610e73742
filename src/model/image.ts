import type { Digest } from "../base/brand.ts";

/** One image in the store. */
export interface ImageRecord {
  /** Digest of the config blob without `sha256:`. */
  readonly id: string;
  /** Digest of the manifest as stored. */
  readonly manifestDigest: Digest;
  /** Fully qualified `name:tag` references. */
  readonly names: readonly string[];
  /** `name@sha256:…` of where it came from. */
  readonly repoDigests: readonly string[];
  /** Those of `repoDigests` by which somebody asked for it: as good as a name, so it does not dangle. */
  readonly pinned?: readonly string[];
  readonly layers: readonly ImageLayer[];
  readonly config: ImageConfig;
  /** Milliseconds since the epoch, from the config. */
  readonly createdAt: number;
  /** Milliseconds since the epoch when it came into this store. */
  readonly pulledAt: number;
  /** Unpacked bytes. */
  readonly size: number;
}

export interface ImageLayer {
  readonly diffId: Digest;
  readonly chainId: Digest;
  readonly blob: Digest;
  readonly mediaType: string;
  /** Bytes of the blob. */
  readonly blobSize: number;
}

/** The image config as OCI's image spec defines it, plus docker's extras. */
export interface ImageConfig {
  readonly architecture: string;
  readonly os: string;
  readonly author?: string;
  readonly created?: string;
  readonly config: ImageRunConfig;
  readonly rootfs: { readonly type: "layers"; readonly diff_ids: readonly string[] };
  readonly history: readonly ImageHistory[];
}

export interface ImageRunConfig {
  readonly User?: string;
  readonly ExposedPorts?: Readonly<Record<string, unknown>>;
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Volumes?: Readonly<Record<string, unknown>>;
  readonly WorkingDir?: string;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly StopSignal?: string;
  readonly Healthcheck?: {
    readonly Test?: readonly string[];
    /** Nanoseconds, as in docker's format. */
    readonly Interval?: number;
    readonly Timeout?: number;
    readonly StartPeriod?: number;
    readonly Retries?: number;
  };
}

export interface ImageHistory {
  readonly created?: string;
  readonly created_by?: string;
  readonly comment?: string;
  readonly author?: string;
  readonly empty_layer?: boolean;
}
