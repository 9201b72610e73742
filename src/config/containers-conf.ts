import { messageOf } from "../base/errors.ts";
import { parseUlimit } from "../model/notation/ulimits.ts";
import type { ConfigOverrides, ConfigSettings } from "./config.ts";
import * as defaults from "./defaults.ts";
import type { Settings } from "./settings.ts";
import { normaliseCapabilities, parseDecimalSize, parseUmask } from "./values.ts";

/** conmon reads logs in chunks of this many bytes, and cannot cut a log below it (containers.conf(5)). */
const SMALLEST_LOG = 8192;

type Resolver<K extends keyof ConfigSettings> = (settings: Settings, overrides: ConfigOverrides) => ConfigSettings[K];

/** How each value comes out of containers.conf(5), the command line and the defaults. */
export const RESOLVERS: { readonly [K in keyof ConfigSettings]: Resolver<K> } = {
  cgroupManager: (s, o) => o.cgroupManager ?? s.choice("engine", "cgroup_manager", ["cgroupfs", "systemd"]) ?? "auto",
  runtime: (s, o) => o.runtime ?? s.string("engine", "runtime"),
  runtimes: (s) => ({ ...defaults.RUNTIMES, ...s.listTable("engine", "runtimes") }),
  conmonPaths: (s, o) =>
    o.conmon === undefined ? (s.strings("engine", "conmon_path") ?? defaults.CONMON_PATHS) : [o.conmon],
  conmonEnv: (s) => s.strings("engine", "conmon_env_vars") ?? [],
  engineEnv: (s) => s.strings("engine", "env") ?? [],
  helperDirs,
  netavarkPaths: (s, o) =>
    o.networkCmdPath === undefined ? defaults.programPaths("netavark", helperDirs(s)) : [o.networkCmdPath],
  aardvarkPaths: (s) => defaults.programPaths("aardvark-dns", helperDirs(s)),
  initPaths: (s) => {
    const path = s.string("containers", "init_path") ?? s.string("engine", "init_path");
    return path === undefined ? defaults.programPaths("catatonit", helperDirs(s)) : [path];
  },
  infraImage: (s) => s.string("engine", "infra_image"),
  infraCommand: (s) => s.string("engine", "infra_command")?.split(" ").filter(Boolean),
  defaultCapabilities: (s) => {
    const names = s.strings("containers", "default_capabilities");
    return names === undefined ? defaults.CAPABILITIES : normaliseCapabilities(names);
  },
  defaultSysctls: (s) => s.pairs("containers", "default_sysctls") ?? defaults.SYSCTLS,
  defaultUlimits: (s) =>
    (s.strings("containers", "default_ulimits") ?? []).map((text) => {
      try {
        return parseUlimit(text);
      } catch (error) {
        throw s.invalid("containers", "default_ulimits", messageOf(error));
      }
    }),
  env: (s) => s.strings("containers", "env") ?? defaults.ENV,
  envHost: (s) => s.boolean("containers", "env_host") ?? false,
  httpProxy: (s) => s.boolean("containers", "http_proxy") ?? true,
  dnsServers: (s) => s.strings("containers", "dns_servers") ?? [],
  dnsSearch: (s) => s.strings("containers", "dns_searches") ?? [],
  dnsOptions: (s) => s.strings("containers", "dns_options") ?? [],
  noHosts: (s) => s.boolean("containers", "no_hosts") ?? false,
  baseHostsFile: (s) => s.string("containers", "base_hosts_file"),
  hostContainersInternalIp: (s) => s.string("containers", "host_containers_internal_ip"),
  volumes: (s) => s.strings("containers", "volumes") ?? [],
  devices: (s) => s.strings("containers", "devices") ?? [],
  annotations: (s) => s.pairs("containers", "annotations") ?? {},
  seccompProfile: (s) => s.string("containers", "seccomp_profile"),
  apparmorProfile: (s) => s.string("containers", "apparmor_profile"),
  pidsLimit: (s) => Math.max(0, s.integer("containers", "pids_limit") ?? 2048),
  shmSize: (s) => {
    const text = s.string("containers", "shm_size");
    const size = text === undefined ? defaults.SHM_SIZE : parseDecimalSize(text);
    if (!size) throw s.invalid("containers", "shm_size", "must be a size greater than 0, such as 65536k");
    return size;
  },
  umask: (s) => {
    const mask = parseUmask(s.string("containers", "umask") ?? "0022");
    if (mask === undefined) throw s.invalid("containers", "umask", "must be an octal mode, such as 0022");
    return mask;
  },
  timezone: (s) => s.string("containers", "tz"),
  init: (s) => s.boolean("containers", "init") ?? false,
  logDriver,
  logMaxSize: (s) => {
    const size = s.integer("containers", "log_size_max") ?? -1;
    if (size >= 0 && size < SMALLEST_LOG)
      throw s.invalid("containers", "log_size_max", `must be negative or at least ${SMALLEST_LOG}`);
    return size < 0 ? undefined : size;
  },
  logTag: (s) => s.string("containers", "log_tag"),
  readOnlyRootfs: (s) => s.boolean("containers", "read_only") ?? false,
  cgroupns: (s) => s.string("containers", "cgroupns") ?? "",
  ipcns: (s) => s.string("containers", "ipcns") ?? "",
  netns: (s) => s.string("containers", "netns") ?? "",
  pidns: (s) => s.string("containers", "pidns") ?? "",
  utsns: (s) => s.string("containers", "utsns") ?? "",
  userns: (s) => s.string("containers", "userns") ?? "",
  cgroups: (s) => s.choice("containers", "cgroups", ["enabled", "disabled", "no-conmon"]) ?? "enabled",
  stopTimeout: (s) => count(s, "stop_timeout") ?? 10,
  podExitPolicy: (s) => s.choice("engine", "pod_exit_policy", ["continue", "stop"]) ?? "continue",
  pullPolicy: (s) => s.choice("engine", "pull_policy", ["missing", "always", "never", "newer"]) ?? "missing",
  pullRetries: (s) => count(s, "retry") ?? 3,
  defaultNetwork: (s) => {
    const name = s.string("network", "default_network");
    return name === undefined || name === "podman" ? defaults.DEFAULT_NETWORK : name;
  },
  // podman's own default network may use what the file says, so we cannot.
  defaultSubnet: () => defaults.DEFAULT_SUBNET,
  subnetPools: (s) =>
    s.tables("network", "default_subnet_pools")?.map(({ base, size }) => {
      if (typeof base !== "string" || typeof size !== "number")
        throw s.invalid("network", "default_subnet_pools", 'must be a list of {base = "10.89.0.0/16", size = 24}');
      return { base, size };
    }) ?? defaults.SUBNET_POOLS,
  dnsPort: (s) => s.integer("network", "dns_bind_port") || 53,
  networkSetup: (s) => s.choice("network", "minke_setup", ["rtnetlink", "netavark"]),
  detachKeys: (s) => s.string("engine", "detach_keys") ?? "ctrl-p,ctrl-q",
  eventsKeep: () => defaults.EVENTS_KEEP,
  sources: (s) => s.sources,
};

function helperDirs(settings: Settings): readonly string[] {
  return settings.strings("engine", "helper_binaries_dir") ?? defaults.HELPER_DIRS;
}

/** We have no journald driver: whoever configures it wants logs to be kept, so they are. */
function logDriver(settings: Settings): ConfigSettings["logDriver"] {
  const known = ["k8s-file", "json-file", "journald", "none", "passthrough"] as const;
  const name = settings.choice("containers", "log_driver", known) ?? "k8s-file";
  return name === "json-file" || name === "journald" ? "k8s-file" : name;
}

function count(settings: Settings, key: string): number | undefined {
  const value = settings.integer("engine", key);
  if (value !== undefined && value < 0) throw settings.invalid("engine", key, "must not be negative");
  return value;
}
