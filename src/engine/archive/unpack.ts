import { fail } from "../../base/errors.ts";
import { isHostError } from "../../base/host-error.ts";
import type { FileStat } from "../../host/ports.ts";
import type { TarEntry } from "../../images/tar/reader.ts";
import type { Directory } from "./directory.ts";
import { walk } from "./walk.ts";

export interface UnpackOptions {
  /** Whose everything becomes; absent leaves what the archive says. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** A directory may take the place of something else, and the other way round. */
  readonly overwrite?: boolean;
  /** Another first component for entries: the copy gets a new name. */
  readonly rename?: { readonly from: string; readonly to: string };
  readonly signal?: AbortSignal;
}

/**
 * Puts the entries of an archive below a directory. Links that are there already are followed as if `root` were the root of
 * the file system, so nothing is written outside of it; entries with `..` are refused.
 *
 * @param into path below `root` of an existing directory
 * @throws INVALID_ARGUMENT where something is in the way, or for an entry that leads out
 */
export async function unpackInto(
  root: Directory,
  into: string,
  entries: AsyncIterable<TarEntry>,
  options: UnpackOptions = {},
): Promise<void> {
  const times = new Map<string, TarEntry>();
  for await (const entry of entries) {
    options.signal?.throwIfAborted();
    const path = `${into}/${pathIn(entry.path, options)}`;
    await place(root, path, { entry, options, into });
    if (entry.type === "directory") times.set(path, entry);
  }
  // Making entries in a directory changes its times.
  for (const [path, entry] of times) {
    using found = walk(root, path);
    if (found?.stat?.kind === "directory")
      root.host.inodes.setTimes(found.parent.path(found.name), entry.mtime, entry.mtime);
  }
}

/** An entry's path, renamed if asked for. */
function pathIn(path: string, { rename }: UnpackOptions): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes(".."))
    throw fail("INVALID_ARGUMENT", { message: `archive entry ${path} leads out of its directory` });
  if (rename !== undefined && parts[0] === rename.from) parts.splice(0, 1, ...rename.to.split("/"));
  return parts.join("/");
}

interface Placing {
  readonly entry: TarEntry;
  readonly options: UnpackOptions;
  readonly into: string;
}

async function place(root: Directory, path: string, placing: Placing): Promise<void> {
  const { entry, options } = placing;
  const make = (parent: Directory, name: string) => makeDirectory(parent, name, options);
  const isDirectory = entry.type === "directory";
  using found = walk(root, path, { followLast: isDirectory, make });
  if (found === undefined) throw fail("INVALID_ARGUMENT", { message: `${path}: no such file or directory` });
  const { parent, name, stat } = found;
  if (isDirectory && (stat?.kind === "directory" || name === ".")) {
    setMetadata(parent, name, placing);
    return;
  }
  if (stat !== undefined) clear(parent, name, { stat, isDirectory, overwrite: options.overwrite === true });
  try {
    await makeEntry(root, { parent, name }, placing);
  } catch (error) {
    if (isHostError(error))
      throw fail(
        "INVALID_ARGUMENT",
        { message: `error creating "${parent.show(name)}": ${error.errno}` },
        { cause: error },
      );
    throw error;
  }
}

function makeDirectory(parent: Directory, name: string, { owner }: UnpackOptions): void {
  parent.host.files.makeDir(parent.path(name));
  parent.host.inodes.chown(parent.path(name), owner?.uid ?? 0, owner?.gid ?? 0);
}

function clear(
  parent: Directory,
  name: string,
  what: { readonly stat: FileStat; readonly isDirectory: boolean; readonly overwrite: boolean },
): void {
  const path = parent.show(name);
  const differs = (what.stat.kind === "directory") !== what.isDirectory;
  if (differs && !what.overwrite) {
    const reason = what.isDirectory ? `mkdir ${path}: file exists` : `${path}: is a directory`;
    throw fail("INVALID_ARGUMENT", { message: `error creating "${path}": ${reason}` });
  }
  try {
    parent.remove(name);
  } catch (error) {
    if (!isHostError(error, "EBUSY")) throw error;
    const message = `error creating "${path}": error removing item to be overwritten "${path}": device or resource busy`;
    throw fail("INVALID_ARGUMENT", { message }, { cause: error });
  }
}

async function makeEntry(
  root: Directory,
  at: { readonly parent: Directory; readonly name: string },
  placing: Placing,
): Promise<void> {
  const { entry, options } = placing;
  const { parent, name } = at;
  const { files, inodes, streams } = parent.host;
  const path = parent.path(name);
  switch (entry.type) {
    case "directory":
      files.makeDir(path);
      break;
    case "symlink":
      inodes.symlink(entry.linkPath, path);
      break;
    case "hardlink": {
      using target = walk(root, `${placing.into}/${pathIn(entry.linkPath, options)}`, { followLast: false });
      if (target?.stat?.kind !== "file")
        throw fail("INVALID_ARGUMENT", { message: `hard link to ${entry.linkPath}, which is not there` });
      inodes.link(target.parent.path(target.name), path);
      return;
    }
    case "file": {
      using file = streams.open(path, "wx", 0o600);
      for await (const chunk of entry.body) file.write(chunk);
      break;
    }
    default:
      inodes.makeNode(path, entry.type, entry.mode & 0o777, entry.major, entry.minor);
  }
  setMetadata(parent, name, placing);
}

/** chown(2) clears setuid bits and capabilities, so it comes first; times come last. */
function setMetadata(parent: Directory, name: string, { entry, options }: Placing): void {
  const { inodes } = parent.host;
  const path = parent.path(name);
  const { uid, gid } = options.owner ?? entry;
  inodes.chown(path, uid, gid);
  if (entry.type === "symlink") return;
  inodes.chmod(path, entry.mode);
  const capability = entry.xattrs.get("security.capability");
  if (entry.type === "file" && capability !== undefined) inodes.setXattr(path, "security.capability", capability);
  if (entry.type !== "directory") inodes.setTimes(path, entry.mtime, entry.mtime);
}
