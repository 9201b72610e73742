import { VERSION } from "../../base/version.ts";
import type { System } from "../api/system.ts";
import type { EngineDeps } from "../deps.ts";
import { PODMAN_COMPAT } from "../version.ts";

/** The verbs on the engine itself. */
export function systemOf(deps: EngineDeps): System {
  return {
    info: async () => (await import("./info.ts")).engineInfo(deps),
    df: async () => (await import("./disk-usage.ts")).diskUsage(deps),
    doctor: async () => (await import("./doctor.ts")).diagnose(deps),
    supervise: async (options) => (await import("../supervisor/supervise.ts")).supervise(deps, options),
    version: () => ({
      Version: VERSION,
      APIVersion: PODMAN_COMPAT,
      Os: "linux",
      OsArch: `linux/${deps.host.system.architecture}`,
    }),
  };
}
