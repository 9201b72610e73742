import { fail } from "../base/errors.ts";
import type { CommandEntry, CommandGroup } from "./command.ts";
import type { FlagTable } from "./flag-kinds.ts";
import { type ParsedFlags, parseFlags } from "./parse-flags.ts";
import { suggestionsFor } from "./suggestions.ts";

/** The names of all commands and groups. */
export interface CommandTable {
  readonly groups: readonly CommandGroup[];
  readonly commands: readonly CommandEntry[];
}

/** What the words of the command line name. */
export type Resolved = {
  /** As typed. */
  readonly path: readonly string[];
  /** Flags in front of the command's last name. */
  readonly before: ParsedFlags;
  /** Everything behind the last name. */
  readonly rest: readonly string[];
} & ({ readonly kind: "command"; readonly entry: CommandEntry } | { readonly kind: "group" });

const key = (path: readonly string[]) => path.join(" ");

/** All paths under which a command can be called. */
export function pathsOf(entry: CommandEntry): readonly (readonly string[])[] {
  return [entry.path, ...(entry.aliases ?? []), ...(entry.synonyms ?? [])];
}

/** Names that help lists below a group, with their summaries, sorted. */
export function childrenOf(
  table: CommandTable,
  group: readonly string[],
): readonly { name: string; summary: string }[] {
  const rows = new Map<string, string>();
  const add = (path: readonly string[], summary: string) => {
    if (path.length === group.length + 1 && key(path.slice(0, -1)) === key(group)) rows.set(path.at(-1) ?? "", summary);
  };
  for (const row of table.groups) add(row.path, row.summary);
  for (const entry of table.commands) {
    if (entry.hidden) continue;
    for (const path of [entry.path, ...(entry.aliases ?? [])]) add(path, entry.summary);
  }
  return [...rows].map(([name, summary]) => ({ name, summary })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * The error for a word that names no command (podman's text).
 *
 * @param path the typed path, the unknown word last
 */
export function unrecognized(table: CommandTable, program: string, path: readonly string[]) {
  const group = path.slice(0, -1);
  const known = childrenOf(table, group).map((row) => row.name);
  const similar = suggestionsFor(path.at(-1) ?? "", known);
  const hint = similar.length > 0 ? `\nDid you mean this?\n\t${similar.join("\n\t")}\n\n` : "";
  return fail("INVALID_ARGUMENT", {
    message: `unrecognized command \`${key([program, ...path])}\`\n${hint}Try '${key([program, ...group])} --help' for more information`,
  });
}

/**
 * Walks the command line to the command it names. Flags may stand between the names.
 *
 * @param flags the global flags
 * @param options.program for messages
 * Throws BAD_FLAG and INVALID_ARGUMENT (unknown command).
 */
export function resolveCommand(
  table: CommandTable,
  flags: FlagTable,
  options: { readonly argv: readonly string[]; readonly program: string; onPath?: (path: readonly string[]) => void },
): Resolved {
  const groups = new Set(table.groups.map((group) => key(group.path)));
  const commands = new Map(
    table.commands.flatMap((entry) => pathsOf(entry).map((path) => [key(path), entry] as const)),
  );
  const path: string[] = [];
  const words: string[] = [];
  let rest = options.argv;
  for (;;) {
    options.onPath?.(path);
    const before = parseFlags(flags, [...words, ...rest], { stopAtFirstArgument: true });
    const [name, ...others] = before.rest;
    if (name === undefined || before.help || before.values["help"] === true)
      return { kind: "group", path, before, rest: [] };
    words.push(...rest.slice(0, rest.length - before.rest.length));
    path.push(name);
    rest = others;
    const entry = commands.get(key(path));
    if (entry) return { kind: "command", entry, path, before, rest };
    if (!groups.has(key(path))) throw unrecognized(table, options.program, path);
  }
}
