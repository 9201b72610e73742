import type { ImageProgress, Images, PullOptions } from "../engine/api/images.ts";
import type { ImageRecord, ImageRunConfig } from "../model/image.ts";

/** What an image is committed from. */
export interface CommitImageRequest extends ImageProgress {
  /** Id of the image below; absent for none. */
  readonly parent?: string;
  /** Uncompressed tar of the new layer. */
  readonly layer: AsyncIterable<Uint8Array>;
  /** What to call the source in errors. */
  readonly name: string;
  readonly reference?: string;
  readonly config: ImageRunConfig;
  /** Containerfile instructions over `config`. */
  readonly changes?: readonly string[];
  readonly author?: string;
  readonly message?: string;
  /** `created_by` in the history. */
  readonly createdBy: string;
}

/** The engine's image store: what `engine/api` promises, and what creating a container needs. */
export interface ImageService extends Images {
  /**
   * The image that `reference` names, pulled first where `policy` says so (default `missing`).
   *
   * @throws NO_SUCH_IMAGE with policy `never`, else what `pull` throws
   */
  ensure(reference: string, options?: PullOptions): Promise<ImageRecord>;
  /** Makes an image of another and one more layer; see commit.ts. Returns its id. */
  commit(request: CommitImageRequest): Promise<string>;
}

/** What the engine wires in, because images know nothing of running containers. */
export interface ImageHooks {
  /** Removes the containers of an image for `rmi --force`. Without it, force does not go past containers. */
  readonly onForceRemove?: (imageId: string) => Promise<unknown>;
}
