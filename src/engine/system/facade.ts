import type { System } from "../api/system.ts";
import type { EngineDeps } from "../deps.ts";
import { supervise } from "../supervisor/supervise.ts";
import { PODMAN_COMPAT, VERSION } from "../version.ts";
import { diagnose } from "./doctor.ts";
import { engineInfo } from "./info.ts";

/** The verbs on the engine itself. */
export function systemOf(deps: EngineDeps): System {
  return {
    info: () => engineInfo(deps),
    doctor: async () => diagnose(deps),
    supervise: (options) => supervise(deps, options),
    version: () => ({
      Version: VERSION,
      APIVersion: PODMAN_COMPAT,
      Os: "linux",
      OsArch: `linux/${deps.host.system.architecture}`,
    }),
  };
}
