import { join } from "node:path";
import { isHostError } from "../base/host-error.ts";
import type { FileLocks, Files, SystemInfo } from "../host/ports.ts";
import { retryBlocking } from "./pause.ts";
import { stateBusy } from "./sqlite-errors.ts";

/** What lies in the run root and dies with a boot. Names and not "everything", for the case of `--runroot /tmp`. */
const BOOT_SCOPED = [
  "containers",
  "exits",
  "locks",
  "netns",
  "networks",
  "runtimes",
  "persist",
  "sockets",
  "health",
  "supervisor",
];

type Deps = { readonly files: Files; readonly locks: FileLocks; readonly system: Pick<SystemInfo, "bootId"> };

/**
 * Makes sure that the run root speaks of this boot. /run may not be a tmpfs, so the boot's id is noted there; where it
 * is another's or missing, everything that the reboot has ended is removed, once, under a lock.
 *
 * @param forget also drops what the database says about the last boot; it may run again after a crash
 */
export function enterBoot(deps: Deps, runRoot: string, forget: () => void): void {
  const { files } = deps;
  const notePath = join(runRoot, "boot-id");
  const isCurrent = () => files.readTextIfExists(notePath)?.trim() === deps.system.bootId;
  if (isCurrent()) return;
  files.makeDir(runRoot, 0o700);
  const lockPath = join(runRoot, "boot.lock");
  using held = retryBlocking(() => deps.locks.tryAcquire(lockPath));
  if (!held) throw stateBusy(lockPath);
  if (isCurrent()) return;
  for (const name of BOOT_SCOPED) removeUnlessMounted(files, join(runRoot, name));
  forget();
  files.writeAtomic(notePath, `${deps.system.bootId}\n`);
}

/**
 * A mount below means that the note was lost and not that the machine was booted. What is mounted stays; the facts about
 * it would be refused anyway, because a state without a living process is not believed.
 */
function removeUnlessMounted(files: Files, path: string): void {
  try {
    files.removeTree(path);
  } catch (error) {
    if (!isHostError(error, "EBUSY")) throw error;
  }
}
