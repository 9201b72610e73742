import type { Cgroups } from "./ports/cgroups.ts";

export type * from "./ports/cgroups.ts";

/**
 * Everything the engine asks of the machine. Each port has a real form here in `host/` and an in-memory twin in
 * `host/fakes/`, and both pass the same contract tests (`test/contract/`).
 *
 * Calls on small files are synchronous on purpose: they take microseconds, and a thread pool would cost a command more than
 * the work itself. Whatever can take long is asynchronous and takes an `AbortSignal`. Paths are absolute. A failed system
 * call throws `HostError` (base/host-error.ts).
 */
export interface Host {
  readonly files: Files;
  readonly inodes: Inodes;
  readonly streams: Streams;
  readonly compression: Compression;
  readonly processes: Processes;
  readonly mounts: Mounts;
  readonly namespaces: NetworkNamespaces;
  readonly netlink: Netlink;
  readonly cgroups: Cgroups;
  readonly sockets: Sockets;
  readonly terminal: Terminal;
  readonly locks: FileLocks;
  readonly clock: Clock;
  readonly random: Random;
  readonly databases: Databases;
  readonly system: SystemInfo;
}

export interface FileStat {
  readonly kind: "file" | "directory" | "symlink" | "char" | "block" | "fifo" | "socket";
  /** Permission bits with setuid, setgid and sticky: 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly inode: number;
  readonly device: number;
  /** Major and minor of a device node. */
  readonly major: number;
  readonly minor: number;
  readonly links: number;
  /** Milliseconds since the epoch, with fraction. */
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}

export interface WriteOptions {
  /** Octal mode of a new file; default 0o600. */
  readonly mode?: number;
  /** Flush to the disk before the name appears; default false (tmpfs and caches need none). */
  readonly durable?: boolean;
}

export interface Files {
  /** Whole text of a small file. Throws ENOENT and kin. */
  readText(path: string): string;
  /** As `readText`, but undefined where nothing is. */
  readTextIfExists(path: string): string | undefined;
  readBytes(path: string): Uint8Array;
  /** Writes a temporary file beside `path` and renames it over. */
  writeAtomic(path: string, data: string | Uint8Array, options?: WriteOptions): void;
  /** Creates `path`; throws EEXIST if it is there. */
  createExclusive(path: string, data: string | Uint8Array, options?: WriteOptions): void;
  /** Writes to an existing file, FIFO or kernel file (cgroup, /proc) in one write(2), without truncation or creation. */
  writeInPlace(path: string, data: string): void;
  /**
   * Opens a FIFO that somebody is reading, takes its name away and then writes to it. False, and nothing done, if nobody
   * reads it or it is not there.
   */
  consumeFifo(path: string, data: string): boolean;
  append(path: string, data: string | Uint8Array, options?: WriteOptions): void;
  /** Names in a directory, sorted, without `.` and `..`. Throws ENOENT. */
  list(path: string): readonly string[];
  /** Makes a directory and its parents; an existing one is fine and keeps its mode. Default mode 0o755. */
  makeDir(path: string, mode?: number): void;
  rename(from: string, to: string): void;
  /** Removes a file, link or other non-directory; missing is fine. */
  remove(path: string): void;
  /** rmdir(2): an empty directory only; missing is fine. Throws ENOTEMPTY, EBUSY. */
  removeDir(path: string): void;
  /** Removes a tree without following links and without crossing into another mount (EBUSY then); missing is fine. */
  removeTree(path: string): void;
}

/** Metadata and special nodes; nothing here follows a final symlink unless it says so. */
export interface Inodes {
  /** lstat(2); undefined where nothing is. */
  lstat(path: string): FileStat | undefined;
  /** stat(2), follows links; undefined where nothing is. */
  stat(path: string): FileStat | undefined;
  readLink(path: string): string;
  symlink(target: string, path: string): void;
  /** Hard link. */
  link(existing: string, path: string): void;
  /** chmod(2) of something that is not a link. Octal 0o7777. */
  chmod(path: string, mode: number): void;
  /** lchown(2). */
  chown(path: string, uid: number, gid: number): void;
  /** utimensat(2) without following; seconds with fraction. */
  setTimes(path: string, atimeSeconds: number, mtimeSeconds: number): void;
  /** mknod(2); `mode` are permission bits. */
  makeNode(path: string, kind: "char" | "block" | "fifo", mode: number, major: number, minor: number): void;
  /** lgetxattr(2); undefined if the attribute or its support is missing. */
  getXattr(path: string, name: string): Uint8Array | undefined;
  setXattr(path: string, name: string, value: Uint8Array): void;
  listXattrs(path: string): readonly string[];
  /** realpath(3). Throws ENOENT. */
  realPath(path: string): string;
}

