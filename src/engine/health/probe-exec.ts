import type { Abortable } from "../../base/abortable.ts";
import type { ContainerId } from "../../base/brand.ts";
import { isEngineError } from "../../base/errors.ts";
import type { ExecRun } from "../../drivers/conmon/driver.ts";
import type { HealthCheck } from "../../model/container.ts";
import type { ProbeResult } from "../../model/health.ts";
import { pump } from "../containers/attach.ts";
import { begin, forgetExec } from "../containers/exec.ts";
import { processRef } from "../containers/observe.ts";
import type { EngineDeps } from "../deps.ts";

const KILL = 9;

/** Bytes of output that are kept; a log entry shows fewer. */
const MAX_OUTPUT = 4096;

/** Milliseconds that conmon gets to report a process that was killed. */
const SETTLE_MS = 2000;

export interface ExecProbe extends Abortable {
  readonly command: readonly string[];
  readonly check: HealthCheck;
}

/**
 * Runs a probe's command in the container and kills it, with all that it started, when the check's timeout is over.
 *
 * @throws CONTAINER_STATE unless the container runs
 */
export async function execProbe(
  deps: EngineDeps,
  id: ContainerId,
  request: ExecProbe,
): Promise<Pick<ProbeResult, "exitCode" | "output">> {
  const signal = request.signal === undefined ? {} : { signal: request.signal };
  try {
    const { session, run } = await begin(deps, id, {
      options: { command: request.command, ...signal },
      attach: true,
      stdin: false,
      unrecorded: true,
    });
    await using active = run;
    try {
      return await watchRun(deps, active, request);
    } finally {
      forgetExec(deps, id, session.id);
    }
  } catch (error) {
    // What the runtime cannot run is a failed check, as with podman.
    if (isEngineError(error) && error.code.startsWith("OCI_")) return { exitCode: 1, output: error.message };
    throw error;
  }
}

async function watchRun(
  deps: EngineDeps,
  run: ExecRun,
  request: ExecProbe,
): Promise<Pick<ProbeResult, "exitCode" | "output">> {
  const { clock } = deps.host;
  const output = new OutputText();
  const reading =
    run.socket === undefined
      ? Promise.resolve(false)
      : pump(run.socket, { stdout: output.add, stderr: output.add }).catch(() => false);
  const patience = new AbortController();
  const signal = request.signal === undefined ? patience.signal : AbortSignal.any([patience.signal, request.signal]);
  const late = clock.sleep(request.check.timeoutSeconds * 1000, { signal }).then(() => "late" as const);
  late.catch(() => undefined);
  try {
    const ended = await Promise.race([reading.then(() => run.exitCode), late]);
    // podman's log knows success, failure and too late.
    if (ended !== "late") return { exitCode: ended === 0 ? 0 : 1, output: output.text() };
    killTree(deps, run.pid);
    await Promise.race([run.exitCode, clock.sleep(SETTLE_MS, { signal })]);
    return { exitCode: -1, output: output.text() };
  } catch (error) {
    killTree(deps, run.pid);
    throw error;
  } finally {
    patience.abort();
  }
}

/** Output of both streams without the newline at its end. */
class OutputText {
  readonly #decoder = new TextDecoder();
  #text = "";

  readonly add = (chunk: Uint8Array): void => {
    if (this.#text.length < MAX_OUTPUT) this.#text += this.#decoder.decode(chunk, { stream: true });
  };

  text(): string {
    return this.#text.replace(/\n$/, "");
  }
}

/** Kills a process and its descendants, parents first, so that none of them starts another meanwhile. */
function killTree(deps: Pick<EngineDeps, "host">, pid: number): void {
  const ref = processRef(deps, pid);
  if (ref === undefined) return;
  const children = (deps.host.files.readTextIfExists(`/proc/${pid}/task/${pid}/children`) ?? "").trim();
  deps.host.processes.kill(pid, KILL);
  for (const child of children.split(" ")) if (child !== "") killTree(deps, Number(child));
}
