import { dirname, join, normalize } from "node:path";
import { fail } from "../../base/errors.ts";
import type { Files, Inodes } from "../../host/ports.ts";

const MAX_LINKS = 255;

/**
 * Resolves a path inside a root file system as the container would see it: symlinks, absolute ones too, stay below `root`.
 * Components that do not exist are taken as they are.
 *
 * @param root absolute path of the root file system on the host
 * @param path absolute path inside it
 * @returns an absolute host path below `root`, none of whose existing components is a link
 */
export function resolveInRoot(inodes: Inodes, root: string, path: string): string {
  let rest = normalize(`/${path}`).split("/").filter(Boolean);
  let current = "/";
  let links = 0;
  for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
    if (next === "..") {
      current = dirname(current);
      continue;
    }
    const candidate = join(current, next);
    if (inodes.lstat(join(root, candidate))?.kind !== "symlink") {
      current = candidate;
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) throw fail("INVALID_ARGUMENT", { message: `too many symbolic links in ${path}` });
    const target = inodes.readLink(join(root, candidate));
    if (target.startsWith("/")) current = "/";
    rest = [...target.split("/").filter((part) => part !== "" && part !== "."), ...rest];
  }
  return join(root, current);
}

/** Text of a file of the container, or empty if it has none. At most what a passwd file needs; never a device or a pipe. */
export function readInRoot(
  host: { readonly files: Files; readonly inodes: Inodes },
  root: string,
  path: string,
): string {
  const resolved = resolveInRoot(host.inodes, root, path);
  const stat = host.inodes.lstat(resolved);
  return stat?.kind === "file" && stat.size <= 16 * 1024 * 1024 ? host.files.readText(resolved) : "";
}
