import { join } from "node:path";
import { fail } from "../base/errors.ts";
import type { SystemInfo } from "../host/ports.ts";

type Who = Pick<SystemInfo, "euid" | "env">;

/**
 * Where the state of whoever we are lies by default: of root in /var/lib and /run, of a user where the XDG base directory
 * specification says.
 *
 * @throws INVALID_ARGUMENT if a user has no home directory
 */
export function userPaths(who: Who): { readonly root: string; readonly runRoot: string } {
  if (who.euid === 0) return { root: "/var/lib/minke", runRoot: "/run/minke" };
  const data = absolute(who.env["XDG_DATA_HOME"]) ?? join(homeOf(who), ".local/share");
  const run = absolute(who.env["XDG_RUNTIME_DIR"]) ?? `/run/user/${who.euid}`;
  return { root: join(data, "minke"), runRoot: join(run, "minke") };
}

/** Where a user's own containers.conf and registries.conf lie; root has none besides /etc. */
export function userConfigDir(who: Who): string | undefined {
  if (who.euid === 0) return undefined;
  const config =
    absolute(who.env["XDG_CONFIG_HOME"]) ?? (who.env["HOME"] ? join(who.env["HOME"], ".config") : undefined);
  return config === undefined ? undefined : join(config, "containers");
}

/** Where podman remembers which full name a user chose for a short one (containers-registries.conf(5)). */
export function shortNameCache(who: Who): string | undefined {
  if (who.euid === 0) return "/var/cache/containers/short-name-aliases.conf";
  const cache = absolute(who.env["XDG_CACHE_HOME"]) ?? (who.env["HOME"] ? join(who.env["HOME"], ".cache") : undefined);
  return cache === undefined ? undefined : join(cache, "containers/short-name-aliases.conf");
}

function homeOf(who: Who): string {
  const home = absolute(who.env["HOME"]);
  if (home === undefined)
    throw fail("INVALID_ARGUMENT", {
      message: "HOME is not set: set it, or name the places with --root and --runroot",
    });
  return home;
}

/** The specification says to ignore what is not absolute. */
function absolute(path: string | undefined): string | undefined {
  return path?.startsWith("/") ? path : undefined;
}
