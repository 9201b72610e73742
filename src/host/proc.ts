import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { Processes } from "./ports.ts";
import { systemCall, unlessMissing } from "./system-call.ts";

/** A file of /proc that vanishes with its process; undefined then. */
function readProc(pid: number, name: string): string | undefined {
  const path = `/proc/${pid}/${name}`;
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ESRCH" || code === "EACCES" || code === "EPERM") return undefined;
    return unlessMissing("open", path, () => {
      throw error;
    });
  }
}

/** State, parent and start time of a process: proc(5), fields 3, 4 and 22 of /proc/PID/stat. */
export const processStat: Processes["stat"] = (pid) => {
  const text = readProc(pid, "stat");
  // The command (field 2) may hold anything, parentheses too.
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, parent] = fields ?? [];
  const startTicks = fields?.[19];
  if (state === undefined || startTicks === undefined) return undefined;
  return { state, parent: Number(parent), startTicks: Number(startTicks) };
};

/** Command line of a process; [] if it is gone, a zombie or a kernel thread. */
export const processArgv: Processes["argv"] = (pid) => {
  const text = readProc(pid, "cmdline") ?? "";
  return text === "" ? [] : text.replace(/\0$/, "").split("\0");
};

/**
 * Sends a signal to one process.
 *
 * @returns false if there is no such process (ESRCH)
 * @throws RangeError for a pid that would name a group or every process
 * @throws HostError EPERM, EINVAL
 */
export const killProcess: Processes["kill"] = (pid, signal) => {
  if (!Number.isInteger(pid) || pid <= 0) throw new RangeError(`pid ${pid} names no single process`);
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    return systemCall("kill", `${pid}`, () => {
      throw error;
    });
  }
};

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** First executable file of that name in `directories`; an absolute `program` is only checked. */
export const findProgram: Processes["find"] = (program, directories) => {
  if (isAbsolute(program)) return isExecutable(program) ? program : undefined;
  if (program === "" || program.includes("/")) return undefined;
  return directories.map((directory) => join(directory, program)).find(isExecutable);
};
