import { posix } from "node:path";
import { fail } from "../../base/errors.ts";
import { checkMountOptions } from "./mount-options.ts";

/** A mount as the engine takes it. */
export type ParsedMount =
  | {
      readonly type: "bind";
      readonly source: string;
      readonly destination: string;
      readonly options?: readonly string[];
    }
  | {
      readonly type: "volume";
      /** Absent means an anonymous volume. */
      readonly name?: string;
      readonly destination: string;
      readonly options?: readonly string[];
      readonly subpath?: string;
    }
  | { readonly type: "tmpfs"; readonly destination: string; readonly options?: readonly string[] }
  | { readonly type: "image"; readonly image: string; readonly destination: string; readonly readWrite?: boolean }
  | { readonly type: "devpts"; readonly destination: string; readonly options?: readonly string[] };

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });

/** Absolute, normalised path in the container. Throws INVALID_ARGUMENT. */
export function parseDestination(text: string): string {
  if (text === "") throw refuse("container directory cannot be empty");
  if (!text.startsWith("/")) throw refuse(`invalid container path "${text}", must be an absolute path`);
  const path = posix.normalize(text);
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

/** Absolute path on the host. Throws INVALID_ARGUMENT where it is empty. */
export function parseHostPath(text: string, cwd: string): string {
  if (text === "") throw refuse("host directory cannot be empty");
  return posix.resolve(cwd, text);
}

const withOptions = (options: readonly string[]) => (options.length > 0 ? { options } : {});

/**
 * One value of `--volume`: `[source:]destination[:options]`. A source that begins with `/` or `.` is a path, any other a
 * volume's name; without one the volume is anonymous. Throws INVALID_ARGUMENT with podman's text.
 *
 * @param cwd what relative paths are relative to
 */
export function parseVolume(text: string, cwd: string): ParsedMount {
  const parts = text.split(":");
  const [first = "", second, third] = parts;
  if (parts.length > 3) throw refuse(`${text}: incorrect volume format, should be [host-dir:]ctr-dir[:option]`);
  if (second === undefined) return { type: "volume", destination: parseDestination(first) };
  const options = third === undefined ? [] : third.split(",");
  if (first === "") throw refuse("host directory cannot be empty");
  const destination = parseDestination(second);
  checkMountOptions(options);
  if (first.startsWith("/") || first.startsWith("."))
    return { type: "bind", source: parseHostPath(first, cwd), destination, ...withOptions(options) };
  return { type: "volume", name: first, destination, ...withOptions(options) };
}

/** Options of a tmpfs that are not the kernel's own. */
const TMPFS_WORDS = new Set([
  ...["rw", "ro", "exec", "noexec", "dev", "nodev", "suid", "nosuid", "rprivate", "private", "rshared", "shared"],
  ...["rslave", "slave", "runbindable", "unbindable", "noatime", "nodiratime", "relatime", "strictatime", "atime"],
  ...["diratime", "sync", "async", "dirsync", "mand", "nomand", "tmpcopyup", "notmpcopyup", "remount", "bind", "rbind"],
  ...["norelatime", "nostrictatime", "silent", "loud", "iversion", "noiversion", "acl", "noacl", "defaults", "U"],
]);
const TMPFS_KEYS = ["size", "mode", "uid", "gid", "nr_inodes", "nr_blocks", "mpol", "huge"];

const OPPOSITES: readonly (readonly [string, string])[] = [
  ["rw", "ro"],
  ["suid", "nosuid"],
  ["dev", "nodev"],
  ["exec", "noexec"],
];

/** Checks a tmpfs's options. Throws INVALID_ARGUMENT with podman's text. */
export function checkTmpfsOptions(options: readonly string[]): void {
  for (const option of options) {
    const known = TMPFS_WORDS.has(option) || TMPFS_KEYS.some((name) => option.startsWith(`${name}=`));
    if (!known) throw refuse(`unknown mount option "${option}": invalid mount option`);
  }
  for (const [one, other] of OPPOSITES) {
    if (options.includes(one) && options.includes(other))
      throw refuse(`only one of '${one}' and '${other}' can be used: duplicate mount option passed`);
  }
}

/** One value of `--tmpfs`: `destination[:options]`. Throws INVALID_ARGUMENT with podman's text. */
export function parseTmpfs(text: string): ParsedMount {
  const [destination = "", optionText] = text.split(":");
  const options = optionText === undefined || optionText === "" ? [] : optionText.split(",");
  checkTmpfsOptions(options);
  return { type: "tmpfs", destination: parseDestination(destination), ...withOptions(options) };
}
