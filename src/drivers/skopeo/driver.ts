import { fail } from "../../base/errors.ts";
import type { Processes, RunResult } from "../../host/ports.ts";
import {
  type AccessOptions,
  type CopyOptions,
  copyArgs,
  type GlobalOptions,
  inspectArgs,
  listTagsArgs,
} from "./args.ts";
import { lineSplitter, reasonOf, tagsOf } from "./reply.ts";

export interface SkopeoDeps {
  readonly processes: Pick<Processes, "run">;
  /** Absolute path of the program. */
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  readonly global: GlobalOptions;
}

export interface SkopeoCall {
  readonly signal?: AbortSignal;
  /** Lines of skopeo's own progress. */
  readonly progress?: (line: string) => void;
}

/** skopeo: whatever moves images in and out of this host. */
export interface Skopeo {
  /** @throws PROGRAM_FAILED with skopeo's reason; the signal's reason */
  copy(options: CopyOptions, call?: SkopeoCall): Promise<void>;
  /** The manifest, byte for byte. */
  manifest(source: string, access?: AccessOptions, call?: SkopeoCall): Promise<Uint8Array>;
  /** The image config, byte for byte. */
  config(source: string, access?: AccessOptions, call?: SkopeoCall): Promise<Uint8Array>;
  tags(repository: string, access?: AccessOptions, call?: SkopeoCall): Promise<readonly string[]>;
}

const MOST_OUTPUT = 16 << 20;

/** Drives one skopeo executable. */
export function openSkopeo(deps: SkopeoDeps): Skopeo {
  const run = (args: readonly string[], call: SkopeoCall = {}) => runSkopeo(deps, args, call);
  return {
    copy: async (options, call) => {
      await run(copyArgs(options, deps.global), call);
    },
    manifest: async (source, access, call) =>
      (await run(inspectArgs(source, withAccess(false, access), deps.global), quiet(call))).stdout,
    config: async (source, access, call) =>
      (await run(inspectArgs(source, withAccess(true, access), deps.global), quiet(call))).stdout,
    tags: async (repository, access, call) => {
      const { stdout } = await run(listTagsArgs(repository, access, deps.global), quiet(call));
      try {
        return tagsOf(stdout);
      } catch (error) {
        throw fail(
          "PROGRAM_FAILED",
          { program: "skopeo", detail: "its list of tags cannot be read" },
          { cause: error },
        );
      }
    },
  };
}

function withAccess(config: boolean, access: AccessOptions | undefined) {
  return { config, ...(access === undefined ? {} : { access }) };
}

/** What is printed is the answer, not progress. */
function quiet(call: SkopeoCall | undefined): SkopeoCall {
  return call?.signal === undefined ? {} : { signal: call.signal };
}

async function runSkopeo(deps: SkopeoDeps, args: readonly string[], call: SkopeoCall): Promise<RunResult> {
  call.signal?.throwIfAborted();
  const result = await deps.processes.run(deps.path, args, {
    env: deps.env,
    maxOutput: MOST_OUTPUT,
    ...(call.signal === undefined ? {} : { signal: call.signal }),
    ...(call.progress === undefined ? {} : { onStdout: lineSplitter(call.progress) }),
  });
  if (result.outcome === "exited" && result.code === 0) return result;
  if (result.outcome === "aborted") call.signal?.throwIfAborted();
  throw fail("PROGRAM_FAILED", { program: "skopeo", detail: detailOf(result) });
}

function detailOf(result: RunResult): string {
  switch (result.outcome) {
    case "exited":
      return reasonOf(result.stderr) || `exit code ${result.code}`;
    case "signalled":
      return `ended by signal ${result.signal}`;
    case "not-started":
      return `cannot be started: ${result.errno}`;
    default:
      return result.outcome;
  }
}
