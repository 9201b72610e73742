import { basename } from "node:path";
import { fail } from "../../base/errors.ts";
import type { Cgroups, Files, Processes } from "../../host/ports.ts";

/** An OCI runtime as it was found on this host. */
export interface RuntimeChoice {
  readonly name: string;
  /** Absolute path. */
  readonly path: string;
  /** Why this one, in words for `doctor`. */
  readonly reason: string;
}

export interface RuntimeCandidate {
  readonly name: string;
  readonly path: string | undefined;
  /** Why it can't run containers here; undefined if it can. */
  readonly problem: string | undefined;
  readonly remedy: string | undefined;
}

export interface RuntimeSearch {
  /** Name or absolute path that the user or containers.conf fixed. */
  readonly wanted: string | undefined;
  /** containers.conf `[engine.runtimes]`: name to paths. */
  readonly known: Readonly<Record<string, readonly string[]>>;
  readonly directories: readonly string[];
}

interface ProbeDeps {
  readonly files: Files;
  readonly processes: Processes;
  readonly cgroups: Cgroups;
}

const UNIFIED_CONTROLLERS = "/sys/fs/cgroup/unified/cgroup.controllers";

/** crun refuses a hybrid host while a controller sits in the v2 hierarchy (spec/components.md 3.6); newer ones no longer do. */
function crunProblem(deps: ProbeDeps): Pick<RuntimeCandidate, "problem" | "remedy"> {
  if (deps.cgroups.version() !== "hybrid") return { problem: undefined, remedy: undefined };
  const controllers = (deps.files.readTextIfExists(UNIFIED_CONTROLLERS) ?? "").trim();
  if (controllers === "") return { problem: undefined, remedy: undefined };
  const remedy = controllers
    .split(/\s+/)
    .map((c) => `mkdir -p /sys/fs/cgroup/${c} && mount -t cgroup -o ${c} none /sys/fs/cgroup/${c}`)
    .join(" && ");
  return { problem: `cgroups are hybrid and ${controllers} sits in the v2 hierarchy, which crun refuses`, remedy };
}

function pathOf(deps: ProbeDeps, name: string, search: RuntimeSearch): string | undefined {
  if (name.startsWith("/"))
    return deps.processes.find(basename(name), [name.slice(0, -basename(name).length - 1) || "/"]);
  for (const path of search.known[name] ?? []) {
    const found = deps.processes.find(basename(path), [path.slice(0, -basename(path).length - 1) || "/"]);
    if (found !== undefined) return found;
  }
  return deps.processes.find(name, search.directories);
}

/** Looks at one runtime: is it here, and can it work on this host? */
export function probeRuntime(deps: ProbeDeps, name: string, search: RuntimeSearch): RuntimeCandidate {
  const path = pathOf(deps, name, search);
  if (path === undefined)
    return {
      name: basename(name),
      path,
      problem: "it is not installed",
      remedy: `install the package ${basename(name)}`,
    };
  const trouble = basename(path) === "crun" ? crunProblem(deps) : { problem: undefined, remedy: undefined };
  return { name: basename(path), path, ...trouble };
}

/**
 * Chooses the OCI runtime: the one asked for, else the first of crun and runc that can work here.
 *
 * @throws OCI_RUNTIME_UNUSABLE naming what is wrong with the one asked for, or with all
 */
export function chooseRuntime(deps: ProbeDeps, search: RuntimeSearch): RuntimeChoice {
  if (search.wanted !== undefined) {
    const found = probeRuntime(deps, search.wanted, search);
    if (found.path === undefined || found.problem !== undefined)
      throw fail("OCI_RUNTIME_UNUSABLE", { runtime: search.wanted, reason: describe(found) });
    return { name: found.name, path: found.path, reason: "it was asked for" };
  }
  const crun = probeRuntime(deps, "crun", search);
  if (crun.path !== undefined && crun.problem === undefined)
    return {
      name: crun.name,
      path: crun.path,
      reason: "it is installed, works with this host's cgroups and is the fastest",
    };
  const runc = probeRuntime(deps, "runc", search);
  if (runc.path !== undefined)
    return { name: runc.name, path: runc.path, reason: `crun can't be used: ${crun.problem}` };
  throw fail("OCI_RUNTIME_UNUSABLE", { runtime: "crun or runc", reason: `${describe(crun)}; runc: ${describe(runc)}` });
}

function describe(candidate: RuntimeCandidate): string {
  const what = candidate.problem ?? "it is unusable";
  return candidate.remedy === undefined ? what : `${what} (${candidate.remedy})`;
}
