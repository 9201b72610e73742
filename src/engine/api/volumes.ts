import type { VolumeDefinition } from "../../model/volume.ts";
import type { Abortable } from "./container-options.ts";
import type { Filters, Report } from "./container-types.ts";

export interface VolumeCreateOptions {
  /** Default a random one. */
  readonly name?: string;
  /** Only `local`. */
  readonly driver?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly options?: Readonly<Record<string, string>>;
  /** Return a volume that is there instead of throwing. */
  readonly ignoreExisting?: boolean;
}

/** Verbs on named volumes. */
export interface Volumes {
  /**
   * Makes an empty volume (podman-volume-create(1)). Containers make the volumes that they name by themselves.
   *
   * @throws VOLUME_EXISTS, INVALID_ARGUMENT for a bad name or another driver
   */
  create(options?: VolumeCreateOptions, io?: Abortable): Promise<VolumeDefinition>;
  /**
   * Volumes (podman-volume-ls(1)).
   *
   * @throws INVALID_ARGUMENT for an unknown filter
   */
  list(options?: { readonly filters?: Filters }): Promise<readonly VolumeDefinition[]>;
  /**
   * Everything about one volume, with podman's field names (podman-volume-inspect(1)).
   *
   * @param name a name or a unique beginning of one
   * @throws NO_SUCH_VOLUME, INVALID_ARGUMENT if several begin so
   */
  inspect(name: string): Promise<Readonly<Record<string, unknown>>>;
  /** True if a volume has exactly this name (podman-volume-exists(1)). */
  exists(name: string): Promise<boolean>;
  /**
   * Removes volumes and their data (podman-volume-rm(1)). Reports NO_SUCH_VOLUME, and VOLUME_IN_USE naming the containers.
   *
   * @param options.force remove the containers that use them as well
   * @param options.all all volumes instead of `names`
   */
  remove(
    names: readonly string[],
    options?: Abortable & { readonly force?: boolean; readonly all?: boolean },
  ): Promise<readonly Report[]>;
  /**
   * Removes all volumes that no container uses (podman-volume-prune(1)).
   *
   * @throws INVALID_ARGUMENT for an unknown filter
   */
  prune(options?: Abortable & { readonly filters?: Filters }): Promise<readonly Report[]>;
}
