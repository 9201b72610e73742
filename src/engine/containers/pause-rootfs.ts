import { join } from "node:path";
import type { EngineDeps } from "../deps.ts";
import { initBinary } from "./spec-setup.ts";

const DIRECTORIES = ["proc", "sys", "dev", "etc", "run", "tmp"];
const MOUNT_POINTS = ["etc/hosts", "etc/hostname", "etc/resolv.conf", "run/.containerenv"];

/**
 * The root file system of infra containers: one directory for all, with the static catatonit binary and empty places for
 * what the runtime mounts. It is mounted read-only, so nothing has to be made or unmounted per pod.
 *
 * @returns its absolute path
 * @throws PROGRAM_MISSING without catatonit
 */
export function pauseRootfs(deps: EngineDeps): string {
  const { files, inodes } = deps.host;
  const { pause } = deps.paths;
  const binary = initBinary(deps);
  const installed = inodes.stat(join(pause, "catatonit"));
  if (installed !== undefined && installed.size === inodes.stat(binary)?.size) return pause;
  for (const directory of DIRECTORIES) files.makeDir(join(pause, directory), 0o755);
  for (const path of MOUNT_POINTS)
    if (inodes.lstat(join(pause, path)) === undefined) files.writeAtomic(join(pause, path), "", { mode: 0o644 });
  files.writeAtomic(join(pause, "catatonit"), files.readBytes(binary), { mode: 0o755 });
  return pause;
}
