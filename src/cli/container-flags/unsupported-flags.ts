import { fail } from "../../base/errors.ts";
import { bool, type FlagTable, list, strings, text } from "../flag-kinds.ts";

const HIDDEN = { hidden: true };

/** Flags of podman-create(1) that are known but cannot be served yet. */
export const UNSUPPORTED_FLAGS = {
  chrootdirs: list("Not supported", HIDDEN),
  "env-merge": strings("Not supported", HIDDEN),
  gpus: list("Not supported", HIDDEN),
  hostuser: list("Not supported", HIDDEN),
  "passwd-entry": text("Not supported", HIDDEN),
  personality: text("Not supported", HIDDEN),
  secret: strings("Not supported", HIDDEN),
  subgidname: text("Not supported", HIDDEN),
  subuidname: text("Not supported", HIDDEN),
} satisfies FlagTable;

/** Flags that change nothing here, or have only one value that can be served. */
export const TOLERATED_FLAGS = {
  "disable-content-trust": bool("Accepted for docker's sake", HIDDEN),
  "no-hostname": bool("Not supported", HIDDEN),
  sdnotify: text("Accepted: container, ignore", { ...HIDDEN, default: "container" }),
  "seccomp-policy": text("Accepted: default", { ...HIDDEN, default: "default" }),
  systemd: text("Accepted: true, false", { ...HIDDEN, default: "true" }),
} satisfies FlagTable;

const SERVED: Readonly<Record<string, readonly string[]>> = {
  sdnotify: ["container", "ignore"],
  "seccomp-policy": ["default", ""],
  systemd: ["true", "false", ""],
};

/** Refuses flags that cannot be served. Throws INVALID_ARGUMENT naming the flag. */
export function refuseUnsupported(given: ReadonlySet<string>, flags: Readonly<Record<string, unknown>>): void {
  for (const name of [...Object.keys(UNSUPPORTED_FLAGS), "no-hostname"])
    if (given.has(name)) throw fail("INVALID_ARGUMENT", { message: `--${name} is not supported yet` });
  for (const [name, values] of Object.entries(SERVED)) {
    const value = String(flags[name]);
    if (given.has(name) && !values.includes(value))
      throw fail("INVALID_ARGUMENT", { message: `--${name}=${value} is not supported yet` });
  }
}
