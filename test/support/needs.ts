import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Something a test cannot do without, and why it may be missing. */
export interface Need {
  readonly met: boolean;
  /** Completes the sentence "skipped: needs ...". */
  readonly what: string;
}

const SEARCH = [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/sbin", "/usr/lib/podman"];

/** The path of a program of the host, or undefined. */
export function findProgram(name: string): string | undefined {
  return SEARCH.filter((directory) => directory !== "")
    .map((directory) => join(directory, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

function cgroupMode(): "v1" | "hybrid" | "v2" {
  if (existsSync("/sys/fs/cgroup/cgroup.controllers")) return "v2";
  return existsSync("/sys/fs/cgroup/unified/cgroup.controllers") ? "hybrid" : "v1";
}

/** crun refuses a hybrid hierarchy while a controller is left in its v2 half. */
function crunCanRun(): boolean {
  if (findProgram("crun") === undefined) return false;
  if (cgroupMode() !== "hybrid") return true;
  return readFileSync("/sys/fs/cgroup/unified/cgroup.controllers", "utf8").trim() === "";
}

export const needs = {
  root: { met: process.getuid?.() === 0, what: "root" },
  crun: { met: crunCanRun(), what: "a crun that can run with this host's cgroups" },
  cgroupV2: { met: cgroupMode() === "v2", what: "cgroup v2" },
  program: (name: string): Need => ({ met: findProgram(name) !== undefined, what: `the program ${name}` }),
} as const;

/**
 * Test options that skip a test, saying why, unless all needs are met: `test("...", unless(needs.root), body)`.
 */
export function unless(...required: readonly Need[]): { readonly skip?: string } {
  const missing = required.filter((need) => !need.met).map((need) => need.what);
  return missing.length === 0 ? {} : { skip: `needs ${missing.join(" and ")}` };
}
