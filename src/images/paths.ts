import { join } from "node:path";

/** Where images live below the engine root. */
export interface ImagePaths {
  readonly root: string;
  /** `<root>/images/blobs/sha256`: content-addressed files, as in an OCI image layout. */
  readonly blobs: string;
  /** `<root>/images/layers`: one directory per chain id. */
  readonly layers: string;
  /** `<root>/images/l`: short links to the layers' `diff`, because mount(2) takes less than 4096 bytes of options. */
  readonly links: string;
  /** `<root>/images/tmp`: work in progress; whatever is here while nobody holds the lock is a crash's leftover. */
  readonly temporary: string;
  /** Shared by whoever adds blobs or layers, exclusive for whoever removes them. */
  readonly lock: string;
  readonly locks: string;
  /** Present while garbage may be lying around. */
  readonly sweepMark: string;
  /** `<root>/overlay`: one directory per container. */
  readonly overlays: string;
}

/**
 * @param root the engine root, absolute
 */
export function imagePaths(root: string): ImagePaths {
  const images = join(root, "images");
  return {
    root: images,
    blobs: join(images, "blobs", "sha256"),
    layers: join(images, "layers"),
    links: join(images, "l"),
    temporary: join(images, "tmp"),
    lock: join(images, "lock"),
    locks: join(images, "locks"),
    sweepMark: join(images, "sweep"),
    overlays: join(root, "overlay"),
  };
}
