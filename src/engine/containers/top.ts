import { fail } from "../../base/errors.ts";
import type { ContainerConfig } from "../../model/container.ts";
import type { EngineDeps } from "../deps.ts";
import { readInRoot } from "./in-root.ts";
import { isAlive } from "./observe.ts";
import { COLUMNS, DEFAULT_COLUMNS, readFacts } from "./process-table.ts";

/**
 * The processes of a running container (podman-top(1)): a header row, then one row per process.
 *
 * @param descriptors codes (`%p`) or names (`pid`), also joined with commas; [] is podman's default set
 * @throws NOT_RUNNING, INVALID_ARGUMENT for an unknown descriptor
 */
export function topContainer(
  deps: EngineDeps,
  config: ContainerConfig,
  descriptors: readonly string[],
): readonly (readonly string[])[] {
  const state = deps.store.boot.get(config.id);
  if (state?.cgroupPath === undefined || state.phase !== "started" || !isAlive(deps, state.process))
    throw fail("NOT_RUNNING", { message: "top can only be used on running containers" });
  return processTable(
    deps,
    {
      pids: pidsOf(deps, { cgroupPath: state.cgroupPath, init: state.process?.pid ?? 0 }),
      init: state.process?.pid ?? 0,
    },
    descriptors,
  );
}

/** Pids of a container: its cgroup's, or those that share its init's pid namespace where it has no cgroup. */
export function pidsOf(
  deps: EngineDeps,
  container: { readonly cgroupPath: string; readonly init: number },
): readonly number[] {
  const pids = deps.host.cgroups.processes(container.cgroupPath);
  return pids.length > 0 ? pids : [container.init];
}

/** Header and rows for some processes. */
export function processTable(
  deps: EngineDeps,
  processes: { readonly pids: readonly number[]; readonly init: number },
  descriptors: readonly string[],
): readonly (readonly string[])[] {
  const names = descriptors
    .flatMap((d) => d.split(","))
    .map((d) => d.trim())
    .filter(Boolean);
  const columns = (names.length === 0 ? DEFAULT_COLUMNS : names).map((name) => {
    const column = COLUMNS.find((c) => c.code === name || c.name === name.toLowerCase());
    if (column === undefined) throw fail("INVALID_ARGUMENT", { message: `'${name}': unknown descriptor` });
    return column;
  });
  const context = {
    users: idNames(deps, processes.init, "/etc/passwd"),
    groups: idNames(deps, processes.init, "/etc/group"),
  };
  const facts = processes.pids.map((pid) => readFacts(deps.host, pid)).filter((f) => f !== undefined);
  return [columns.map((c) => c.header), ...facts.map((f) => columns.map((c) => c.value(f, context)))];
}

/** Names by id from a file of the container, whose links lead nowhere but into the container. */
function idNames(deps: EngineDeps, pid: number, path: string): ReadonlyMap<number, string> {
  const text = readInRoot(deps.host, `/proc/${pid}/root`, path);
  return new Map(
    text.split("\n").flatMap((line) => {
      const [name, , id] = line.split(":");
      return name === undefined || id === undefined || name === "" ? [] : [[Number(id), name] as const];
    }),
  );
}
