/** argv of the OCI runtimes' sub-commands; crun and runc agree on all of these (spec/components.md 3.2). */

/** Global options that every call carries. `root` is the runtime's state directory, `log` a JSON log file. */
export interface RuntimeGlobals {
  readonly root: string;
  readonly log?: string;
  readonly systemdCgroup: boolean;
}

/** Options before the sub-command. */
export function globalArgs(globals: RuntimeGlobals): readonly string[] {
  const log = globals.log === undefined ? [] : ["--log", globals.log, "--log-format", "json"];
  return ["--root", globals.root, ...log, ...(globals.systemdCgroup ? ["--systemd-cgroup"] : [])];
}

/** What can be asked of a runtime about a container that exists. */
export type RuntimeCommand =
  | { readonly do: "start" }
  | { readonly do: "kill"; readonly signal: number; readonly all: boolean }
  | { readonly do: "delete"; readonly force: boolean }
  | { readonly do: "pause" }
  | { readonly do: "resume" }
  | { readonly do: "state" }
  | { readonly do: "update"; readonly resourcesFile: string };

/** The whole argument list of one call. */
export function commandArgs(globals: RuntimeGlobals, id: string, command: RuntimeCommand): readonly string[] {
  const before = globalArgs(globals);
  switch (command.do) {
    case "kill":
      return [...before, "kill", ...(command.all ? ["--all"] : []), id, String(command.signal)];
    case "delete":
      return [...before, "delete", ...(command.force ? ["--force"] : []), id];
    case "update":
      return [...before, "update", "--resources", command.resourcesFile, id];
    default:
      return [...before, command.do, id];
  }
}
