import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fail } from "../base/errors.ts";
import { builtin } from "./builtin.ts";
import type { SystemInfo } from "./ports.ts";
import { capabilityNames, parseLimits } from "./proc-tables.ts";
import { systemCall } from "./system-call.ts";

const GO_ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: "amd64",
  arm64: "arm64",
  arm: "arm",
  ia32: "386",
  ppc64: "ppc64le",
  s390x: "s390x",
  riscv64: "riscv64",
  loong64: "loong64",
};

const readText = (path: string) => systemCall("open", path, () => readFileSync(path, "utf8"));

/**
 * How to run the command line: its entry point lies in `bin/` beside this folder, as TypeScript in the sources and as JavaScript
 * in the package. A program that somebody made of the library as one file has none, and without it conmon could tell nobody
 * that a container has ended.
 */
function selfArgv(): readonly string[] {
  const here = import.meta.url;
  const bin = here.startsWith("file:") ? join(dirname(dirname(builtin.url().fileURLToPath(here))), "bin") : "";
  const entry = ["minke.ts", "minke.js"].map((name) => join(bin, name)).find((path) => existsSync(path));
  if (entry !== undefined) return [process.execPath, entry];
  throw fail("INVALID_ARGUMENT", {
    message:
      'the minke command line is not part of this program: name it with the option selfArgv, e.g. ["/usr/local/bin/minke"]',
  });
}

function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}

/** Facts about this process and its machine; each is looked up when it is first asked for. */
export function openSystem(): SystemInfo {
  const facts = {
    euid: () => process.geteuid?.() ?? 0,
    egid: () => process.getegid?.() ?? 0,
    architecture: () => GO_ARCHITECTURES[process.arch] ?? process.arch,
    kernel: () => readText("/proc/sys/kernel/osrelease").trim(),
    cpus: () => builtin.os().availableParallelism(),
    memory: () => builtin.os().totalmem(),
    hostname: () => readText("/proc/sys/kernel/hostname").trim(),
    bootId: () => readText("/proc/sys/kernel/random/boot_id").trim(),
    boundingCapabilities: () => capabilityNames(/^CapBnd:\s*([0-9a-f]+)$/m.exec(readText("/proc/self/status"))?.[1]),
    hardLimits: () => parseLimits(readText("/proc/self/limits")),
    env: environment,
    cwd: () => systemCall("getcwd", ".", () => process.cwd()),
    selfArgv,
    selfCommand: () => ["minke", ...process.argv.slice(2)],
  };
  return lazyProperties(facts, { systemdIsRunning: () => existsSync("/run/systemd/system") });
}

type Facts<T> = { readonly [K in keyof T]: T[K] extends () => infer R ? R : never };

/** An object whose properties are computed at their first reading, and then stay. */
export function lazyProperties<T extends Readonly<Record<string, () => unknown>>, M extends object>(
  makers: T,
  methods: M,
): Facts<T> & M {
  const target = { ...methods };
  for (const [name, make] of Object.entries(makers)) {
    Object.defineProperty(target, name, {
      configurable: true,
      enumerable: true,
      get: () => {
        const value = make();
        Object.defineProperty(target, name, { value, enumerable: true });
        return value;
      },
    });
  }
  return target as Facts<T> & M;
}
