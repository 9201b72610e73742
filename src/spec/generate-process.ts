import type { ContainerConfig, Ulimit } from "../model/container.ts";
import { grantCapabilities } from "./capabilities.ts";
import { INIT_PATH } from "./generate-mounts.ts";
import type { HostFacts, ResolvedUser, SpecInput } from "./inputs.ts";
import { invalid } from "./invalid.ts";
import type { OciCapabilities, OciProcess, OciRlimit, OciUser } from "./oci.ts";
import { HOST_ULIMITS } from "./resolve-resources.ts";
import { resolveUser } from "./users.ts";

const RLIM_INFINITY = 18_446_744_073_709_551_615n;

/** What podman gives where nobody names a limit. */
const DEFAULT_RLIMIT = 1_048_576;

const unlimitedAsInfinity = (value: number) => (value < 0 ? Number.POSITIVE_INFINITY : value);
const toOci = (value: number) => (Number.isFinite(value) ? value : RLIM_INFINITY);

interface Clamped {
  readonly rlimit: OciRlimit;
  readonly warning?: string;
}

/** Only CAP_SYS_RESOURCE lets a process raise its hard limits. */
function clamp(limit: Ulimit, host: HostFacts): Clamped {
  const held = host.boundingCapabilities.includes("CAP_SYS_RESOURCE") ? undefined : host.hardLimits[limit.name];
  const ceiling = held === undefined ? Number.POSITIVE_INFINITY : unlimitedAsInfinity(held.hard);
  const hard = unlimitedAsInfinity(limit.hard);
  const soft = unlimitedAsInfinity(limit.soft);
  const rlimit = {
    type: `RLIMIT_${limit.name.toUpperCase()}`,
    soft: toOci(Math.min(soft, ceiling)),
    hard: toOci(Math.min(hard, ceiling)),
  };
  if (hard <= ceiling) return { rlimit };
  const asked = limit.hard < 0 ? "unlimited" : String(limit.hard);
  return { rlimit, warning: `ulimit ${limit.name}=${asked} is above what this host allows: using ${ceiling}` };
}

/** The container's limits, cut to what the host allows: a runtime fails on more (spec/components.md 3.5). */
function generateRlimits(ulimits: readonly Ulimit[], host: HostFacts) {
  const named = ulimits.filter((limit) => limit.name !== HOST_ULIMITS);
  const inherits = named.length < ulimits.length;
  const clamped = named.map((limit) => clamp(limit, host));
  const missing = inherits ? [] : ["nofile", "nproc"].filter((name) => !named.some((limit) => limit.name === name));
  const defaults = missing.map((name) => clamp({ name, soft: DEFAULT_RLIMIT, hard: DEFAULT_RLIMIT }, host).rlimit);
  return {
    rlimits: [...clamped.map((c) => c.rlimit), ...defaults],
    warnings: clamped.flatMap((c) => c.warning ?? []),
  };
}

/** Lowering the adjustment below the engine's own needs CAP_SYS_RESOURCE. */
function clampOomScore(wanted: number, host: HostFacts) {
  const own = host.oomScoreAdj ?? 0;
  if (wanted >= own || host.boundingCapabilities.includes("CAP_SYS_RESOURCE")) return { value: wanted, warnings: [] };
  return {
    value: own,
    warnings: [`oom score adjustment ${wanted} is below what this host allows: using ${own}`],
  };
}

function generateUser(user: ResolvedUser, umask: number): OciUser {
  return {
    uid: user.uid,
    gid: user.gid,
    umask,
    ...(user.additionalGids.length === 0 ? {} : { additionalGids: user.additionalGids }),
  };
}

function withoutPrimary(user: ResolvedUser): ResolvedUser {
  return { ...user, additionalGids: user.additionalGids.filter((gid) => gid !== user.gid) };
}

/** HOSTNAME and HOME are the engine's only where nobody set them; a home is what passwd says. */
function environmentOf(
  env: Readonly<Record<string, string>>,
  user: ResolvedUser,
  hostname: string | undefined,
): readonly string[] {
  const known = {
    ...(hostname === undefined ? {} : { HOSTNAME: hostname }),
    ...(user.name === "" ? {} : { HOME: user.home }),
  };
  return Object.entries({ ...env, ...known, ...env }).map(([key, value]) => `${key}=${value}`);
}

function apparmorOf(input: Pick<SpecInput, "config" | "host" | "apparmorProfile">): string | undefined {
  const { config, host, apparmorProfile } = input;
  if (!host.apparmor) return undefined;
  if (config.security.apparmorProfile !== undefined) return config.security.apparmorProfile;
  return config.security.privileged ? undefined : apparmorProfile;
}

