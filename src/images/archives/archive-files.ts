import { join, posix } from "node:path";
import type { Digest } from "../../base/brand.ts";
import { openArchive } from "../archive-stream.ts";
import { blobPath, type ImageDeps } from "../image-deps.ts";
import { BadArchive } from "../tar/bad-archive.ts";
import { readTar } from "../tar/reader.ts";
import { keepBlob, type StoredBlob, type Workspace, writeHashed } from "../workspace.ts";

/** Files of an image archive by name, whether it is a tar or a directory. */
export interface ArchiveFiles {
  /** Content of a small file; undefined where there is none. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Makes the file a blob of the store; undefined where there is none. Twice is fine. */
  keep(name: string): Promise<StoredBlob | undefined>;
}

/** Manifests and configs are far smaller. */
const MOST_SMALL_BYTES = 8 << 20;
const MOST_FILES = 100_000;
const MOST_LINKS = 10;
/** Of docker's first archive format; nobody needs them. */
const LEGACY = /\/(VERSION|json)$|^repositories$/;

/** The image archive in a directory. */
export function directoryFiles(deps: ImageDeps, work: Workspace, directory: string): ArchiveFiles {
  const { host } = deps;
  const kept = new Map<string, StoredBlob>();
  const pathOf = (name: string) => {
    if (name.split("/").includes("..")) throw new BadArchive('name contains ".."', name);
    return join(directory, name);
  };
  return {
    read: async (name) => {
      const path = pathOf(name);
      const stat = host.inodes.stat(path);
      if (stat?.kind !== "file") return undefined;
      if (stat.size > MOST_SMALL_BYTES) throw new BadArchive(`has ${stat.size} bytes`, name);
      return host.files.readBytes(path);
    },
    keep: async (name) => {
      const known = kept.get(name);
      const path = pathOf(name);
      if (known !== undefined || host.inodes.stat(path)?.kind !== "file") return known;
      const draft = work.temporaryPath();
      const blob = await writeHashed(deps, draft, host.streams.read(path));
      keepBlob(deps, draft, blob.digest);
      kept.set(name, blob);
      return blob;
    },
  };
}

type TarFile = { readonly draft: string; readonly blob: StoredBlob } | { readonly link: string };

/**
 * Reads a tar, packed or not, to the workspace: its files may stand in any order.
 *
 * @throws BadArchive, HostError EBADMSG
 */
export async function tarFiles(
  deps: ImageDeps,
  work: Workspace,
  source: { readonly path: string; readonly signal?: AbortSignal },
): Promise<ArchiveFiles> {
  const files = new Map<string, TarFile>();
  let bytes = 0;
  for await (const entry of readTar(await openArchive(deps, source.path, source.signal))) {
    const name = posix.normalize(entry.path).replace(/^\/+/, "");
    if (entry.type === "directory" || LEGACY.test(name)) continue;
    if (name === ".." || name.startsWith("../")) throw new BadArchive('path contains ".."', entry.path);
    if (files.size >= MOST_FILES) throw new BadArchive(`more than ${MOST_FILES} files in an image archive`, entry.path);
    if (entry.type === "symlink") files.set(name, { link: posix.join(posix.dirname(name), entry.linkPath) });
    else if (entry.type === "hardlink") files.set(name, { link: posix.normalize(entry.linkPath) });
    else if (entry.type === "file") {
      bytes += entry.size;
      if (bytes > deps.limits.bytes)
        throw new BadArchive(`unpacks to more than ${deps.limits.bytes} bytes`, entry.path);
      const draft = work.temporaryPath();
      files.set(name, { draft, blob: await writeHashed(deps, draft, entry.body) });
    } else throw new BadArchive(`${entry.type} in an image archive`, entry.path);
  }
  return new TarFiles(deps, files);
}

class TarFiles implements ArchiveFiles {
  readonly #deps: ImageDeps;
  readonly #files: ReadonlyMap<string, TarFile>;
  readonly #kept = new Set<string>();

  constructor(deps: ImageDeps, files: ReadonlyMap<string, TarFile>) {
    this.#deps = deps;
    this.#files = files;
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    const file = this.#find(name);
    if (file === undefined) return undefined;
    if (file.blob.size > MOST_SMALL_BYTES) throw new BadArchive(`has ${file.blob.size} bytes`, name);
    const path = this.#kept.has(file.draft) ? blobPath(this.#deps.paths, file.blob.digest) : file.draft;
    return this.#deps.host.files.readBytes(path);
  }

  async keep(name: string): Promise<StoredBlob | undefined> {
    const file = this.#find(name);
    if (file !== undefined && !this.#kept.has(file.draft)) {
      keepBlob(this.#deps, file.draft, file.blob.digest);
      this.#kept.add(file.draft);
    }
    return file?.blob;
  }

  #find(name: string): Extract<TarFile, { draft: string }> | undefined {
    let at = posix.normalize(name);
    for (let links = 0; links <= MOST_LINKS; links++) {
      const file = this.#files.get(at);
      if (file === undefined || "draft" in file) return file;
      at = file.link;
    }
    throw new BadArchive("too many links", name);
  }
}

/**
 * Makes a file a blob and checks that it is the one that was meant.
 *
 * @throws BadArchive naming the blob
 */
export async function keepExpected(
  files: ArchiveFiles,
  name: string,
  expected: { readonly digest: Digest; readonly size: number },
): Promise<void> {
  const blob = await files.keep(name);
  if (blob === undefined) throw new BadArchive("is missing", name);
  if (blob.digest !== expected.digest)
    throw new BadArchive(`its digest is ${blob.digest}, not ${expected.digest}`, name);
  if (blob.size !== expected.size) throw new BadArchive(`has ${blob.size} bytes, not ${expected.size}`, name);
}
