import { createHash } from "node:crypto";
import type { Digest } from "../../base/brand.ts";
import type { Compression } from "../../host/ports.ts";
import { BadArchive } from "../tar/bad-archive.ts";
import { readTar } from "../tar/reader.ts";
import { LayerUnpacker, type UnpackHost } from "./apply-entry.ts";
import { type Packing, unpacked } from "./compressed.ts";

/** What a layer may cost at most. */
export interface UnpackLimits {
  /** Bytes of the uncompressed tar. */
  readonly bytes: number;
  readonly entries: number;
  /** Uncompressed bytes to compressed ones, looked at beyond `ratioFrom` bytes. */
  readonly ratio: number;
  readonly ratioFrom: number;
}

export const DEFAULT_LIMITS: UnpackLimits = {
  bytes: 64 * 2 ** 30,
  entries: 4_000_000,
  ratio: 400,
  ratioFrom: 2 ** 30,
};

export interface UnpackedLayer {
  readonly diffId: Digest;
  /** Bytes of the uncompressed tar. */
  readonly size: number;
  readonly entries: number;
  readonly packing: Packing;
  readonly opaqueRoot: boolean;
}

export interface UnpackRequest {
  /** The blob, packed or not. */
  readonly blob: AsyncIterable<Uint8Array>;
  /** An existing empty directory. */
  readonly root: string;
  /** Contents of the layers below, topmost first. */
  readonly below: readonly string[];
  readonly limits?: UnpackLimits;
  /** See `TarOptions.needsEnd`. */
  readonly needsEnd?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Unpacks one layer and computes its diffID. Leaves a half-filled directory when it throws.
 *
 * @throws BadArchive for whatever is wrong with the layer; HostError EBADMSG if it cannot be decompressed
 */
export async function unpackLayer(
  host: UnpackHost & { readonly compression: Compression },
  request: UnpackRequest,
): Promise<UnpackedLayer> {
  const limits = request.limits ?? DEFAULT_LIMITS;
  const meter = new Meter(limits);
  let packing: Packing = "none";
  const tar = unpacked(host.compression, meter.packed(request.blob), (found) => {
    packing = found;
  });
  const unpacker = new LayerUnpacker(host, request.root, request.below);
  let entries = 0;
  const options = request.needsEnd === true ? { needsEnd: true } : {};
  for await (const entry of readTar(meter.tar(tar), options)) {
    request.signal?.throwIfAborted();
    if (++entries > limits.entries) throw new BadArchive(`more than ${limits.entries} entries`, entry.path);
    await unpacker.apply(entry);
  }
  unpacker.finish();
  return { diffId: meter.digest(), size: meter.size, entries, packing, opaqueRoot: unpacker.opaqueRoot };
}

/** Counts both sides of the decompression and hashes the inner one. */
class Meter {
  readonly #limits: UnpackLimits;
  readonly #hash = createHash("sha256");
  #packed = 0;
  size = 0;

  constructor(limits: UnpackLimits) {
    this.#limits = limits;
  }

  async *packed(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.#packed += chunk.length;
      yield chunk;
    }
  }

  async *tar(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const { bytes, ratio, ratioFrom } = this.#limits;
    for await (const chunk of chunks) {
      this.size += chunk.length;
      if (this.size > bytes) throw new BadArchive(`unpacks to more than ${bytes} bytes`);
      if (this.size > ratioFrom && this.size > this.#packed * ratio)
        throw new BadArchive(`unpacks to more than ${ratio} times its size`);
      this.#hash.update(chunk);
      yield chunk;
    }
  }

  digest(): Digest {
    return `sha256:${this.#hash.digest("hex")}` as Digest;
  }
}
