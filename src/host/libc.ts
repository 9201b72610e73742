import { constants } from "node:os";
import { HostError } from "../base/host-error.ts";

/**
 * The functions of the C library that `node:` has no form of: `i` int, `l` unsigned long, `s` NUL-terminated string, `s?`
 * string or null, `p` buffer or null. All return int or a ssize_t that fits in one, and -1 with errno on failure.
 */
export const SIGNATURES = {
  mount: ["s", "s", "s", "l", "s?"],
  umount2: ["s", "i"],
  unshare: ["i"],
  setns: ["i", "i"],
  flock: ["i", "i"],
  socket: ["i", "i", "i"],
  socketpair: ["i", "i", "i", "p"],
  bind: ["i", "p", "i"],
  connect: ["i", "p", "i"],
  listen: ["i", "i"],
  accept4: ["i", "p", "p", "i"],
  shutdown: ["i", "i"],
  setsockopt: ["i", "i", "i", "p", "i"],
  mknod: ["s", "i", "l"],
  mkfifo: ["s", "i"],
  lgetxattr: ["s", "s", "p", "l"],
  lsetxattr: ["s", "s", "p", "l", "i"],
  llistxattr: ["s", "p", "l"],
  utimensat: ["i", "s", "p", "i"],
  fcntl: ["i", "i", "l"],
  ioctl: ["i", "l", "p"],
  tcgetattr: ["i", "p"],
  tcsetattr: ["i", "i", "p"],
  _exit: ["i"],
} as const;

export type LibcName = keyof typeof SIGNATURES;

/** How a value reaches the C library. */
export type LibcKind = "i" | "l" | "s" | "s?" | "p";

interface ArgumentTypes {
  i: number;
  l: number;
  s: string;
  "s?": string | null;
  p: Uint8Array | null;
}

type Arguments<S extends readonly LibcKind[]> = { -readonly [I in keyof S]: ArgumentTypes[S[I]] };

/** The C library; every function returns its result, or errno negated on failure. */
export type Libc = {
  readonly [N in LibcName]: (...args: Arguments<(typeof SIGNATURES)[N]>) => number;
};

/** A bound function: integers and buffers in, the raw result out. */
export type RawFunction = (...args: readonly (number | Uint8Array | null)[]) => number;

/** What a JavaScript runtime has to offer. */
export interface LibcBinding {
  bind(name: LibcName, kinds: readonly LibcKind[]): RawFunction;
  /** errno of the last call of this thread. */
  errno(): number;
}

const EINVAL = constants.errno.EINVAL;

function toRaw(kind: LibcKind, value: number | string | Uint8Array | null): number | Uint8Array | null | undefined {
  if (typeof value !== "string") return value;
  return kind.startsWith("s") && !value.includes("\0") ? Buffer.from(`${value}\0`) : undefined;
}

/**
 * Builds the C library over a binding. A function is bound at its first call, because each costs a little.
 *
 * A string with a NUL byte yields EINVAL, as C would silently cut it.
 */
export function createLibc(binding: LibcBinding): Libc {
  const names = Object.keys(SIGNATURES) as LibcName[];
  const functions = names.map((name) => {
    const kinds: readonly LibcKind[] = SIGNATURES[name];
    let raw: RawFunction | undefined;
    const call = (...args: readonly (number | string | Uint8Array | null)[]): number => {
      raw ??= binding.bind(name, kinds);
      const values: (number | Uint8Array | null)[] = [];
      for (const [index, kind] of kinds.entries()) {
        const value = toRaw(kind, args[index] ?? null);
        if (value === undefined) return -EINVAL;
        values.push(value);
      }
      const result = raw(...values);
      return result < 0 ? -binding.errno() : result;
    };
    return [name, call] as const;
  });
  return Object.fromEntries(functions) as unknown as Libc;
}

let names: ReadonlyMap<number, string> | undefined;

/** Symbolic name of an errno; `E` and the number where the runtime knows no name. */
export function errnoName(errno: number): string {
  names ??= new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));
  if (errno === constants.errno.EAGAIN) return "EAGAIN";
  if (errno === constants.errno.EOPNOTSUPP) return "EOPNOTSUPP";
  return names.get(errno) ?? `E${errno}`;
}

/**
 * Passes a result of the C library on, or throws.
 *
 * @param result what a function of `Libc` returned
 * @param except errnos (names) that are returned as the negative number instead
 * @throws HostError with the symbolic errno
 */
export function check(result: number, syscall: string, path: string, except: readonly string[] = []): number {
  if (result >= 0) return result;
  const name = errnoName(-result);
  if (except.includes(name)) return result;
  throw new HostError(name, syscall, path);
}