/** `process` of config.json (spec/components.md 4.1), with what had to be cut down. */
export function generateMainProcess(input: SpecInput): {
  readonly process: OciProcess;
  readonly warnings: readonly string[];
} {
  const { config, host, user } = input;
  if (config.init && input.initBinary === undefined)
    throw invalid("no init program found for --init: install catatonit");
  const grant = grantCapabilities(config.security, {
    defaults: input.engine.defaultCapabilities,
    bounding: host.boundingCapabilities,
    isRoot: user.uid === 0,
  });
  const limits = generateRlimits(config.ulimits, host);
  const oom = config.oomScoreAdj === undefined ? undefined : clampOomScore(config.oomScoreAdj, host);
  const apparmor = apparmorOf(input);
  const process: OciProcess = {
    ...(config.terminal ? { terminal: true } : {}),
    user: generateUser(user, config.umask),
    args: config.init ? [INIT_PATH, "--", ...config.argv] : config.argv,
    env: environmentOf(config.env, user, input.hostname),
    cwd: config.workdir,
    capabilities: grant.capabilities,
    rlimits: limits.rlimits,
    ...(config.security.noNewPrivileges ? { noNewPrivileges: true } : {}),
    ...(apparmor === undefined ? {} : { apparmorProfile: apparmor }),
    ...(oom === undefined ? {} : { oomScoreAdj: oom.value }),
  };
  const missing = grant.missing.map((name) => `capability ${name} cannot be added: this host does not give it`);
  return { process, warnings: [...missing, ...limits.warnings, ...(oom?.warnings ?? [])] };
}

/** What an exec asks for; everything else is the container's. */
export interface ProcessOptions {
  readonly command: readonly string[];
  readonly terminal?: boolean;
  /** Absolute; default the container's. */
  readonly workdir?: string;
  /** Put over the container's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** `user[:group]`; default the container's. */
  readonly user?: string;
  readonly privileged?: boolean;
}

export interface ProcessInput {
  readonly config: ContainerConfig;
  readonly options: ProcessOptions;
  /** Text of the container's own files. */
  readonly accounts: { readonly passwd: string; readonly group: string };
  /** As `hostnameFor` gives it, for HOSTNAME; left out if absent. */
  readonly hostname?: string;
  readonly host: HostFacts;
  readonly engine: SpecInput["engine"];
  readonly apparmorProfile?: string;
}

interface Users {
  readonly user: ResolvedUser;
  readonly containerUser: ResolvedUser;
}

/** The container's own user keeps its further groups. */
function resolveUsers({ config, options, accounts }: ProcessInput): Users {
  const containerUser = resolveUser(config.user, accounts, config.groupAdd);
  const isOther = options.user !== undefined && options.user !== "" && options.user !== config.user;
  return { containerUser, user: isOther ? resolveUser(options.user ?? "", accounts) : containerUser };
}

/**
 * Capabilities of an exec (spec/components.md 4.8): root has the container's whole bounding set, the container's own
 * user what that one has, others none.
 */
function execCapabilities(input: ProcessInput, users: Users): OciCapabilities {
  const { config, options, host } = input;
  const { user, containerUser } = users;
  const security = options.privileged === true ? { ...config.security, privileged: true } : config.security;
  const isRoot = user.uid === 0;
  const { capabilities } = grantCapabilities(security, {
    defaults: input.engine.defaultCapabilities,
    bounding: host.boundingCapabilities,
    isRoot,
  });
  const isContainersUser = user.uid === containerUser.uid && user.gid === containerUser.gid;
  if (isRoot || isContainersUser) return capabilities;
  return { bounding: capabilities.bounding, effective: [], permitted: [], inheritable: [], ambient: [] };
}

/**
 * Process object of an exec session (spec/components.md 4.8).
 *
 * @throws INVALID_ARGUMENT without a command, with a relative workdir, and for an unknown user
 */
export function generateProcess(input: ProcessInput): OciProcess {
  const { config, options, hostname } = input;
  const { command, workdir } = options;
  if (command.length === 0)
    throw invalid("must provide a non-empty command to start an exec session: invalid argument");
  if (workdir !== undefined && !workdir.startsWith("/"))
    throw invalid(`the working directory "${workdir}" is invalid, it needs to be an absolute path`);
  const users = resolveUsers(input);
  const apparmor = apparmorOf(input);
  return {
    ...(options.terminal === true ? { terminal: true } : {}),
    // As podman: a user asked for here does not have the primary group once more, the container's own user does.
    user: generateUser(options.user === undefined ? users.user : withoutPrimary(users.user), config.umask),
    args: command,
    env: environmentOf({ ...config.env, ...options.env }, users.user, hostname),
    cwd: workdir ?? config.workdir,
    capabilities: execCapabilities(input, users),
    rlimits: generateRlimits(config.ulimits, input.host).rlimits,
    ...(config.security.noNewPrivileges ? { noNewPrivileges: true } : {}),
    ...(apparmor === undefined ? {} : { apparmorProfile: apparmor }),
    ...(config.oomScoreAdj === undefined ? {} : { oomScoreAdj: clampOomScore(config.oomScoreAdj, input.host).value }),
  };
}
