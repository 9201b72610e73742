import type { FakeHost } from "../../host/fakes/open.ts";
import type { FakeNode } from "../../host/fakes/tree.ts";

/** Files and directories that an engine root keeps once it has been used. */
const KEPT = [
  // Processes are counted by themselves.
  /^\/proc\/\d+$/,
  /^\/var\/lib\/minke(\/minke\.db|\/containers|\/volumes|\/overlay|\/overlay\/empty|\/pause(\/.*)?)?$/,
  /^\/run\/minke(\/boot-id|\/boot\.lock|\/containers|\/exits|\/locks|\/netns|\/networks(\/netavark-version)?|\/health|\/supervisor(\/lock|\/poke)?)?$/,
  // A lock file of an object whose remover was killed: empty, on tmpfs, and nobody will ask for it again.
  /^\/run\/minke\/locks\/[^/]+\.lock$/,
  /^\/run\/minke\/runtimes(\/crun)?$/,
  /^\/run\/minke-host(\/.*)?$/,
];

/** Groups that stay when their last container goes. */
const KEPT_GROUPS = ["/minke_parent", "/minke_parent/conmon"];

/** What is on the machine at one moment. */
export interface Snapshot {
  readonly processes: readonly string[];
  readonly mounts: readonly string[];
  readonly files: ReadonlySet<string>;
  readonly groups: readonly string[];
  readonly descriptors: number;
}

/** Takes stock of a machine, without the engines' own processes. */
export function takeStock(host: FakeHost): Snapshot {
  return {
    processes: host.table
      .list()
      .flatMap(({ pid, start }) => (start.argv[0] === "minke" ? [] : [`${pid} ${start.argv}`])),
    mounts: host.mounts.list().map((mount) => mount.mountPoint),
    files: new Set(pathsBelow(host.kernel.tree.root, "")),
    groups: host.cgroups.paths,
    descriptors: host.kernel.openDescriptors.length,
  };
}

/**
 * Compares a machine with what it was before an engine came. Everything has been removed, so nothing may be left but what
 * an engine root keeps.
 *
 * @returns one line for each thing that was left behind
 */
export function leaksSince(before: Snapshot, now: Snapshot): readonly string[] {
  const fresh = (list: readonly string[], old: readonly string[]) => list.filter((item) => !old.includes(item));
  return [
    ...fresh(now.processes, before.processes).map((process) => `process ${process}`),
    ...fresh(now.mounts, before.mounts).map((mount) => `mount ${mount}`),
    ...fresh(now.groups, [...before.groups, ...KEPT_GROUPS]).map((group) => `cgroup ${group}`),
    ...[...now.files]
      .filter((path) => !before.files.has(path) && !KEPT.some((kept) => kept.test(path)))
      .map((path) => `file ${path}`),
    ...(now.descriptors > before.descriptors ? [`${now.descriptors - before.descriptors} open descriptors`] : []),
  ];
}

function pathsBelow(node: FakeNode, path: string): string[] {
  return [...node.entries].flatMap(([name, child]) => [`${path}/${name}`, ...pathsBelow(child, `${path}/${name}`)]);
}
