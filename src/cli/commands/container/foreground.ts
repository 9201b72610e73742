import type { Stdio } from "../../../engine/api/containers.ts";
import { DEFAULT_DETACH_KEYS, parseDetachKeys } from "../../../model/notation/detach-keys.ts";
import type { Io } from "../../command.ts";
import { text } from "../../flag-kinds.ts";

/** The keys that end an attached session. */
export const DETACH_KEYS = text("Keys that leave the session: single characters or ctrl-X, with commas", {
  kind: "[a-Z]",
  default: DEFAULT_DETACH_KEYS,
});

export interface ForegroundOptions {
  /** The process has a terminal of its own. */
  readonly tty: boolean;
  /** What of this command's streams the process gets; default stdout and stderr. */
  readonly stdin: boolean;
  readonly stdout?: boolean;
  readonly stderr?: boolean;
  /** Text of `--detach-keys`. */
  readonly detachKeys: string;
}

const NOWHERE = () => {};

async function* sizesOf(io: Io, signal: AbortSignal) {
  const first = io.terminal.size();
  if (first) yield first;
  yield* io.terminal.resizes({ signal });
}

/**
 * Runs `body` with this command's streams as the process's. With a terminal on both sides it is raw meanwhile, and its
 * size is passed on.
 *
 * @param body gets the streams; when it settles the terminal is as before
 */
export async function withForeground<T>(
  io: Io,
  options: ForegroundOptions,
  body: (stdio: Stdio) => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const onTerminal = options.tty && io.terminal.isTerminal("stdin");
  if (options.tty && options.stdin && !onTerminal)
    io.err("The input device is not a TTY. The --tty and --interactive flags might not work properly\n");
  const stdio: Stdio = {
    ...(options.stdin ? { stdin: io.stdin } : {}),
    stdout: options.stdout === false ? NOWHERE : (chunk) => io.outBytes(chunk),
    stderr: options.stderr === false ? NOWHERE : (chunk) => io.errBytes(chunk),
    ...(onTerminal ? { resizes: sizesOf(io, ended.signal) } : {}),
    detachKeys: parseDetachKeys(options.detachKeys),
  };
  using _raw = onTerminal && options.stdin ? io.terminal.rawMode() : { [Symbol.dispose]: NOWHERE };
  try {
    return await body(stdio);
  } finally {
    ended.abort();
  }
}

/** Sends the signals that this command gets to the container, until disposed. */
export function proxySignals(io: Io, ref: string): Disposable {
  return io.forwardSignals((signalToSend) => {
    // A container that has just ended cannot be signalled, and need not.
    io.engine.containers.kill({ refs: [ref], ignoreMissing: true }, { signalToSend }).catch(NOWHERE);
  });
}

/** What the container was created with: whether it has a terminal, and an open stdin. */
export async function streamsOf(io: Io, ref: string): Promise<{ readonly tty: boolean; readonly stdinOpen: boolean }> {
  const { Config: config } = await io.engine.containers.inspect(ref);
  const { Tty: tty, OpenStdin: stdinOpen } = (config ?? {}) as { readonly Tty?: boolean; readonly OpenStdin?: boolean };
  return { tty: tty === true, stdinOpen: stdinOpen === true };
}
