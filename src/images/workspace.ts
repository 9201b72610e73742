import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Digest } from "../base/brand.ts";
import { blobPath, type ImageDeps, makeStoreDirectories, randomName } from "./image-deps.ts";
import { markForSweep, needsSweep, sweep } from "./sweep.ts";

/**
 * The right to add blobs and layers, and a place for what is not finished. Without `commit` before it is disposed,
 * everything that was added goes again.
 */
export interface Workspace extends Disposable {
  /** An empty directory on the file system of the store. */
  readonly directory: string;
  /** A path in it that nothing has yet. */
  temporaryPath(): string;
  /** Says that what was added is referred to by now. */
  commit(): void;
}

/**
 * Opens a workspace; sweeps first where a crash left something.
 *
 * @throws the signal's reason
 */
export async function openWorkspace(deps: ImageDeps, signal?: AbortSignal): Promise<Workspace> {
  const { host, paths } = deps;
  makeStoreDirectories(deps);
  if (needsSweep(deps)) sweep(deps);
  const lock = await host.locks.acquire(paths.lock, { shared: true, ...(signal === undefined ? {} : { signal }) });
  const directory = join(paths.temporary, randomName(host));
  host.files.makeDir(directory, 0o700);
  let committed = false;
  return {
    directory,
    temporaryPath: () => join(directory, randomName(host)),
    commit: () => {
      committed = true;
    },
    [Symbol.dispose]: () => {
      host.files.removeTree(directory);
      if (!committed) markForSweep(deps);
      lock[Symbol.dispose]();
      if (needsSweep(deps)) sweep(deps);
    },
  };
}

export interface StoredBlob {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

/** Streams `chunks` to a new blob. */
export async function addBlob(
  deps: ImageDeps,
  work: Workspace,
  chunks: AsyncIterable<Uint8Array>,
): Promise<StoredBlob> {
  const draft = work.temporaryPath();
  const { digest, size } = await writeHashed(deps, draft, chunks);
  keepBlob(deps, draft, digest);
  return { digest, size };
}

/** Writes a file and computes its digest on the way. */
export async function writeHashed(
  deps: Pick<ImageDeps, "host">,
  path: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<StoredBlob> {
  const hash = createHash("sha256");
  const hashed = async function* () {
    for await (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
    }
  };
  const size = await deps.host.streams.write(path, hashed());
  return { digest: `sha256:${hash.digest("hex")}` as Digest, size };
}

/** Moves a file whose digest is known to its place among the blobs. */
export function keepBlob(deps: Pick<ImageDeps, "host" | "paths">, path: string, digest: Digest): void {
  deps.host.files.rename(path, blobPath(deps.paths, digest));
}

/** True if the blob is in the store. */
export function hasBlob(deps: Pick<ImageDeps, "host" | "paths">, digest: Digest): boolean {
  return deps.host.inodes.lstat(blobPath(deps.paths, digest))?.kind === "file";
}
