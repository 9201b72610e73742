/** argv of conmon (spec/components.md 1.1). Every path is absolute: runtimes change directory. */

export interface ExitCommand {
  /** Absolute path, then arguments. */
  readonly argv: readonly string[];
  /** Seconds conmon waits before it runs it. */
  readonly delaySeconds?: number;
}

interface Common {
  readonly containerId: string;
  /** Runtime's absolute path and its arguments before the sub-command. */
  readonly runtimePath: string;
  readonly runtimeArgs: readonly string[];
  readonly bundle: string;
  /** File that the runtime writes the pid to. */
  readonly pidFile: string;
  /** Directory of exit files; must exist. */
  readonly exitDirectory: string;
  readonly terminal: boolean;
  readonly stdin: boolean;
  readonly exitCommand: ExitCommand | undefined;
  readonly logLevel: string;
}

export interface ConmonCreate extends Common {
  readonly name: string;
  readonly conmonPidFile: string;
  /** `k8s-file:/path`, `none` or `passthrough`. */
  readonly log: string;
  /** Bytes; absent is unlimited. */
  readonly logMaxSize?: number;
  readonly logTag?: string;
  readonly systemdCgroup: boolean;
  /** Seconds; 0 is never. */
  readonly timeoutSeconds: number;
}

export interface ConmonExec extends Common {
  readonly session: string;
  /** JSON file with the OCI process object. */
  readonly processFile: string;
  /** Someone attaches before the process runs. */
  readonly attach: boolean;
}

function commonArgs(request: Common): string[] {
  return [
    "--api-version",
    "-c",
    request.containerId,
    "-r",
    request.runtimePath,
    "-b",
    request.bundle,
    "-p",
    request.pidFile,
    "--exit-dir",
    request.exitDirectory,
    "--full-attach",
    "--log-level",
    request.logLevel,
    ...(request.terminal ? ["-t"] : request.stdin ? ["-i"] : []),
    ...request.runtimeArgs.flatMap((arg) => ["--runtime-arg", arg]),
    ...exitArgs(request.exitCommand),
  ];
}

function exitArgs(command: ExitCommand | undefined): string[] {
  const [program, ...rest] = command?.argv ?? [];
  if (program === undefined) return [];
  const delay = command?.delaySeconds === undefined ? [] : ["--exit-delay", String(command.delaySeconds)];
  return [...delay, "--exit-command", program, ...rest.flatMap((arg) => ["--exit-command-arg", arg])];
}

/** Arguments that create a container. */
export function createArgs(request: ConmonCreate): readonly string[] {
  return [
    ...commonArgs(request),
    "-u",
    request.containerId,
    "-n",
    request.name,
    "-P",
    request.conmonPidFile,
    "-l",
    request.log,
    "--no-sync-log",
    ...(request.logMaxSize === undefined ? [] : ["--log-size-max", String(request.logMaxSize)]),
    ...(request.logTag === undefined ? [] : ["--log-tag", request.logTag]),
    ...(request.systemdCgroup ? ["-s"] : []),
    ...(request.timeoutSeconds > 0 ? ["-T", String(request.timeoutSeconds)] : []),
  ];
}

/** Arguments that run one more process in a container. */
export function execArgs(request: ConmonExec): readonly string[] {
  return [
    ...commonArgs(request),
    "-u",
    request.session,
    "-l",
    "none",
    "-e",
    "--exec-process-spec",
    request.processFile,
    ...(request.attach ? ["--exec-attach"] : []),
  ];
}
