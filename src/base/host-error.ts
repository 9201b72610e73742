/** A system call that failed on the host; `host/` throws it, every folder may look at it. */
export class HostError extends Error {
  override readonly name = "HostError";
  /** Symbolic errno, e.g. `ENOENT`. */
  readonly errno: string;
  readonly syscall: string;
  readonly path: string;

  constructor(errno: string, syscall: string, path: string, options?: { readonly cause?: unknown }) {
    super(`${syscall} ${path}: ${errno}`, options);
    this.errno = errno;
    this.syscall = syscall;
    this.path = path;
  }
}

/** True if `value` is a failed system call, and, where `errnos` are given, one of those. */
export function isHostError(value: unknown, ...errnos: readonly string[]): value is HostError {
  return value instanceof HostError && (errnos.length === 0 || errnos.includes(value.errno));
}
