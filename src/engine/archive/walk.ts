import { fail } from "../../base/errors.ts";
import type { FileStat } from "../../host/ports.ts";
import type { Directory } from "./directory.ts";

const MAX_LINKS = 255;

/** Where a path leads: the directory that it is in, its name there, and what is there now. */
export interface Found extends Disposable {
  readonly parent: Directory;
  /** `.` for the root itself. */
  readonly name: string;
  /** Undefined where nothing is; never a link unless `followLast` was false. */
  readonly stat: FileStat | undefined;
}

export interface WalkOptions {
  /** Follow a link that the path ends in; default true. */
  readonly followLast?: boolean;
  /** Make missing directories. */
  readonly make?: (parent: Directory, name: string) => void;
}

/**
 * Goes down a path below `root`, component by component; links, absolute ones too, stay below `root`.
 *
 * @returns undefined if a directory on the way is missing
 * @throws INVALID_ARGUMENT if something on the way is no directory, or for links that go in circles
 */
export function walk(root: Directory, path: string, options: WalkOptions = {}): Found | undefined {
  const opened: Directory[] = [root.again()];
  const close = () => {
    for (const directory of opened) directory[Symbol.dispose]();
  };
  try {
    const end = goDown(opened, path, options);
    if (end === undefined) {
      close();
      return undefined;
    }
    return { ...end, [Symbol.dispose]: close };
  } catch (error) {
    close();
    throw error;
  }
}

const partsOf = (path: string) => path.split("/").filter((part) => part !== "" && part !== ".");

function goDown(opened: Directory[], path: string, options: WalkOptions): Omit<Found, keyof Disposable> | undefined {
  const pending = partsOf(path).reverse();
  const here = () => opened.at(-1) as Directory;
  let links = 0;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === "..") {
      if (opened.length > 1) opened.pop()?.[Symbol.dispose]();
      continue;
    }
    const stat = here().lstat(name);
    const isLast = pending.length === 0;
    if (stat?.kind === "symlink" && (!isLast || options.followLast !== false)) {
      if (++links > MAX_LINKS) throw fail("INVALID_ARGUMENT", { message: `too many symbolic links in ${path}` });
      const target = here().host.inodes.readLink(here().path(name));
      if (target.startsWith("/")) for (const directory of opened.splice(1)) directory[Symbol.dispose]();
      pending.push(...partsOf(target).reverse());
      continue;
    }
    if (isLast && stat?.kind !== "directory") return { parent: here(), name, stat };
    if (stat === undefined) {
      if (options.make === undefined) return undefined;
      options.make(here(), name);
    }
    if (isLast) return { parent: here(), name, stat };
    opened.push(here().enter(name));
  }
  // It ended in `..`, in a link to the root, or is the root.
  return { parent: here(), name: ".", stat: here().stat() };
}
