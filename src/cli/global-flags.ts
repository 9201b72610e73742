import { defined } from "../base/defined.ts";
import { fail } from "../base/errors.ts";
import type { GlobalFlags } from "./command.ts";
import { bool, list, strings, text, uint } from "./flag-kinds.ts";
import type { ParsedFlags } from "./parse-flags.ts";

const LOG_LEVELS = ["trace", "debug", "info", "warn", "warning", "error", "fatal", "panic"];

/** Flags that every command takes, anywhere on the line (podman(1)). */
export const GLOBAL_FLAGS = {
  "cgroup-manager": text('Who makes control groups ("cgroupfs"|"systemd"); default is what fits the host'),
  conmon: text("Path of the conmon program"),
  "events-backend": text("Accepted for podman's sake; events are always kept in the state database", { hidden: true }),
  help: bool("Show help"),
  "hooks-dir": list("Accepted for podman's sake; hooks are not run", { hidden: true }),
  "log-level": text(`Log messages above this level (${LOG_LEVELS.join(", ")})`, { default: "warn" }),
  "max-workers": uint("Number of operations that may run side by side; default follows the number of CPUs"),
  "network-cmd-path": text("Path of netavark", { hidden: true }),
  "network-config-dir": text("Accepted for podman's sake; networks are in the state database", { hidden: true }),
  noout: bool("Write nothing to stdout"),
  root: text("Directory of images, definitions and everything else that lasts"),
  runroot: text("Directory of what does not outlive a boot"),
  runtime: text("Name or path of the OCI runtime; default is the first that works of crun and runc"),
  "runtime-flag": strings("Not supported", { hidden: true }),
  "storage-driver": text("Only overlay", { hidden: true }),
  "storage-opt": strings("Accepted for podman's sake", { hidden: true }),
  syslog: bool("Accepted for podman's sake", { hidden: true }),
  tmpdir: text("Accepted for podman's sake; see --runroot", { hidden: true }),
};

/** Flags of the program itself, in front of any command. */
export const ROOT_FLAGS = { ...GLOBAL_FLAGS, version: bool("Show the version", { short: "v" }) };

type Lookup = (name: keyof typeof GLOBAL_FLAGS) => unknown;

const refuse = (message: string) => fail("INVALID_ARGUMENT", { message });

function cgroupManagerOf(value: unknown): "cgroupfs" | "systemd" | undefined {
  if (value === undefined || value === "cgroupfs" || value === "systemd") return value;
  throw refuse(`invalid cgroup manager "${String(value)}": use cgroupfs or systemd`);
}

function logLevelOf(value: unknown): string {
  const level = String(value).toLowerCase();
  if (LOG_LEVELS.includes(level)) return level;
  throw refuse(`Log Level "${String(value)}" is not supported, choose from: ${LOG_LEVELS.join(", ")}`);
}

function checkUnsupported(value: Lookup): void {
  const driver = value("storage-driver");
  if (driver !== undefined && driver !== "overlay")
    throw refuse(`storage driver "${String(driver)}" is not supported, only overlay is`);
  const flags = value("runtime-flag");
  if (Array.isArray(flags) && flags.length > 0) throw refuse("--runtime-flag is not supported yet");
}

const textOf = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

/**
 * Joins global flags in front of the command and behind it; those behind win. Throws INVALID_ARGUMENT for values that
 * cannot be served.
 */
export function globalFlagsOf(before: ParsedFlags, after: ParsedFlags): GlobalFlags & { readonly quiet: boolean } {
  const value: Lookup = (name) => (after.given.has(name) ? after.values[name] : before.values[name]);
  checkUnsupported(value);
  const workers = value("max-workers");
  return defined({
    root: textOf(value("root")),
    runRoot: textOf(value("runroot")),
    runtime: textOf(value("runtime")),
    cgroupManager: cgroupManagerOf(value("cgroup-manager")),
    conmon: textOf(value("conmon")),
    networkCmdPath: textOf(value("network-cmd-path")),
    maxWorkers: typeof workers === "number" && workers > 0 ? workers : undefined,
    logLevel: logLevelOf(value("log-level")),
    quiet: value("noout") === true,
  });
}
