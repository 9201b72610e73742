import { basename } from "node:path";
import { fail } from "../../base/errors.ts";
import { namingArchive } from "../../images/tar/bad-archive.ts";
import { writeTarNodes } from "../../images/tar/entry-writer.ts";
import { readTar } from "../../images/tar/reader.ts";
import type { CopyEnd, CopyOptions } from "../api/containers.ts";
import { Directory } from "../archive/directory.ts";
import { Packer } from "../archive/pack.ts";
import { type UnpackOptions, unpackInto } from "../archive/unpack.ts";
import { type Found, walk } from "../archive/walk.ts";
import type { EngineDeps } from "../deps.ts";
import { containerByRef } from "./by-ref.ts";
import { type ContainerTree, openTree } from "./tree.ts";

/** One side of a copy, opened. */
interface Side extends AsyncDisposable {
  readonly root: Directory;
  /** Path below `root`. */
  readonly path: string;
  /** The path as the caller gave it. */
  readonly given: string;
  /** Where it is, for errors: `container web`, `the host`. */
  readonly where: string;
  readonly kernelDevices: ReadonlySet<number>;
  readonly readOnly?: boolean;
  owner(): { readonly uid: number; readonly gid: number };
}

const HOST = "the host";

/** Copies between containers and the host (podman-cp(1)). */
export async function copyFiles(
  deps: EngineDeps,
  ends: { readonly from: CopyEnd; readonly to: CopyEnd },
  options: CopyOptions = {},
): Promise<void> {
  await using from = await openSide(deps, ends.from);
  await using to = await openSide(deps, ends.to);
  using source = existing(from);
  const isDirectory = source.stat?.kind === "directory";
  const target = targetOf(to, { name: nameOf(from, source), isDirectory, contents: isContents(from.given) });
  using _into = target.found;
  const tar = writeTarNodes(packer(from, options).entry(source.parent, source.name, target.as));
  await unpackInto(target.root, target.path, readTar(tar), {
    ...unpackOptions(to, options),
    ...(target.rename === undefined ? {} : { rename: target.rename }),
  });
}

/** A tar of what `path` leads to. */
export async function* copyOut(
  deps: EngineDeps,
  end: { readonly container: string; readonly path: string },
  options: CopyOptions = {},
): AsyncGenerator<Uint8Array> {
  await using from = await openSide(deps, end);
  using source = existing(from);
  const as = isContents(from.given) ? "" : nameOf(from, source);
  yield* writeTarNodes(packer(from, options).entry(source.parent, source.name, as));
}

/** Unpacks a tar in a directory of a container. */
export async function copyIn(
  deps: EngineDeps,
  end: { readonly container: string; readonly path: string; readonly tar: AsyncIterable<Uint8Array> },
  options: CopyOptions = {},
): Promise<void> {
  await using to = await openSide(deps, end);
  using found = walk(to.root, to.path);
  if (found?.stat?.kind !== "directory")
    throw fail("INVALID_ARGUMENT", { message: "destination must be a directory when copying from stdin" });
  await namingArchive({ archive: "the tar" }, () =>
    unpackInto(to.root, to.path, readTar(end.tar), unpackOptions(to, options)),
  );
}

async function openSide(deps: EngineDeps, end: CopyEnd): Promise<Side> {
  if (end.container === undefined) {
    const root = Directory.open(deps.host, "/");
    return {
      root,
      path: end.path,
      given: end.path,
      where: HOST,
      kernelDevices: new Set(),
      owner: () => ({ uid: 0, gid: 0 }),
      [Symbol.asyncDispose]: async () => root[Symbol.dispose](),
    };
  }
  const tree: ContainerTree = await openTree(deps, containerByRef(deps, end.container).id);
  try {
    return {
      ...tree.place(end.path),
      given: end.path,
      where: `container ${end.container}`,
      kernelDevices: tree.kernelDevices,
      owner: () => tree.owner(),
      [Symbol.asyncDispose]: () => tree[Symbol.asyncDispose](),
    };
  } catch (error) {
    await tree[Symbol.asyncDispose]();
    throw error;
  }
}

function missing(side: Side, reason = "no such file or directory"): Error {
  return fail("INVALID_ARGUMENT", { message: `"${side.given}" could not be found on ${side.where}: ${reason}` });
}

function existing(side: Side): Found {
  const found = walk(side.root, side.path);
  if (found?.stat === undefined) {
    found?.[Symbol.dispose]();
    throw missing(side);
  }
  if (side.given.endsWith("/") && found.stat.kind !== "directory") {
    found[Symbol.dispose]();
    throw missing(side, "not a directory");
  }
  return found;
}

const isContents = (path: string) => path === "." || path.endsWith("/.");

/** The name as given, also where it is a link; the real one where the path has none. */
function nameOf(side: Side, found: Found): string {
  const name = basename(side.given);
  if (name !== "" && name !== "." && name !== "..") return name;
  return found.name === "." ? "root" : found.name;
}

interface Target {
  readonly root: Directory;
  readonly path: string;
  /** First component in the archive. */
  readonly as: string;
  readonly rename?: { readonly from: string; readonly to: string };
  readonly found: Found;
}

/** Where a copy goes: into a directory, over a file, or to a new name in a directory that is there. */
function targetOf(
  side: Side,
  source: { readonly name: string; readonly isDirectory: boolean; readonly contents: boolean },
): Target {
  const found = walk(side.root, side.path);
  if (found === undefined) throw missing(side);
  const isDirectory = found.stat?.kind === "directory";
  if (isDirectory) return { root: side.root, path: side.path, as: source.contents ? "" : source.name, found };
  try {
    if (found.stat === undefined && /\/\.?$/.test(side.given)) throw missing(side);
    if (found.stat !== undefined && source.isDirectory)
      throw fail("INVALID_ARGUMENT", { message: "destination must be a directory when copying a directory" });
  } catch (error) {
    found[Symbol.dispose]();
    throw error;
  }
  return { root: found.parent, path: "", as: source.name, rename: { from: source.name, to: found.name }, found };
}

function packer(from: Side, { signal }: CopyOptions): Packer {
  return new Packer({ skipDevices: from.kernelDevices, ...(signal === undefined ? {} : { signal }) });
}

function unpackOptions(to: Side, options: CopyOptions): UnpackOptions {
  if (to.readOnly === true)
    throw fail("INVALID_ARGUMENT", { message: `"${to.given}" on ${to.where}: read-only file system` });
  return {
    overwrite: options.overwrite === true,
    // On the host all is root's, as with podman: a container must not make files of other users there.
    ...(options.keepOwner === true && to.where !== HOST ? {} : { owner: to.owner() }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
}
