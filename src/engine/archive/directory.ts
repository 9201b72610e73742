import { fail } from "../../base/errors.ts";
import { HostError, isHostError } from "../../base/host-error.ts";
import type { FileStat, Files, Inodes, OpenFile, Streams } from "../../host/ports.ts";

export interface DirectoryHost {
  readonly files: Files;
  readonly inodes: Inodes;
  readonly streams: Streams;
}

/**
 * A directory held open. What is in it is named by descriptor and one component, never by a longer path, so that nobody who
 * moves directories or puts links in their places meanwhile can lead a copy elsewhere.
 */
export class Directory implements Disposable {
  readonly host: DirectoryHost;
  /** What to call it in errors. */
  readonly shown: string;
  readonly #file: OpenFile;

  private constructor(host: DirectoryHost, file: OpenFile, shown: string) {
    this.host = host;
    this.#file = file;
    this.shown = shown;
  }

  /**
   * @param path a path that only the host's administrator controls; links in it are followed
   * @param shown what to call it in errors
   */
  static open(host: DirectoryHost, path: string, shown = path): Directory {
    return new Directory(host, host.streams.open(`${path}/.`, "nofollow"), shown);
  }

  /** A path for one system call that does not follow links. */
  path(name: string): string {
    return `/proc/self/fd/${this.#file.fd}/${name}`;
  }

  /** What this is called in errors. */
  show(name: string): string {
    return this.shown === "/" ? `/${name}` : `${this.shown}/${name}`;
  }

  names(): readonly string[] {
    return this.host.files.list(this.path("."));
  }

  stat(): FileStat {
    return this.#file.stat();
  }

  lstat(name: string): FileStat | undefined {
    return this.host.inodes.lstat(this.path(name));
  }

  /** A directory in this one. Throws INVALID_ARGUMENT if it is none. */
  enter(name: string): Directory {
    const file = this.openFile(name);
    if (file.stat().kind === "directory") return new Directory(this.host, file, this.show(name));
    file[Symbol.dispose]();
    throw fail("INVALID_ARGUMENT", { message: `${this.show(name)}: not a directory` });
  }

  /** A second handle of the same directory. */
  again(): Directory {
    return new Directory(this.host, this.host.streams.open(this.path("."), "nofollow"), this.shown);
  }

  /** A file or directory in this one for reading; a link is refused. */
  openFile(name: string): OpenFile {
    try {
      return this.host.streams.open(this.path(name), "nofollow");
    } catch (error) {
      if (isHostError(error, "ELOOP")) throw fail("INVALID_ARGUMENT", { message: `${this.show(name)}: it changes` });
      throw error;
    }
  }

  /**
   * Removes what `name` is, with all below it. The kernel lets one who stands outside of a mount namespace remove what others
   * have mounted there, so mount points are looked for here.
   *
   * @throws HostError EBUSY for a mount point
   */
  remove(name: string): void {
    const stat = this.lstat(name);
    if (stat === undefined) return;
    if (stat.kind !== "directory") {
      if (this.#isMountPoint(name, stat)) throw new HostError("EBUSY", "unlink", this.show(name));
      this.host.files.remove(this.path(name));
      return;
    }
    using directory = this.enter(name);
    if (directory.#mountId() !== this.#mountId()) throw new HostError("EBUSY", "rmdir", this.show(name));
    for (const each of directory.names()) directory.remove(each);
    this.host.files.removeDir(this.path(name));
  }

  #isMountPoint(name: string, stat: FileStat): boolean {
    if (stat.kind === "symlink") return false;
    if (stat.kind !== "file") return stat.device !== this.stat().device;
    using file = this.openFile(name);
    return mountIdOf(this.host, file.fd) !== this.#mountId();
  }

  #mountId(): string {
    return mountIdOf(this.host, this.#file.fd);
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }
}

/** The mount that a descriptor was opened on (proc_pid_fdinfo(5)). */
function mountIdOf(host: DirectoryHost, fd: number): string {
  return /^mnt_id:\s*(\d+)$/m.exec(host.files.readText(`/proc/self/fdinfo/${fd}`))?.[1] ?? "";
}
