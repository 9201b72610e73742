import { parse, TomlError } from "smol-toml";
import { fail } from "../base/errors.ts";
import { isHostError } from "../base/host-error.ts";
import type { Files } from "../host/ports.ts";

export type Table = Readonly<Record<string, unknown>>;

/** A TOML file that was read. */
export interface TomlFile {
  readonly path: string;
  readonly content: Table;
}

/** True for a TOML table, inline or not. */
export function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/**
 * Reads a TOML file.
 *
 * @returns undefined where no file is
 * @throws INVALID_ARGUMENT naming file, line and column, or the file that cannot be read
 */
export function readToml(files: Pick<Files, "readTextIfExists">, path: string): TomlFile | undefined {
  const text = readText(files, path);
  return text === undefined ? undefined : { path, content: parseToml(text, path) };
}

/**
 * Reads `*.conf` of a drop-in directory, by name.
 *
 * @returns [] where no directory is
 * @throws as `readToml`
 */
export function readTomlDirectory(
  files: Pick<Files, "readTextIfExists" | "list">,
  directory: string,
): readonly TomlFile[] {
  let names: readonly string[];
  try {
    names = files.list(directory);
  } catch (error) {
    if (isHostError(error, "ENOENT", "ENOTDIR")) return [];
    throw unreadable(directory, error);
  }
  return names
    .filter((name) => name.endsWith(".conf"))
    .flatMap((name) => readToml(files, `${directory}/${name}`) ?? []);
}

/**
 * Distributions ship configuration files of a few lines and hundreds of comments, which a parser spends milliseconds on:
 * comment lines are dropped first. Where that fails, the whole text is parsed for the error's true line.
 */
function parseToml(text: string, path: string): Table {
  try {
    return parse(withoutComments(text), { unsafeKeyBehaviour: "drop" });
  } catch {
    return parseWhole(text, path);
  }
}

function parseWhole(text: string, path: string): Table {
  try {
    return parse(text, { unsafeKeyBehaviour: "drop" });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split("\n")[0] ?? "";
    const message = `${path}, line ${error.line}, column ${error.column}: ${reason}`;
    throw fail("INVALID_ARGUMENT", { message }, { cause: error });
  }
}

/** In a multi-line string a line that begins with `#` is no comment, so a text with one is left alone. */
function withoutComments(text: string): string {
  if (text.includes('"""') || text.includes("'''")) return text;
  return text
    .split("\n")
    .filter((line) => !line.trimStart().startsWith("#"))
    .join("\n");
}

function readText(files: Pick<Files, "readTextIfExists">, path: string): string | undefined {
  try {
    return files.readTextIfExists(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): unknown {
  if (!isHostError(error)) return error;
  return fail("INVALID_ARGUMENT", { message: `reading configuration ${path}: ${error.errno}` }, { cause: error });
}
