import { join } from "node:path";
import type { ContainerId } from "../../base/brand.ts";
import { fail, hasCode } from "../../base/errors.ts";
import { ConmonFailure, type ExecRun, monitorError } from "../../drivers/conmon/driver.ts";
import { messageFromLog, runtimeError } from "../../drivers/oci-runtime/reply.ts";
import type { ContainerConfig } from "../../model/container.ts";
import { generateProcess } from "../../spec/generate-process.ts";
import { formatOci } from "../../spec/oci.ts";
import type { ExecOptions, Stdio } from "../api/containers.ts";
import type { EngineDeps } from "../deps.ts";
import { execExitCommand } from "../exit-command.ts";
import { newId } from "../hash-id.ts";
import { followResizes, pump } from "./attach.ts";
import { hostnameOf } from "./file-setup.ts";
import { type LockedContainer, withContainer } from "./locked.ts";
import { processRef } from "./observe.ts";
import { accountFiles } from "./spec-setup.ts";

interface Session {
  readonly id: string;
  readonly directory: string;
}

/**
 * Runs a command in a running container and carries its stdio.
 *
 * @returns its exit code, -1 if its monitor died, 0 if the caller detached
 * @throws CONTAINER_STATE unless it runs; OCI_NOT_FOUND, OCI_PERMISSION_DENIED for what can't be run
 */
export async function execContainer(
  deps: EngineDeps,
  id: ContainerId,
  call: { readonly options: ExecOptions; readonly stdio: Stdio },
): Promise<number> {
  const { options, stdio } = call;
  const wantsInput = stdio.stdin !== undefined;
  const { session, run } = await begin(deps, id, { options, attach: true, stdin: wantsInput });
  await using active = run;
  let exitCode = 0;
  try {
    if (active.socket === undefined) throw fail("INTERNAL", { message: "exec session without a socket" });
    void followResizes(deps.conmon(), session.directory, stdio).catch(() => undefined);
    const detached = await pump(active.socket, stdio, options);
    if (!detached) exitCode = await active.exitCode;
    return exitCode;
  } finally {
    await endExec(deps, id, { session: session.id, exitCode });
  }
}

/** Starts a command and leaves it alone; conmon's exit command clears the session when it ends. Returns the session id. */
export async function execDetached(deps: EngineDeps, id: ContainerId, options: ExecOptions): Promise<string> {
  const { session, run } = await begin(deps, id, { options, attach: false, stdin: false });
  await run[Symbol.asyncDispose]();
  return session.id;
}

/** Forgets an exec session and records its end. A container that is gone is fine. */
export async function endExec(
  deps: EngineDeps,
  id: ContainerId,
  end: { readonly session: string; readonly exitCode?: number },
): Promise<void> {
  try {
    await withContainer(deps, id, async (container) => {
      const { [end.session]: ended, ...rest } = container.state?.execSessions ?? {};
      if (ended === undefined) return;
      container.patch({ execSessions: rest });
      const exitCode =
        end.exitCode ??
        Number.parseInt(
          deps.host.files.readTextIfExists(join(directoryOf(deps, id, end.session), "exit", id)) ?? "-1",
          10,
        );
      await container.emit("exec_died", { exitCode, execId: end.session });
      deps.host.files.removeTree(directoryOf(deps, id, end.session));
    });
  } catch (error) {
    if (!hasCode(error, "NO_SUCH_CONTAINER")) throw error;
  }
}

/** Removes what an unrecorded command left. */
export function forgetExec(deps: EngineDeps, id: ContainerId, session: string): void {
  deps.host.files.removeTree(directoryOf(deps, id, session));
}

const directoryOf = (deps: EngineDeps, id: string, session: string) => join(deps.paths.bundle(id), "exec", session);

interface Begin {
  readonly options: ExecOptions;
  readonly attach: boolean;
  readonly stdin: boolean;
  /** No session and no events: a health check would fill the log with them. */
  readonly unrecorded?: boolean;
}

