import type { ImageManifest } from "../manifest.ts";

/** An image found in an archive; its layers are blobs of the store already. */
export interface FoundImage {
  readonly manifest: ImageManifest;
  readonly manifestBytes: Uint8Array;
  readonly configBytes: Uint8Array;
  /** Fully qualified, as the archive has them. */
  readonly names: readonly string[];
}
