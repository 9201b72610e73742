import { resolve } from "node:path";
import { fail } from "../base/errors.ts";
import type { Files, SystemInfo } from "../host/ports.ts";
import { shortNameCache, userConfigDir } from "./places.ts";
import type { RegistriesConfig, RegistryEntry, RegistryMirror, ShortNameMode } from "./registries.ts";
import { isTable, readToml, readTomlDirectory, type Table, type TomlFile } from "./toml.ts";

interface Deps {
  readonly files: Pick<Files, "readTextIfExists" | "list">;
  readonly system: Pick<SystemInfo, "euid" | "env" | "cwd">;
}

const SHORT_NAME_MODES: readonly ShortNameMode[] = ["enforcing", "permissive", "disabled"];

/**
 * Reads registries.conf, version 2, and its drop-ins. A later file replaces the search list and entries of the same prefix,
 * and adds aliases (containers-registries.conf(5)).
 *
 * @throws INVALID_ARGUMENT naming file and line or key
 */
export function loadRegistries(deps: Deps): RegistriesConfig {
  const files = readFiles(deps);
  const aliases: Record<string, string> = {};
  const registries = new Map<string, RegistryEntry>();
  let unqualifiedSearch: readonly string[] = [];
  let shortNameMode: ShortNameMode = "permissive";
  for (const file of files) {
    const search = stringsOf(file, file.content, "unqualified-search-registries");
    if (search) unqualifiedSearch = search.map((name) => locationOf(file, name));
    shortNameMode = modeOf(file) ?? shortNameMode;
    for (const entry of entriesOf(file)) registries.set(entry.prefix, entry);
    for (const [name, target] of Object.entries(aliasesOf(file))) {
      if (target === "") delete aliases[name];
      else aliases[name] = target;
    }
  }
  return Object.freeze({
    unqualifiedSearch: Object.freeze(unqualifiedSearch),
    shortNameMode,
    aliases: Object.freeze(aliases),
    registries: Object.freeze([...registries.values()]),
    sources: Object.freeze(files.map((file) => file.path)),
  });
}

function readFiles({ files, system }: Deps): readonly TomlFile[] {
  const own = userConfigDir(system);
  const cache = shortNameCache(system);
  return [
    readMainFile({ files, system }) ?? [],
    readTomlDirectory(files, "/etc/containers/registries.conf.d"),
    own === undefined ? [] : readTomlDirectory(files, `${own}/registries.conf.d`),
    cache === undefined ? [] : (readToml(files, cache) ?? []),
  ].flat();
}

function readMainFile({ files, system }: Deps): TomlFile | undefined {
  const named = system.env["CONTAINERS_REGISTRIES_CONF"];
  if (named) {
    const file = readToml(files, resolve(system.cwd, named));
    if (!file) throw fail("INVALID_ARGUMENT", { message: `reading configuration ${named}: no such file or directory` });
    return demandVersion2(file);
  }
  const own = userConfigDir(system);
  const file =
    (own === undefined ? undefined : readToml(files, `${own}/registries.conf`)) ??
    readToml(files, "/etc/containers/registries.conf");
  return file && demandVersion2(file);
}

function demandVersion2(file: TomlFile): TomlFile {
  if (isTable(file.content["registries"]))
    throw bad(file, "registries", "belongs to format version 1: write unqualified-search-registries and [[registry]]");
  return file;
}

function modeOf(file: TomlFile): ShortNameMode | undefined {
  const text = file.content["short-name-mode"];
  if (text === undefined || text === "") return undefined;
  const mode = SHORT_NAME_MODES.find((candidate) => candidate === text);
  if (mode === undefined) throw bad(file, "short-name-mode", `must be one of ${SHORT_NAME_MODES.join(", ")}`);
  return mode;
}

function aliasesOf(file: TomlFile): Readonly<Record<string, string>> {
  const aliases = file.content["aliases"] ?? {};
  if (!isTable(aliases)) throw bad(file, "aliases", "must be a table");
  return Object.fromEntries(
    Object.entries(aliases).map(([name, target]) => {
      if (typeof target !== "string") throw bad(file, `aliases.${name}`, "must be a string");
      return [name, target];
    }),
  );
}

function entriesOf(file: TomlFile): readonly RegistryEntry[] {
  return tablesOf(file, file.content, "registry").map((table) => {
    const location = locationOf(file, stringOf(file, table, "location") ?? "");
    const prefix = locationOf(file, stringOf(file, table, "prefix") ?? location);
    if (prefix === "") throw bad(file, "registry", "needs a prefix or a location");
    if (location === "" && !prefix.startsWith("*."))
      throw bad(file, "registry", `with prefix ${prefix} needs a location`);
    const byDigestOnly = booleanOf(file, table, "mirror-by-digest-only");
    return Object.freeze({
      prefix,
      location,
      insecure: booleanOf(file, table, "insecure"),
      blocked: booleanOf(file, table, "blocked"),
      mirrors: Object.freeze(tablesOf(file, table, "mirror").map((mirror) => mirrorOf(file, mirror, byDigestOnly))),
    });
  });
}

function mirrorOf(file: TomlFile, table: Table, byDigestOnly: boolean): RegistryMirror {
  const location = locationOf(file, stringOf(file, table, "location") ?? "");
  if (location === "") throw bad(file, "registry.mirror", "needs a location");
  const choices = ["all", "digest-only", "tag-only"] as const;
  const wanted = stringOf(file, table, "pull-from-mirror") ?? (byDigestOnly ? "digest-only" : "all");
  const pullFrom = choices.find((choice) => choice === wanted);
  if (pullFrom === undefined) throw bad(file, "pull-from-mirror", `must be one of ${choices.join(", ")}`);
  return Object.freeze({ location, insecure: booleanOf(file, table, "insecure"), pullFrom });
}

/** A host with optional port and path, without a slash at its end. */
function locationOf(file: TomlFile, text: string): string {
  if (/^[a-z]+:\/\//i.test(text)) throw bad(file, text, "must be given without a scheme such as http://");
  return text.replace(/\/+$/, "");
}

function stringOf(file: TomlFile, table: Table, key: string): string | undefined {
  const value = table[key];
  if (value !== undefined && typeof value !== "string") throw bad(file, key, "must be a string");
  return value;
}

function booleanOf(file: TomlFile, table: Table, key: string): boolean {
  const value = table[key] ?? false;
  if (typeof value !== "boolean") throw bad(file, key, "must be true or false");
  return value;
}

function stringsOf(file: TomlFile, table: Table, key: string): readonly string[] | undefined {
  const value = table[key];
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string"))
    throw bad(file, key, "must be a list of strings");
  return value;
}

function tablesOf(file: TomlFile, table: Table, key: string): readonly Table[] {
  const value = table[key] ?? [];
  if (!Array.isArray(value) || !value.every(isTable)) throw bad(file, key, `must be given as [[${key}]]`);
  return value;
}

function bad(file: TomlFile, key: string, reason: string): Error {
  return fail("INVALID_ARGUMENT", { message: `${file.path}: ${key} ${reason}` });
}
