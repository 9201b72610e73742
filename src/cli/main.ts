import { fail, firstFailure, hasCode, messageOf } from "../base/errors.ts";
import { VERSION } from "../base/version.ts";
import type { Engine } from "../engine/api/engine.ts";
import type { Command, CommandEntry, GlobalFlags, Input, Io } from "./command.ts";
import { EXIT, exitCodeOf, signalExitCode } from "./exit-codes.ts";
import { GLOBAL_FLAGS, globalFlagsOf, ROOT_FLAGS } from "./global-flags.ts";
import { commandHelp, groupHelp, groupUsage } from "./help.ts";
import { type CommandTable, type Resolved, resolveCommand } from "./parse-command.ts";
import { type ParsedFlags, parseFlags } from "./parse-flags.ts";
import { errorLine } from "./render/escape.ts";

const PROGRAM = "minke";

/** What the process offers to the command line. */
export interface CliHost extends Omit<Io, "engine" | "global" | "commands"> {
  /** Arguments without the program. */
  readonly args: readonly string[];
  readonly euid: number;
  openEngine(global: GlobalFlags): Promise<Engine>;
  /** Number of the signal that aborted `signal`. */
  interruptedBy(): number | undefined;
}

interface Session {
  readonly host: CliHost;
  readonly table: CommandTable;
  /** The path as far as it was understood, for messages. */
  path: readonly string[];
}

const words = (...parts: readonly string[]) => parts.join(" ");

async function showGroup(session: Session, resolved: Resolved): Promise<number> {
  const { host, table } = session;
  const atRoot = resolved.path.length === 0;
  const group = table.groups.find((row) => words(...row.path) === words(...resolved.path));
  const summary = atRoot ? "Manage pods, containers and images" : (group?.summary ?? "");
  const help = groupHelp(table, PROGRAM, { path: resolved.path, flags: atRoot ? ROOT_FLAGS : {}, summary });
  const asked = resolved.before.help || resolved.before.given.has("help");
  await host.out(asked || atRoot ? help : `${help}\n`);
  if (asked) return EXIT.ok;
  throw fail("INVALID_ARGUMENT", { message: `missing command '${words(PROGRAM, ...resolved.path, "COMMAND")}'` });
}

async function showHelp(session: Session, topic: readonly string[]): Promise<number> {
  const { host, table } = session;
  const names = topic.filter((word) => !word.startsWith("-"));
  try {
    const resolved = resolveCommand(table, ROOT_FLAGS, { argv: [...names, "--help"], program: PROGRAM });
    if (resolved.kind === "group") return await showGroup(session, resolved);
    const command = await resolved.entry.load();
    await host.out(commandHelp(PROGRAM, resolved.path, { entry: resolved.entry, command }));
  } catch (error) {
    if (!hasCode(error, "INVALID_ARGUMENT")) throw error;
    const topics = names.map((name) => `\`${name}\``).join(" ");
    await host.out(`Unknown help topic [${topics}]\n${groupUsage(table, PROGRAM, { path: [], flags: ROOT_FLAGS })}`);
  }
  return EXIT.ok;
}

const NO_ENGINE: Pick<Io, "engine"> = {
  get engine(): Engine {
    throw fail("INTERNAL", { message: "a command that opens no engine asked for it" });
  },
};

function ioOf(
  { host, table }: Session,
  global: GlobalFlags & { readonly quiet: boolean },
  engine: Engine | undefined,
): Io {
  const silent = () => {};
  return Object.defineProperties({} as Io, {
    ...Object.getOwnPropertyDescriptors(host),
    ...Object.getOwnPropertyDescriptors({ global, commands: table }),
    ...Object.getOwnPropertyDescriptors(engine ? { engine } : NO_ENGINE),
    ...(global.quiet ? Object.getOwnPropertyDescriptors({ out: silent, outBytes: silent }) : {}),
  });
}

function inputOf(command: Command, path: readonly string[], parsed: ParsedFlags): Input {
  const own = Object.keys(command.flags);
  const flags = Object.fromEntries(own.map((name) => [name, parsed.values[name]]));
  return { flags, given: new Set(own.filter((name) => parsed.given.has(name))), args: parsed.rest, path };
}

async function runCommand(session: Session, resolved: Resolved & { readonly entry: CommandEntry }): Promise<number> {
  const { host } = session;
  const command = await resolved.entry.load();
  const parsed = parseFlags({ ...GLOBAL_FLAGS, ...command.flags }, resolved.rest, {
    stopAtFirstArgument: command.stopAtFirstArgument === true,
  });
  if (parsed.help || parsed.values["help"] === true) {
    await host.out(commandHelp(PROGRAM, resolved.path, { entry: resolved.entry, command }));
    return EXIT.ok;
  }
  const input = inputOf(command, resolved.path, parsed);
  const name = words(PROGRAM, ...resolved.path);
  command.args({ command: name, args: input.args, flags: input.flags });
  const global = globalFlagsOf(resolved.before, parsed);
  if (command.needsEngine === false || command.worksWithoutEngine?.(input) === true)
    return await command.run(ioOf(session, global, undefined), input);
  if (host.euid !== 0) throw fail("ROOT_REQUIRED", { command: name });
  await using engine = await host.openEngine(global);
  return await command.run(ioOf(session, global, engine), input);
}

async function dispatch(session: Session): Promise<number> {
  const { host, table } = session;
  const resolved = resolveCommand(table, ROOT_FLAGS, {
    argv: host.args,
    program: PROGRAM,
    onPath: (path) => {
      session.path = [...path];
    },
  });
  session.path = resolved.path;
  if (resolved.before.values["version"] === true) {
    await host.out(`${PROGRAM} version ${VERSION}\n`);
    return EXIT.ok;
  }
  if (resolved.kind === "group") return await showGroup(session, resolved);
  if (words(...resolved.path) === "help") return await showHelp(session, resolved.rest);
  return await runCommand(session, resolved);
}

/** All causes of an error, outermost first, for `--log-level debug`. */
function causesOf(error: unknown): readonly string[] {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? [] : [messageOf(cause), ...causesOf(cause)];
}

/**
 * Runs one command line to its end.
 *
 * @param host the process: arguments, streams, signals, engine
 * @param table all commands
 * @returns the exit code of the process; never throws
 */
export async function main(host: CliHost, table: CommandTable): Promise<number> {
  const session: Session = { host, table, path: [] };
  try {
    return await dispatch(session);
  } catch (thrown) {
    const error = firstFailure(thrown);
    const interrupted = host.interruptedBy();
    if (host.signal.aborted && interrupted !== undefined) return signalExitCode(interrupted);
    host.err(errorLine(messageOf(error)));
    if (hasCode(error, "BAD_FLAG")) host.err(`See '${words(PROGRAM, ...session.path)} --help'\n`);
    if (host.args.some((word) => /^(--log-level=)?(debug|trace)$/.test(word)))
      for (const cause of causesOf(error)) host.err(`  because: ${cause}\n`);
    return exitCodeOf(error);
  }
}
