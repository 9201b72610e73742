import { join } from "node:path";

/** Where things are, for one engine root. All absolute. */
export interface EnginePaths {
  readonly root: string;
  readonly runRoot: string;
  /** Files conmon writes exit codes to, one per container id. */
  readonly exits: string;
  readonly netns: string;
  /** States of health and readiness checks; they stay when the container is cleaned up. */
  readonly health: string;
  /** Marks and wakes the supervisor of this root. */
  readonly supervisor: string;
  /** OCI runtimes' own state, by runtime name. */
  readonly runtimeState: string;
  readonly volumes: string;
  /** Root file system of infra containers. */
  readonly pause: string;
  /** Static directory of a container: its log. */
  container(id: string): string;
  /** Boot-scoped directory of a container, also its OCI bundle. */
  bundle(id: string): string;
  netnsOf(id: string): string;
  exitFile(id: string): string;
  logFile(id: string): string;
}

/** Derives every path from the two roots. */
export function enginePaths(root: string, runRoot: string): EnginePaths {
  return {
    root,
    runRoot,
    exits: join(runRoot, "exits"),
    netns: join(runRoot, "netns"),
    health: join(runRoot, "health"),
    supervisor: join(runRoot, "supervisor"),
    runtimeState: join(runRoot, "runtimes"),
    volumes: join(root, "volumes"),
    pause: join(root, "pause"),
    container: (id) => join(root, "containers", id),
    bundle: (id) => join(runRoot, "containers", id),
    netnsOf: (id) => join(runRoot, "netns", id),
    exitFile: (id) => join(runRoot, "exits", id),
    logFile: (id) => join(root, "containers", id, "ctr.log"),
  };
}