/** Starts a command in a running container. The caller ends the session with `endExec`, or `forgetExec` if unrecorded. */
export async function begin(
  deps: EngineDeps,
  id: ContainerId,
  request: Begin,
): Promise<{ readonly session: Session; readonly run: ExecRun }> {
  const { options } = request;
  if (options.command.length === 0)
    throw fail("INVALID_ARGUMENT", { message: "must provide a non-empty command to start an exec session" });
  return withContainer(
    deps,
    id,
    async (container) => {
      if (container.status !== "running")
        throw fail("CONTAINER_STATE", {
          message: `can only create exec sessions on running containers: container ${id} is ${container.status}`,
        });
      const session: Session = { id: newId(deps.host.random), directory: "" };
      const directory = directoryOf(deps, id, session.id);
      deps.host.files.makeDir(join(directory, "exit"), 0o700);
      try {
        writeProcess(deps, container, { options, directory });
        const run = await deps
          .conmon()
          .exec(conmonExec(deps, container, { ...request, session: session.id, directory }), options);
        if (request.unrecorded !== true)
          await register(deps, container, { session: session.id, options, pid: run.pid });
        return { session: { id: session.id, directory }, run };
      } catch (error) {
        const failure = asExecFailure(deps, directory, error);
        deps.host.files.removeTree(directory);
        throw failure;
      }
    },
    options,
  );
}

function conmonExec(
  deps: EngineDeps,
  container: LockedContainer,
  request: Begin & { readonly session: string; readonly directory: string },
): Parameters<ReturnType<EngineDeps["conmon"]>["exec"]>[0] {
  const { directory, session, options } = request;
  const runtime = deps.runtime(container.state?.runtime);
  return {
    containerId: container.id,
    session,
    runtimePath: runtime.path,
    runtimeArgs: runtime.conmonArgs(join(directory, "oci-log")),
    bundle: directory,
    pidFile: join(directory, "exec_pid"),
    exitDirectory: join(directory, "exit"),
    processFile: join(directory, "process.json"),
    terminal: options.terminal ?? false,
    stdin: request.stdin && options.terminal !== true,
    attach: request.attach,
    exitCommand: request.attach ? undefined : { argv: execExitCommand(deps, container.config, session) },
    logLevel: "error",
  };
}

function writeProcess(
  deps: EngineDeps,
  container: LockedContainer,
  exec: { readonly options: ExecOptions; readonly directory: string },
): void {
  const { config } = container;
  const { options } = exec;
  const process = generateProcess({
    config,
    options,
    accounts: accountFiles(deps, rootfsOf(deps, config)),
    hostname: hostnameOf(deps, config),
    host: deps.hostFacts(),
    engine: deps.config,
  });
  deps.host.files.writeAtomic(join(exec.directory, "process.json"), formatOci(process));
}

/** Mounted root file system of a container that runs. */
export function rootfsOf(deps: EngineDeps, config: ContainerConfig): string {
  if (config.rootfs.kind === "pause") return deps.paths.pause;
  if (config.rootfs.kind === "path" && !config.rootfs.overlay) return config.rootfs.path;
  return deps.rootfs.mergedPath(config.id);
}

async function register(
  deps: EngineDeps,
  container: LockedContainer,
  exec: { readonly session: string; readonly options: ExecOptions; readonly pid: number },
): Promise<void> {
  const process = processRef(deps, exec.pid);
  const startedAt = deps.host.clock.now();
  const entry = {
    id: exec.session,
    argv: exec.options.command,
    startedAt,
    ...(process === undefined ? {} : { process }),
  };
  container.patch({ execSessions: { ...container.state?.execSessions, [exec.session]: entry } });
  await container.emit("exec", { execId: exec.session });
}

function asExecFailure(deps: EngineDeps, directory: string, error: unknown): unknown {
  if (!(error instanceof ConmonFailure)) return error;
  const logged = messageFromLog(deps.host.files.readTextIfExists(join(directory, "oci-log")) ?? "");
  const message = error.runtimeMessage ?? (logged === "" ? undefined : logged);
  return message === undefined ? monitorError(error) : runtimeError(deps.runtime().name, message);
}
