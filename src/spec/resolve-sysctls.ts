import type { NamespaceMode, NetworkMode } from "../model/container.ts";
import { invalid } from "./invalid.ts";

const IPC_NAMES = new Set(
  ["msgmax", "msgmnb", "msgmni", "sem", "shmall", "shmmax", "shmmni", "shm_rmid_forced"].map((n) => `kernel.${n}`),
);
const UTS_NAMES = new Set(["kernel.domainname", "kernel.hostname"]);

interface Modes {
  readonly net: NetworkMode;
  readonly ipc: { readonly mode: string };
  readonly uts: NamespaceMode;
}

interface Home {
  readonly kind: "Network" | "IPC" | "UTS";
  readonly mode: string;
}

/** The namespace in which a sysctl lives; undefined for one that is not namespaced. */
function homeOf(name: string, modes: Modes): Home | undefined {
  if (name.startsWith("net.")) return { kind: "Network", mode: modes.net.mode };
  if (name.startsWith("fs.mqueue.") || IPC_NAMES.has(name)) return { kind: "IPC", mode: modes.ipc.mode };
  return UTS_NAMES.has(name) ? { kind: "UTS", mode: modes.uts.mode } : undefined;
}

const isOwn = (home: Home) => !["host", "container", "path"].includes(home.mode);

/**
 * Checks the names of sysctls (spec/pods.md 1.6).
 *
 * @param sysctls names with dots
 * @throws INVALID_ARGUMENT for a name outside the namespaced ones and for an empty key
 */
export function checkSysctlNames(sysctls: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(sysctls)) {
    if (name.trim() !== name || value.trim() !== value || name === "")
      throw invalid(
        `'${name}=${value}' is invalid, extra spaces found: sysctl values must be in the form of KEY=VALUE`,
      );
    const modes: Modes = { net: { mode: "private" }, ipc: { mode: "private" }, uts: { mode: "private" } };
    const home = homeOf(name, modes);
    if (home === undefined || home.kind === "UTS" || /[/\0\s]|\.\./.test(name))
      throw invalid(`sysctl '${name}' is not allowed`);
  }
}

/**
 * The sysctls that a container gets: the user's, which need a namespace of its own, and the configured ones where there
 * is one.
 *
 * @throws INVALID_ARGUMENT for names that are not allowed or whose namespace is somebody else's
 */
export function resolveSysctls(
  own: Readonly<Record<string, string>>,
  defaults: Readonly<Record<string, string>>,
  modes: Modes,
): Readonly<Record<string, string>> {
  checkSysctlNames(own);
  for (const [name, value] of Object.entries(own)) {
    const home = homeOf(name, modes);
    if (home === undefined || isOwn(home)) continue;
    const holder = home.mode === "host" ? "set to host" : "is shared with another container";
    throw invalid(`sysctl ${name}=${value} can't be set since ${home.kind} Namespace ${holder}: invalid argument`);
  }
  const fitting = Object.entries(defaults).filter(([name]) => {
    const home = homeOf(name, modes);
    return home !== undefined && isOwn(home);
  });
  return { ...Object.fromEntries(fitting), ...own };
}
