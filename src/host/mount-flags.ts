/** Flags of mount(2), from the kernel's `include/uapi/linux/mount.h`. */
export const MS_RDONLY = 0x1;
export const MS_NOSUID = 0x2;
export const MS_NODEV = 0x4;
export const MS_NOEXEC = 0x8;
export const MS_SYNCHRONOUS = 0x10;
export const MS_REMOUNT = 0x20;
export const MS_MANDLOCK = 0x40;
export const MS_DIRSYNC = 0x80;
export const MS_NOSYMFOLLOW = 0x100;
export const MS_NOATIME = 0x400;
export const MS_NODIRATIME = 0x800;
export const MS_BIND = 0x1000;
export const MS_MOVE = 0x2000;
export const MS_REC = 0x4000;
export const MS_SILENT = 0x8000;
export const MS_UNBINDABLE = 0x20000;
export const MS_PRIVATE = 0x40000;
export const MS_SLAVE = 0x80000;
export const MS_SHARED = 0x100000;
export const MS_RELATIME = 0x200000;
export const MS_I_VERSION = 0x800000;
export const MS_STRICTATIME = 0x1000000;
export const MS_LAZYTIME = 0x2000000;

/** Options of mount(8) that are flags: bits to set, and bits to clear. */
const OPTIONS: Readonly<Record<string, readonly [set: number, clear: number]>> = {
  defaults: [0, 0],
  ro: [MS_RDONLY, 0],
  rw: [0, MS_RDONLY],
  suid: [0, MS_NOSUID],
  nosuid: [MS_NOSUID, 0],
  dev: [0, MS_NODEV],
  nodev: [MS_NODEV, 0],
  exec: [0, MS_NOEXEC],
  noexec: [MS_NOEXEC, 0],
  sync: [MS_SYNCHRONOUS, 0],
  async: [0, MS_SYNCHRONOUS],
  remount: [MS_REMOUNT, 0],
  mand: [MS_MANDLOCK, 0],
  nomand: [0, MS_MANDLOCK],
  dirsync: [MS_DIRSYNC, 0],
  symfollow: [0, MS_NOSYMFOLLOW],
  nosymfollow: [MS_NOSYMFOLLOW, 0],
  atime: [0, MS_NOATIME],
  noatime: [MS_NOATIME, 0],
  diratime: [0, MS_NODIRATIME],
  nodiratime: [MS_NODIRATIME, 0],
  bind: [MS_BIND, 0],
  rbind: [MS_BIND | MS_REC, 0],
  relatime: [MS_RELATIME, 0],
  norelatime: [0, MS_RELATIME],
  strictatime: [MS_STRICTATIME, 0],
  nostrictatime: [0, MS_STRICTATIME],
  iversion: [MS_I_VERSION, 0],
  noiversion: [0, MS_I_VERSION],
  lazytime: [MS_LAZYTIME, 0],
  nolazytime: [0, MS_LAZYTIME],
  silent: [MS_SILENT, 0],
  loud: [0, MS_SILENT],
};

const PROPAGATION: Readonly<Record<string, number>> = {
  private: MS_PRIVATE,
  rprivate: MS_PRIVATE | MS_REC,
  slave: MS_SLAVE,
  rslave: MS_SLAVE | MS_REC,
  shared: MS_SHARED,
  rshared: MS_SHARED | MS_REC,
  unbindable: MS_UNBINDABLE,
  runbindable: MS_UNBINDABLE | MS_REC,
};

/** What mount(2) makes of a list of mount(8) options. */
export interface ParsedMountOptions {
  /** MS_* without propagation. */
  readonly flags: number;
  /** Options for the file system, comma separated. */
  readonly data: string;
  /** MS_* of a second mount(2) call that sets the propagation, 0 if none: the kernel takes it only alone. */
  readonly propagation: number;
}

/**
 * Splits mount(8) options into flags, propagation and data for the file system. Later options win; unknown ones are data.
 *
 * @param options one option each, e.g. `["ro", "nosuid", "size=64k"]`
 */
export function parseMountOptions(options: readonly string[]): ParsedMountOptions {
  let flags = 0;
  let propagation = 0;
  const data: string[] = [];
  for (const option of options) {
    const known = Object.hasOwn(OPTIONS, option) ? OPTIONS[option] : undefined;
    const spread = Object.hasOwn(PROPAGATION, option) ? PROPAGATION[option] : undefined;
    if (known) flags = (flags | known[0]) & ~known[1];
    else if (spread !== undefined) propagation = spread;
    else if (option !== "") data.push(option);
  }
  return { flags, data: data.join(","), propagation };
}
