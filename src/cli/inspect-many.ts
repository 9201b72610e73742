import { isEngineError } from "../base/errors.ts";
import type { Io } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import { errorLine } from "./render/escape.ts";
import { renderInspect, type Zeros } from "./render/inspect.ts";

export interface InspectRequest {
  readonly refs: readonly string[];
  /** Throws an error of kind `not-found` for what is not there. */
  readonly inspect: (ref: string) => Promise<Readonly<Record<string, unknown>>>;
  readonly format: string | undefined;
  /** The message for something missing, e.g. `no such pod web`. */
  readonly missing: (ref: string, message: string) => string;
  readonly zeros?: Zeros;
  readonly single?: boolean;
}

/**
 * Prints what was found, then a line for each ref that was not; other errors stop it (podman-inspect(1)).
 *
 * @returns the exit code
 */
export async function inspectMany(io: Io, request: InspectRequest): Promise<number> {
  const found: Readonly<Record<string, unknown>>[] = [];
  const missing: string[] = [];
  for (const ref of request.refs) {
    try {
      found.push(await request.inspect(ref));
    } catch (error) {
      if (!isEngineError(error) || error.kind !== "not-found") throw error;
      missing.push(request.missing(ref, error.message));
    }
  }
  const raw = !io.terminal.isTerminal("stdout");
  await io.out(renderInspect(request.format, found, { ...request, raw }));
  for (const message of missing) io.err(errorLine(`inspecting object: ${message}`));
  return missing.length === 0 ? EXIT.ok : EXIT.engine;
}

/** Runs an `exists` check: exit code 0 or 1, no output. */
export async function existsCode(exists: Promise<boolean>): Promise<number> {
  return (await exists) ? EXIT.ok : EXIT.missing;
}
