import { basename, dirname } from "node:path";
import { fail, messageOf } from "../../base/errors.ts";
import type { Files, Inodes, Processes } from "../../host/ports.ts";

/** Short on purpose: netavark tries each directory for each iptables call. */
export const SYSTEM_PATH: readonly string[] = [
  "/usr/sbin",
  "/usr/bin",
  "/sbin",
  "/bin",
  "/usr/local/sbin",
  "/usr/local/bin",
];

/** What netavark is here. */
export interface NetavarkProbe {
  readonly path: string;
  /** A path where nothing is if aardvark-dns is not installed: no DNS then. */
  readonly aardvarkPath: string;
  readonly version: string;
  /** The packet filter that this version drives when nothing else is said. */
  readonly firewall: "iptables" | "nftables";
}

type Deps = { readonly files: Files; readonly inodes: Inodes; readonly processes: Processes };

/**
 * Finds netavark and asks for its version, once per installed file: the answer is kept beside aardvark-dns' files.
 *
 * @param options.paths where to look, absolute paths, in order
 * @param options.cacheDir directory on tmpfs
 * @throws PROGRAM_MISSING, NETWORK_FAILED (it cannot say its version)
 */
export async function probeNetavark(deps: Deps, options: ProbeOptions): Promise<NetavarkProbe> {
  const path = findFirst(deps.processes, options.paths.netavark);
  if (path === undefined) throw fail("PROGRAM_MISSING", { program: "netavark", package: "netavark" });
  const aardvarkPath = findFirst(deps.processes, options.paths.aardvark) ?? "/nonexistent/aardvark-dns";
  const version = await cachedVersion(deps, path, options.cacheDir);
  return {
    path,
    aardvarkPath,
    version,
    firewall: firewallOf(version),
  };
}

export interface ProbeOptions {
  readonly paths: { readonly netavark: readonly string[]; readonly aardvark: readonly string[] };
  readonly cacheDir: string;
}

function findFirst(processes: Processes, paths: readonly string[]): string | undefined {
  for (const path of paths) {
    const found = processes.find(basename(path), [dirname(path)]);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function cachedVersion(deps: Deps, path: string, cacheDir: string): Promise<string> {
  const stat = deps.inodes.stat(path);
  const stamp = [path, stat?.inode, stat?.size, stat?.mtimeMs].join(" ");
  const cache = `${cacheDir}/netavark-version`;
  const [knownStamp, known] = deps.files.readTextIfExists(cache)?.split("\n") ?? [];
  if (knownStamp === stamp && known !== undefined && known !== "") return known;
  const version = await askVersion(deps, path);
  deps.files.makeDir(cacheDir);
  deps.files.writeAtomic(cache, `${stamp}\n${version}\n`, { mode: 0o644 });
  return version;
}

async function askVersion(deps: Deps, path: string): Promise<string> {
  const result = await deps.processes.run(path, ["version"], { env: { PATH: SYSTEM_PATH.join(":") } });
  const text = new TextDecoder().decode(result.stdout);
  if (result.outcome !== "exited" || result.code !== 0)
    throw fail("NETWORK_FAILED", { message: `${path} version: ${text.trim() || result.outcome}` });
  return parseVersion(text);
}

/**
 * The version in the JSON that `netavark version` prints.
 *
 * @throws NETWORK_FAILED if there is none
 */
export function parseVersion(text: string): string {
  try {
    const version: unknown = (JSON.parse(text) as { version?: unknown }).version;
    if (typeof version === "string" && version !== "") return version;
    throw new TypeError("no version in it");
  } catch (error) {
    throw fail("NETWORK_FAILED", { message: `unexpected version ${JSON.stringify(text)}: ${messageOf(error)}` });
  }
}

/** nftables became the default with 1.11 (netavark's release notes). */
function firewallOf(version: string): "iptables" | "nftables" {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 1 || (major === 1 && minor >= 11) ? "nftables" : "iptables";
}
