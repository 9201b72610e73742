import { HostError } from "../base/host-error.ts";

/** Node's own checks that come before the system call, and its other name for one errno. */
const CODE_TO_ERRNO: Readonly<Record<string, string>> = {
  ENOTSUP: "EOPNOTSUPP",
  ERR_INVALID_ARG_VALUE: "EINVAL",
  ERR_OUT_OF_RANGE: "EINVAL",
  ERR_FS_FILE_TOO_LARGE: "EFBIG",
};

/** Translates what a `node:` call threw; programmer mistakes come back unchanged. */
export function toHostError(error: unknown, syscall: string, path: string): unknown {
  if (!(error instanceof Error) || error instanceof HostError) return error;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === undefined) return error;
  const errno = CODE_TO_ERRNO[code] ?? (/^E[A-Z0-9]+$/.test(code) ? code : undefined);
  return errno === undefined ? error : new HostError(errno, syscall, path, { cause: error });
}

/**
 * Runs one system call through a `node:` module.
 *
 * @param syscall name for the error
 * @param path what the call is about
 * @throws HostError in place of Node's error
 */
export function systemCall<T>(syscall: string, path: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw toHostError(error, syscall, path);
  }
}

/** As `systemCall`, but undefined if nothing is at the path (ENOENT, ENOTDIR). */
export function unlessMissing<T>(syscall: string, path: string, body: () => T): T | undefined {
  try {
    return body();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw toHostError(error, syscall, path);
  }
}
