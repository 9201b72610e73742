/** Values for what no file sets. Where podman has one, it is podman 4.3.1's (containers.conf(5), spec/components.md 4.1). */

const BINARY_DIRS = ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/sbin", "/bin"];

/** Where distributions put conmon. */
export const CONMON_PATHS: readonly string[] = [
  "/usr/libexec/podman/conmon",
  "/usr/local/libexec/podman/conmon",
  "/usr/local/lib/podman/conmon",
  "/usr/bin/conmon",
  "/usr/sbin/conmon",
  "/usr/local/bin/conmon",
  "/usr/local/sbin/conmon",
];

/** Where distributions put netavark, aardvark-dns and catatonit. */
export const HELPER_DIRS: readonly string[] = [
  "/usr/local/libexec/podman",
  "/usr/local/lib/podman",
  "/usr/libexec/podman",
  "/usr/lib/podman",
];

/** Programs that may lie in a helper directory or among ordinary programs. */
export function programPaths(program: string, directories: readonly string[]): readonly string[] {
  return [...new Set([...directories, ...BINARY_DIRS])].map((directory) => `${directory}/${program}`);
}

/** OCI runtimes that are known by name. */
export const RUNTIMES: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  ["crun", "runc", "youki", "runsc", "krun", "kata-runtime"].map((name) => [name, programPaths(name, [])]),
);

/** Debian's list, which is also upstream's since 4.4: without AUDIT_WRITE, MKNOD and NET_RAW. */
export const CAPABILITIES: readonly string[] = [
  "CAP_CHOWN",
  "CAP_DAC_OVERRIDE",
  "CAP_FOWNER",
  "CAP_FSETID",
  "CAP_KILL",
  "CAP_NET_BIND_SERVICE",
  "CAP_SETFCAP",
  "CAP_SETGID",
  "CAP_SETPCAP",
  "CAP_SETUID",
  "CAP_SYS_CHROOT",
];

export const SYSCTLS: Readonly<Record<string, string>> = { "net.ipv4.ping_group_range": "0 0" };

export const ENV: readonly string[] = [
  "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  "TERM=xterm",
];

/** podman's `65536k`, decimal. */
export const SHM_SIZE = 65_536_000;

/** Our own, so that we and podman run side by side. */
export const DEFAULT_NETWORK = "minke";
export const DEFAULT_SUBNET = "10.87.0.0/16";

/**
 * podman's pools (containers.conf(5)): a pool's subnet that is in use on this host is skipped. The one from which podman
 * takes first comes last here, because podman does not see networks of ours on which nothing runs.
 */
export const SUBNET_POOLS = [
  { base: "10.90.0.0/15", size: 24 },
  { base: "10.92.0.0/14", size: 24 },
  { base: "10.96.0.0/11", size: 24 },
  { base: "10.128.0.0/9", size: 24 },
  { base: "10.89.0.0/16", size: 24 },
] as const;

export const EVENTS_KEEP = 10_000;
