import type { Engine } from "./engine/api/engine.ts";
import { type EngineOptions, openEngineOn } from "./engine/open.ts";
import { openHost } from "./host/open.ts";
import type { Host } from "./host/ports.ts";

/**
 * Opens an engine in this process: no daemon, no socket. Several programs, and several engines in one program, may have the same
 * root open.
 *
 * @param options.root durable state, default `/var/lib/minke`
 * @param options.runRoot boot-scoped state, default `/run/minke`
 * @param options.runtime OCI runtime by name or path; default is the first of crun and runc that works here
 * @param options.cgroupManager `auto` (default), `cgroupfs` or `systemd`
 * @param options.conmon path of conmon; default is where containers.conf(5) says
 * @param options.maxWorkers parallel container operations, at least 1
 * @param options.selfArgv argv of the command line, which conmon runs when a container ends; needed only in a program that was
 *   bundled or compiled into one file
 * @param options.host another host than this machine, for tests
 * @returns the engine; dispose it when done, running pods go on without it
 * @throws EngineError ROOT_REQUIRED, STATE_TOO_NEW, STATE_DAMAGED, HOST_IO, INVALID_ARGUMENT for a bad configuration file or
 *   option
 *
 * @example
 * ```ts
 * await using engine = await openEngine();
 * for (const pod of await engine.pods.list()) console.log(pod.config.name, pod.status);
 * ```
 */
export async function openEngine(options: EngineOptions & { readonly host?: Host } = {}): Promise<Engine> {
  const { host, ...rest } = options;
  return openEngineOn(host ?? (await openHost()), rest);
}
