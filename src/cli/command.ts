import type { Engine } from "../engine/api/engine.ts";
import type { ArgumentRule } from "./argument-rules.ts";
import type { FlagTable, FlagValues } from "./flag-kinds.ts";

/** What the command line gave to one command. */
export interface Input<F extends FlagTable = FlagTable> {
  /** Value of every flag of the command by its long name, default where it was not given. */
  readonly flags: FlagValues<F>;
  /** Long names of the flags that were given. */
  readonly given: ReadonlySet<string>;
  /** Positional arguments. */
  readonly args: readonly string[];
  /** The path as typed, e.g. `["container", "rm"]` or `["rm"]`. */
  readonly path: readonly string[];
}

/** The terminal of this process: the same shape as the host's port. */
export interface CommandTerminal {
  isTerminal(stream: "stdin" | "stdout" | "stderr"): boolean;
  size(): { readonly rows: number; readonly columns: number } | undefined;
  /** Raw mode until disposed. */
  rawMode(): Disposable;
  resizes(options: {
    readonly signal: AbortSignal;
  }): AsyncIterable<{ readonly rows: number; readonly columns: number }>;
}

/** Flags in front of every command; those for `openEngine` have its names. */
export interface GlobalFlags {
  readonly root?: string;
  readonly runRoot?: string;
  readonly runtime?: string;
  readonly cgroupManager?: "cgroupfs" | "systemd";
  readonly conmon?: string;
  readonly networkCmdPath?: string;
  readonly maxWorkers?: number;
  readonly logLevel: string;
}

/** Everything a command may touch. */
export interface Io {
  /** Open when the command runs, unless the command says `needsEngine: false`. */
  readonly engine: Engine;
  /** Writes text to stdout as it is; await it where much is written. */
  out(text: string): void | Promise<void>;
  /** Writes text to stderr as it is. */
  err(text: string): void;
  outBytes(chunk: Uint8Array): void | Promise<void>;
  errBytes(chunk: Uint8Array): void | Promise<void>;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly terminal: CommandTerminal;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Waits, or rejects with the reason of `io.signal`. */
  sleep(milliseconds: number): Promise<void>;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** Until disposed, signals to this process go to `receive` (signal number) and do not abort `signal`. */
  forwardSignals(receive: (signal: number) => void): Disposable;
  readonly global: GlobalFlags;
  /** Every command and group there is. */
  readonly commands: { readonly groups: readonly CommandGroup[]; readonly commands: readonly CommandEntry[] };
  /** Text of a file; relative paths are of `cwd`. Throws INVALID_ARGUMENT `open PATH: no such file or directory`. */
  readFile(path: string): string;
  /** Creates or replaces a file. */
  writeFile(path: string, text: string): void;
  /** True if something is there; follows no links. */
  fileExists(path: string): boolean;
  /** A path in a new private directory below TMPDIR (default /var/tmp); nothing is there yet, disposing removes all. */
  temporaryPath(): { readonly path: string } & Disposable;
  /** Bytes of a file to its end. */
  readChunks(path: string): AsyncIterable<Uint8Array>;
  /** Writes all chunks to a new file. */
  writeChunks(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void>;
  /** What runs this program. */
  readonly platform: { readonly architecture: string; readonly runtime: string };
  /** The whole command line, program first, as recorded in a create command. */
  readonly argv: readonly string[];
}

/**
 * One command as data: parsing, help and the documentation check are made from it. Its names and one-line summary stand
 * in the noun's table (`commands/<noun>/table.ts`).
 */
export interface Command<F extends FlagTable = FlagTable> {
  /** Arguments as help shows them after the path, e.g. `[options] POD [POD...]`. */
  readonly usage: string;
  /** Sentences below the summary; default is the summary itself. */
  readonly description?: string;
  /** Command lines without the program's name, e.g. `pod stop --time 0 web`. */
  readonly examples?: readonly string[];
  readonly flags: F;
  readonly args: ArgumentRule;
  /** Default true: the engine is open and the user is root before `run`. */
  readonly needsEngine?: boolean;
  /** True if what these flags ask for needs no engine. */
  worksWithoutEngine?(input: Input<F>): boolean;
  /** Everything after the first positional argument is an argument, whatever it looks like. */
  readonly stopAtFirstArgument?: boolean;
  /** Returns the exit code; a throw is printed as `Error: …` and becomes an exit code in exit-codes.ts. */
  run(io: Io, input: Input<F>): Promise<number>;
}

/** Types a command from its flags; returns it unchanged. */
export function defineCommand<const F extends FlagTable>(command: Command<F>): Command<F> {
  return command;
}

/** A row of the command table: names and summary at hand, the code on demand. */
export interface CommandEntry {
  /** The full path, e.g. `["pod", "ps"]`. */
  readonly path: readonly string[];
  /** Other full paths that help lists as well, e.g. `["ps"]`. */
  readonly aliases?: readonly (readonly string[])[];
  /** Paths that work but are not listed. */
  readonly synonyms?: readonly (readonly string[])[];
  readonly summary: string;
  readonly hidden?: boolean;
  readonly load: () => Promise<Command>;
}

/** A noun that has commands below it. */
export interface CommandGroup {
  readonly path: readonly string[];
  readonly summary: string;
  readonly description: string;
}
