import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** What one engine of a test used, to find what it left behind. */
export interface Traces {
  /** The directory that holds its root and run root. */
  readonly directory: string;
  /** Ids of the containers and pods that ever existed. */
  readonly ids: readonly string[];
  /** Names of the bridges of its networks. */
  readonly bridges: readonly string[];
}

const lines = (text: string) => text.split("\n").filter((line) => line !== "");

function readOr(path: string, otherwise = ""): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return otherwise;
  }
}

/** Mount points below a directory, the deepest first. */
export function mountsBelow(directory: string): string[] {
  const points = lines(readFileSync("/proc/self/mountinfo", "utf8")).map((line) => line.split(" ")[4] ?? "");
  return points.filter((point) => point.startsWith(`${directory}/`)).sort((a, b) => b.length - a.length);
}

/** Processes whose command line or cgroup mentions one of the words. Zombies do not count: they hold nothing. */
export function processesOf(words: readonly string[]): { readonly pid: number; readonly command: string }[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids.flatMap((name) => {
    const command = readOr(`/proc/${name}/cmdline`).replaceAll("\0", " ").trim();
    if (command === "") return [];
    const text = `${command}\n${readOr(`/proc/${name}/cgroup`)}`;
    return words.some((word) => text.includes(word)) ? [{ pid: Number(name), command }] : [];
  });
}

function cgroupHierarchies(): string[] {
  const base = "/sys/fs/cgroup";
  if (existsSync(join(base, "cgroup.controllers"))) return [base];
  return readdirSync(base)
    .map((name) => join(base, name))
    .filter((path) => statSync(path).isDirectory());
}

function directoriesBelow(directory: string, depth: number): string[] {
  if (depth === 0) return [];
  let entries: string[] = [];
  try {
    entries = readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(directory, entry.name));
  } catch {
    // A cgroup may go while it is being read.
  }
  return entries.flatMap((path) => [path, ...directoriesBelow(path, depth - 1)]);
}

function cgroupsOf(ids: readonly string[]): string[] {
  if (ids.length === 0) return [];
  const known = new Set(ids);
  const named = (path: string) => (path.match(/[0-9a-f]{64}/g) ?? []).some((id) => known.has(id));
  return cgroupHierarchies().flatMap((hierarchy) => directoriesBelow(hierarchy, 4).filter(named));
}

/** Where engines of this host agree on bridges. */
const REGISTRY = "/run/minke-host/networks.json";

/**
 * Bridges that engines with a root below a directory have taken on this host. A default network that was only planned has
 * none: by now its name may be another engine's.
 */
export function bridgesOf(directory: string): string[] {
  const entries = JSON.parse(readOr(REGISTRY, "[]")) as readonly { readonly root: string; readonly bridge: string }[];
  return entries.filter(({ root }) => root.startsWith(`${directory}/`)).map(({ bridge }) => bridge);
}

function bridgePorts(bridges: readonly string[]): string[] {
  return bridges.flatMap((bridge) => {
    const ports = `/sys/class/net/${bridge}/brif`;
    return existsSync(ports) ? readdirSync(ports).map((port) => `${port} on bridge ${bridge}`) : [];
  });
}

function firewallRules(ids: readonly string[]): string[] {
  if (ids.length === 0) return [];
  const rules = lines(
    execFileSync("iptables-save", ["-t", "nat"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
  );
  return rules.filter((rule) => ids.some((id) => rule.includes(id)));
}

/**
 * What an engine left on the host after it removed everything: mounts, network namespaces, processes, cgroups, veths,
 * firewall rules. Each entry is one line for a person.
 */
export function findLeaks(traces: Traces): string[] {
  const namespaces = ["/run/netns", join(traces.directory, "run/netns")]
    .filter((directory) => existsSync(directory))
    .flatMap((directory) => readdirSync(directory).map((name) => join(directory, name)))
    .filter((path) => path.startsWith(traces.directory) || traces.ids.some((id) => path.includes(id)));
  return [
    ...mountsBelow(traces.directory).map((point) => `mount ${point}`),
    ...namespaces.map((path) => `network namespace ${path}`),
    ...processesOf([traces.directory, ...traces.ids]).map(({ pid, command }) => `process ${pid}: ${command}`),
    ...cgroupsOf(traces.ids).map((path) => `cgroup ${path}`),
    ...bridgePorts(traces.bridges).map((port) => `interface ${port}`),
    ...firewallRules(traces.ids).map((rule) => `firewall rule ${rule}`),
  ];
}

/** Takes away by force what a failed test left, so that it cannot disturb the next one. */
export function sweep(traces: Traces): void {
  for (const { pid } of processesOf([traces.directory, ...traces.ids])) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself.
    }
  }
  for (const point of mountsBelow(traces.directory)) execFileSync("umount", ["-l", point], { stdio: "ignore" });
  for (const path of cgroupsOf(traces.ids).sort((a, b) => b.length - a.length)) {
    try {
      rmdirSync(path);
    } catch {
      // Its processes are still dying; an empty cgroup harms nobody.
    }
  }
}
