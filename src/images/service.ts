import type { Images, PullOptions } from "../engine/api/images.ts";
import type { ImageRecord } from "../model/image.ts";

/** The engine's image store: what `engine/api` promises, and what creating a container needs. */
export interface ImageService extends Images {
  /**
   * The image that `reference` names, pulled first where `policy` says so (default `missing`).
   *
   * @throws NO_SUCH_IMAGE with policy `never`, else what `pull` throws
   */
  ensure(reference: string, options?: PullOptions): Promise<ImageRecord>;
}

/** What the engine wires in, because images know nothing of running containers. */
export interface ImageHooks {
  /** Removes the containers of an image for `rmi --force`. Without it, force does not go past containers. */
  readonly onForceRemove?: (imageId: string) => Promise<unknown>;
}
