/** Capability names by bit number, without `CAP_`: the kernel's `include/uapi/linux/capability.h`. */
const CAPABILITIES =
  "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE".split(
    " ",
  );

/**
 * Names in a capability set as /proc/PID/status prints it.
 *
 * @param hexadecimal e.g. `000001ffffffffff`; undefined gives none
 */
export function capabilityNames(hexadecimal: string | undefined): readonly string[] {
  const bits = BigInt(`0x${hexadecimal ?? "0"}`);
  return CAPABILITIES.filter((_name, bit) => (bits >> BigInt(bit)) & 1n).map((name) => `CAP_${name}`);
}

/** Rows of /proc/PID/limits by the lower-case name of RLIMIT_*. */
const LIMIT_ROWS: Readonly<Record<string, string>> = {
  "Max cpu time": "cpu",
  "Max file size": "fsize",
  "Max data size": "data",
  "Max stack size": "stack",
  "Max core file size": "core",
  "Max resident set": "rss",
  "Max processes": "nproc",
  "Max open files": "nofile",
  "Max locked memory": "memlock",
  "Max address space": "as",
  "Max file locks": "locks",
  "Max pending signals": "sigpending",
  "Max msgqueue size": "msgqueue",
  "Max nice priority": "nice",
  "Max realtime priority": "rtprio",
  "Max realtime timeout": "rttime",
};

const toLimit = (text: string | undefined) => (text === "unlimited" ? -1 : Number(text));

/** Reads /proc/PID/limits; -1 is unlimited. */
export function parseLimits(text: string): Readonly<Record<string, { readonly soft: number; readonly hard: number }>> {
  const limits: Record<string, { soft: number; hard: number }> = {};
  for (const line of text.split("\n")) {
    const [title, soft, hard] = line.split(/\s{2,}/);
    const name = title !== undefined && Object.hasOwn(LIMIT_ROWS, title) ? LIMIT_ROWS[title] : undefined;
    if (name !== undefined) limits[name] = { soft: toLimit(soft), hard: toLimit(hard) };
  }
  return limits;
}
