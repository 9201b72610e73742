import type { Command, CommandEntry } from "./command.ts";
import type { FlagTable } from "./flag-kinds.ts";
import { type CommandTable, childrenOf } from "./parse-command.ts";

const indent = (text: string) => text.replaceAll(/^(?=.)/gm, "  ");

/** The section of flags: left column padded to the longest. Empty if none is shown. */
function optionsSection(flags: FlagTable): string {
  const rows = Object.entries(flags)
    .filter(([, flag]) => flag.hidden !== true)
    .map(([name, flag]) => {
      const letter = flag.short === undefined ? "    " : `-${flag.short}, `;
      const value = flag.kind === "" ? "" : ` ${flag.kind}`;
      const ending = flag.defaultText === undefined ? "" : ` (default ${flag.defaultText})`;
      return { name, left: `  ${letter}--${name}${value}`, right: `${flag.summary}${ending}` };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (rows.length === 0) return "";
  const width = Math.max(...rows.map((row) => row.left.length)) + 3;
  const lines = rows.map((row) => `${row.left.padEnd(width)}${row.right.replaceAll("\n", `\n${" ".repeat(width)}`)}`);
  return `Options:\n${lines.join("\n")}\n`;
}

/**
 * Help of one command.
 *
 * @param program name of the program
 * @param path as typed
 */
export function commandHelp(
  program: string,
  path: readonly string[],
  subject: { readonly entry: CommandEntry; readonly command: Command },
): string {
  const { entry, command } = subject;
  const sections = [
    `${entry.summary}\n`,
    `Description:\n${indent(command.description ?? entry.summary)}\n`,
    `Usage:\n  ${[program, ...path, command.usage].join(" ").trimEnd()}\n`,
  ];
  if (command.examples) sections.push(`Examples:\n${command.examples.map((e) => `  ${program} ${e}\n`).join("")}`);
  const options = optionsSection(command.flags);
  if (options !== "") sections.push(options);
  return `${sections.join("\n")}\n`;
}

/** The `Usage:`, `Available Commands:` and `Options:` sections of a group; the root has an empty path. */
export function groupUsage(
  table: CommandTable,
  program: string,
  subject: { readonly path: readonly string[]; readonly flags: FlagTable },
): string {
  const rows = childrenOf(table, subject.path);
  const width = Math.max(11, ...rows.map((row) => row.name.length)) + 1;
  const options = optionsSection(subject.flags);
  const usage = [program, ...subject.path, ...(options === "" ? [] : ["[options]"]), "[command]"].join(" ");
  const commands = rows.map((row) => `  ${row.name.padEnd(width)}${row.summary}\n`).join("");
  return `Usage:\n  ${usage}\n\nAvailable Commands:\n${commands}${options === "" ? "" : `\n${options}`}`;
}

/** Help of a group of commands. */
export function groupHelp(
  table: CommandTable,
  program: string,
  subject: { readonly path: readonly string[]; readonly flags: FlagTable; readonly summary: string },
): string {
  const group = table.groups.find((row) => row.path.join(" ") === subject.path.join(" "));
  const description = group ? `Description:\n${indent(group.description)}\n\n` : "";
  return `${subject.summary}\n\n${description}${groupUsage(table, program, subject)}`;
}
