import { resolve } from "node:path";
import type { Io } from "../../command.ts";

/** Absolute path of a file that the command line names. */
export function hostPath(io: Io, path: string): string {
  return resolve(io.cwd, path);
}