/** Large files and watching. */
export interface Streams {
  /** Chunks of a file from byte `start` (default 0) to its present end. */
  read(path: string, options?: { readonly start?: number; readonly signal?: AbortSignal }): AsyncIterable<Uint8Array>;
  /** Writes all chunks to a new file (EEXIST if there) and returns its size in bytes. */
  write(
    path: string,
    chunks: AsyncIterable<Uint8Array>,
    options?: WriteOptions & { readonly signal?: AbortSignal },
  ): Promise<number>;
  /**
   * Yields a name whenever something in `directory` is created, renamed, changed or removed. Names may be merged or come in
   * excess; a consumer looks at the world after each.
   */
  watch(directory: string, options: { readonly signal: AbortSignal }): AsyncIterable<string>;
  /**
   * Opens a file for random reading and writing. `nofollow` reads as `r` does, and a directory may be opened as well; a final
   * symbolic link is ELOOP, and a pipe that nobody writes to is not waited for.
   */
  open(path: string, flags: "r" | "nofollow" | "w" | "wx" | "r+" | "a", mode?: number): OpenFile;
}

/**
 * Streaming compression. Damaged or truncated input throws HostError EBADMSG. Leaving the loop early frees everything.
 */
export interface Compression {
  gunzip(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  /** Zstandard, one or several frames. */
  unzstd(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  gzip(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}

export interface OpenFile extends Disposable {
  readonly fd: number;
  /** Bytes read; 0 at the end. `position` null reads at the file's own offset. */
  read(buffer: Uint8Array, position: number | null): number;
  write(data: Uint8Array): void;
  stat(): FileStat;
  sync(): void;
}

/** What became of a process that ran to its end. */
export type RunResult = {
  readonly argv: readonly string[];
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly milliseconds: number;
} & (
  | { readonly outcome: "exited"; readonly code: number }
  | { readonly outcome: "signalled"; readonly signal: string }
  | { readonly outcome: "timed-out" }
  | { readonly outcome: "aborted" }
  | { readonly outcome: "not-started"; readonly errno: string }
);

export interface RunOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string | Uint8Array;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** Milliseconds between SIGTERM and SIGKILL when it is aborted or timed out; default 5000. */
  readonly killAfterMs?: number;
  /** Bytes kept of each of stdout and stderr; default 1 MiB. The rest is read and dropped. */
  readonly maxOutput?: number;
  /** Called with stdout as it comes, e.g. for progress. */
  readonly onStdout?: (chunk: Uint8Array) => void;
  readonly onStderr?: (chunk: Uint8Array) => void;
}

/** How one descriptor of a child is made: /dev/null, the parent's own, a pipe, or an open descriptor number. */
export type StdioChoice = "ignore" | "inherit" | "pipe" | number;

export interface SpawnOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Index is the descriptor number in the child; at least three entries. */
  readonly stdio: readonly StdioChoice[];
  /** setsid(2) and survive the parent. */
  readonly detached?: boolean;
  /** argv[0] if it is not the program's path. */
  readonly argv0?: string;
}

export interface ChildPipe extends AsyncDisposable {
  /** Chunks until the other end closes; an ECONNRESET counts as the end. */
  readonly data: AsyncIterable<Uint8Array>;
  write(data: string | Uint8Array): void;
  /** Closes our end. */
  close(): void;
}

export interface Child {
  readonly pid: number;
  /** Our end of every `pipe` entry; undefined for the others. */
  readonly pipes: readonly (ChildPipe | undefined)[];
  /** Resolves once when the process is gone. */
  readonly exited: Promise<{ readonly code: number } | { readonly signal: string }>;
  kill(signal: number): void;
  /** Lets this process end although the child lives. */
  unref(): void;
}

export interface Processes {
  /** Runs a program to its end. Never throws for what the program does; never uses a shell. */
  run(path: string, args: readonly string[], options: RunOptions): Promise<RunResult>;
  /** Starts a program that goes on beside us. Throws HostError if it can't be started. */
  spawn(path: string, args: readonly string[], options: SpawnOptions): Child;
  /** kill(2): false if there is no such process. `signal` 0 only asks. */
  kill(pid: number, signal: number): boolean;
  /** Field 22 of /proc/PID/stat and the state letter; undefined if there is no such process. A zombie has state `Z`. */
  stat(pid: number): { readonly startTicks: number; readonly state: string; readonly parent: number } | undefined;
  /** /proc/PID/cmdline split at NUL, [] if gone. */
  argv(pid: number): readonly string[];
  /** Looks for a program in the given directories; undefined if it isn't there or not executable. */
  find(program: string, directories: readonly string[]): string | undefined;
  /** Own pid. */
  readonly self: number;
}

export interface MountOptions {
  /** Numeric MS_* flags, OR-ed: see host/mount-flags.ts. */
  readonly flags?: number;
  /** File-system specific options, less than 4096 bytes (E2BIG). */
  readonly data?: string;
  /** Working directory of the call: relative paths in `data` (overlay's `lowerdir`) and `source` start there. */
  readonly directory?: string;
}

export interface MountInfo {
  readonly mountPoint: string;
  readonly fsType: string;
  readonly source: string;
  readonly root: string;
  readonly options: string;
  readonly superOptions: string;
}

export interface Mounts {
  /** mount(2). */
  mount(source: string, target: string, fsType: string, options?: MountOptions): void;
  /** umount2(2); not mounted (EINVAL) and missing (ENOENT) are fine. `lazy` detaches a busy one. */
  unmount(target: string, options?: { readonly lazy?: boolean }): void;
  /** True if `path` is a mount point of this mount namespace. */
  isMountPoint(path: string): boolean;
  /** /proc/self/mountinfo. */
  list(): readonly MountInfo[];
}

/** Named network namespaces, as `ip netns` makes them. */
export interface NetworkNamespaces {
  /** Makes a new namespace and binds it to the file `path`, whose directory is made if missing. */
  create(path: string): void;
  /** Binds the network namespace of a living process to the file `path`. */
  bindProcess(pid: number, path: string): void;
  /** Unbinds and removes the file; missing is fine. */
  remove(path: string): void;
  /** True if something is bound there. */
  exists(path: string): boolean;
  /** A descriptor of the namespace, as netlink's IFLA_NET_NS_FD wants it. Throws ENOENT. */
  open(path: string): NamespaceDescriptor;
  /**
   * Runs `body` with this thread in the namespace that `path` leads to: sockets that it makes and /proc/sys/net are the
   * namespace's. `body` must not await anything. Throws ENOENT, EINVAL (not a namespace), EPERM.
   */
  inside<T>(path: string, body: () => T): T;
  /**
   * Connects to a TCP port from inside the namespace that `path` leads to (a bound file or /proc/PID/ns/net), sends the
   * request if there is one, and resolves with the first line of the answer, without its end; empty without a request. Throws
   * HostError ECONNREFUSED, ECONNRESET, ENOENT; ETIMEDOUT after `timeoutMs`.
   */
  askTcp(path: string, target: TcpTarget, options: TcpQuestion): Promise<string>;
}

export interface NamespaceDescriptor extends Disposable {
  readonly fd: number;
}

/** The kernel's routing netlink (rtnetlink(7)): links, addresses and routes. */
export interface Netlink {
  /** A socket in the namespace that this thread is in (NetworkNamespaces.inside), where it stays. */
  open(): NetlinkSocket;
}

export interface NetlinkSocket extends Disposable {
  /**
   * Sends one message, `struct nlmsghdr` first, and reads up to the kernel's acknowledgement or the end of a dump. Sequence
   * number and NLM_F_ACK are set here.
   *
   * @returns the messages that came before it, headers included
   * @throws HostError with the kernel's errno
   */
  request(message: Uint8Array): readonly Uint8Array[];
}

export interface TcpTarget {
  /** Literal IPv4 or IPv6 address. */
  readonly ip: string;
  readonly port: number;
}

export interface TcpQuestion {
  readonly request?: string;
  /** Milliseconds for all of it. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** A connection to conmon's attach socket: one message in, one message out, framing kept. */
export interface MessageSocket extends AsyncDisposable {
  /** Messages until the other side closes. */
  readonly messages: AsyncIterable<Uint8Array>;
  /** At most 8192 bytes a call. Resolves when the kernel took it. */
  send(message: Uint8Array): Promise<void>;
  /** SHUT_WR: tells the other side that no more input comes. */
  endInput(): void;
}

export interface Sockets {
  /** Connects to a SOCK_SEQPACKET unix socket; the path may be longer than sun_path allows. */
  connectSeqpacket(path: string, options?: { readonly signal?: AbortSignal }): Promise<MessageSocket>;
  /**
   * Binds a host port and returns a descriptor that holds it (to be inherited by conmon). Throws HostError EADDRINUSE,
   * EADDRNOTAVAIL, EACCES. Empty `ip` means every IPv4 address.
   */
  reservePort(protocol: "tcp" | "udp" | "sctp", ip: string, port: number): ReservedPort;
}

export interface ReservedPort extends Disposable {
  readonly fd: number;
}

/** The terminal of this process. */
export interface Terminal {
  isTerminal(stream: "stdin" | "stdout" | "stderr"): boolean;
  size(): { readonly rows: number; readonly columns: number } | undefined;
  /** Raw mode until disposed. */
  rawMode(): Disposable;
  /** Yields at every SIGWINCH. */
  resizes(options: {
    readonly signal: AbortSignal;
  }): AsyncIterable<{ readonly rows: number; readonly columns: number }>;
}

/**
 * Exclusive and shared locks across processes that the kernel releases when the holder dies (flock(2)). Whoever holds one
 * exclusively may remove its file: those who wait for it notice, and go on with a new file.
 */
export interface FileLocks {
  /** Waits for the lock on `path`, which is made if missing. Rejects with the signal's reason. */
  acquire(path: string, options?: { readonly shared?: boolean; readonly signal?: AbortSignal }): Promise<Disposable>;
  /** Takes it if it is free. */
  tryAcquire(path: string, options?: { readonly shared?: boolean }): Disposable | undefined;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Nanoseconds since the epoch. */
  nowNs(): bigint;
  /** Milliseconds that never go back. */
  monotonic(): number;
  sleep(milliseconds: number, options?: { readonly signal?: AbortSignal }): Promise<void>;
}

export interface Random {
  bytes(count: number): Uint8Array;
}

export type SqlValue = string | number | bigint | null | Uint8Array;
export type SqlRow = Readonly<Record<string, SqlValue>>;

export interface Databases {
  /**
   * Opens or creates an SQLite database in WAL mode; `:memory:` is allowed. No call waits for another connection: this one
   * and those on a database throw HostError EBUSY where one would have to, EUCLEAN for a damaged file, EEXIST for a
   * duplicate key.
   */
  open(path: string, options?: { readonly readOnly?: boolean }): Database;
}

/**
 * One connection. A failed statement throws HostError: EBUSY (another connection holds the lock; nothing waits), EEXIST (a
 * UNIQUE or PRIMARY KEY constraint), EINVAL (other constraints and bad SQL), EROFS, ENOSPC, EIO, EUCLEAN (damaged or not a
 * database). Integers come back as number where that is exact, else as bigint.
 */
export interface Database extends Disposable {
  /** Statements without parameters or results. */
  exec(sql: string): void;
  all(sql: string, ...parameters: readonly SqlValue[]): readonly SqlRow[];
  get(sql: string, ...parameters: readonly SqlValue[]): SqlRow | undefined;
  /** Returns the number of changed rows. */
  run(sql: string, ...parameters: readonly SqlValue[]): number;
}

/** Who and where we are. */
export interface SystemInfo {
  readonly euid: number;
  readonly egid: number;
  /** Go's name of the architecture: amd64, arm64, ... */
  readonly architecture: string;
  readonly kernel: string;
  readonly cpus: number;
  /** Bytes. */
  readonly memory: number;
  readonly hostname: string;
  /** Changes with every boot. */
  readonly bootId: string;
  /** Names of the capabilities in the bounding set, `CAP_` first. */
  readonly boundingCapabilities: readonly string[];
  /** Hard limits by lower-case name (`nofile`); -1 is unlimited. */
  readonly hardLimits: Readonly<Record<string, { readonly soft: number; readonly hard: number }>>;
  /** Environment of this process. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** argv that starts this very program again, e.g. [`/usr/local/bin/minke`] or [`/usr/bin/node`, `main.js`]. */
  readonly selfArgv: readonly string[];
  readonly selfCommand: readonly string[];
  systemdIsRunning(): boolean;
}
