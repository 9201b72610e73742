import { fail } from "../../base/errors.ts";
import { isHostError } from "../../base/host-error.ts";
import type { ContainerConfig } from "../../model/container.ts";
import type { ContainerListOptions, ContainerSummary, NamespaceName } from "../api/containers.ts";
import type { EngineDeps } from "../deps.ts";
import { readRecord } from "../health/health-files.ts";
import { compileFilters } from "./filters.ts";
import { observe } from "./observe.ts";

/**
 * Rows of `ps`, oldest first, from one snapshot and the kernel; never waits for a writer.
 *
 * @throws INVALID_ARGUMENT for an unknown filter or a bad value
 */
export function listContainers(deps: EngineDeps, options: ContainerListOptions = {}): readonly ContainerSummary[] {
  const snapshot = deps.store.read((tx) => ({
    configs: tx.containers.list(),
    runs: tx.containers.lastRuns(),
    pods: tx.pods.list(),
  }));
  const podNames = new Map<string, string>(snapshot.pods.map((p) => [p.id, p.name]));
  const boot = deps.store.boot.all();
  const rows = snapshot.configs.map((config): ContainerSummary => {
    const state = boot.get(config.id);
    const seen = observe(deps, config.id, { state, lastRun: snapshot.runs.get(config.id) ?? {} });
    const podName = podNames.get(config.pod ?? "") ?? "";
    return { config, status: seen.status, lastRun: seen.lastRun, state, podName, ...healthOf(deps, config) };
  });
  const matches = compileFilters(deps, options.filters ?? {});
  const hasStatusFilter = options.filters?.["status"] !== undefined;
  const wanted = rows.filter(
    (row) => matches(row) && (options.all === true || options.last !== undefined || hasStatusFilter || isActive(row)),
  );
  const chosen =
    options.last === undefined || options.last < 0 ? wanted : wanted.slice(Math.max(0, wanted.length - options.last));
  return chosen.map((row) => ({
    ...row,
    ...(options.size === true ? { size: sizeOf(deps, row.config) } : {}),
    ...(options.namespaces === true ? namespacesOf(deps, row) : {}),
  }));
}

const NAMESPACE_NAMES: readonly NamespaceName[] = ["cgroup", "ipc", "mnt", "net", "pid", "user", "uts"];

/** Inode numbers of the namespaces of a container's process; none where it has ended meanwhile. */
function namespacesOf(deps: EngineDeps, { state, status }: ContainerSummary): Pick<ContainerSummary, "namespaces"> {
  const pid = state?.process?.pid;
  if (pid === undefined || (status !== "running" && status !== "paused")) return {};
  try {
    const links = NAMESPACE_NAMES.map((name) => [name, deps.host.inodes.readLink(`/proc/${pid}/ns/${name}`)] as const);
    return { namespaces: Object.fromEntries(links.map(([name, link]) => [name, link.replace(/\D/g, "")])) };
  } catch (error) {
    if (isHostError(error)) return {};
    throw error;
  }
}

/** The record of the last run in this boot: podman goes on showing the health of a container that has ended. */
function healthOf(deps: EngineDeps, config: ContainerConfig): Pick<ContainerSummary, "health"> {
  const health = config.health === undefined ? undefined : readRecord(deps, config.id, "health");
  return health === undefined ? {} : { health };
}

/** What `ps` shows without `--all`: podman counts a paused container as not running. */
function isActive(row: ContainerSummary): boolean {
  return row.status === "running";
}

/** Bytes of a container's writable layer, and with all layers below. */
export function sizeOf(
  deps: EngineDeps,
  config: ContainerConfig,
): { readonly writable: number; readonly total: number } {
  const { rootfs } = config;
  const writable = rootfs.kind === "image" ? deps.rootfs.size(config.id) : 0;
  const image = rootfs.kind === "image" ? deps.store.read((tx) => tx.images.get(rootfs.imageId)?.size ?? 0) : 0;
  return { writable, total: writable + image };
}

/** One row, for verbs that look at a single container. Throws NO_SUCH_CONTAINER. */
export function summaryOf(deps: EngineDeps, config: ContainerConfig): ContainerSummary {
  const found = deps.store.read((tx) => {
    if (tx.containers.get(config.id) === undefined) throw fail("NO_SUCH_CONTAINER", { ref: config.id });
    return {
      lastRun: tx.containers.lastRun(config.id),
      podName: config.pod === undefined ? "" : (tx.pods.get(config.pod)?.name ?? ""),
    };
  });
  const state = deps.store.boot.get(config.id);
  const seen = observe(deps, config.id, { state, lastRun: found.lastRun });
  return {
    config,
    status: seen.status,
    lastRun: seen.lastRun,
    state,
    podName: found.podName,
    ...healthOf(deps, config),
  };
}
