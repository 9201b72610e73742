import { fail } from "../base/errors.ts";
import { isTable, type Table, type TomlFile } from "./toml.ts";

interface Found {
  readonly value: unknown;
  readonly path: string;
}

/**
 * Values out of several files of the same format, of which the last that has a key wins. Every value is checked when it is
 * asked for; a bad one throws INVALID_ARGUMENT naming file and key. Unknown keys are ignored, as podman does.
 */
export class Settings {
  readonly #files: readonly TomlFile[];

  /** @param files weakest first */
  constructor(files: readonly TomlFile[]) {
    this.#files = files;
  }

  get sources(): readonly string[] {
    return this.#files.map((file) => file.path);
  }

  /** An empty string counts as absent. */
  string(table: string, key: string): string | undefined {
    const found = this.#last(table, key);
    if (!found) return undefined;
    if (typeof found.value !== "string") throw this.#bad(found, [table, key], "a string");
    return found.value === "" ? undefined : found.value;
  }

  boolean(table: string, key: string): boolean | undefined {
    const found = this.#last(table, key);
    if (!found) return undefined;
    if (typeof found.value !== "boolean") throw this.#bad(found, [table, key], "true or false");
    return found.value;
  }

  integer(table: string, key: string): number | undefined {
    const found = this.#last(table, key);
    if (!found) return undefined;
    if (typeof found.value !== "number" || !Number.isSafeInteger(found.value))
      throw this.#bad(found, [table, key], "an integer");
    return found.value;
  }

  /** One of a few words. */
  choice<T extends string>(table: string, key: string, words: readonly T[]): T | undefined {
    const text = this.string(table, key);
    if (text === undefined) return undefined;
    const word = words.find((candidate) => candidate === text);
    if (word === undefined) throw this.invalid(table, key, `must be one of ${words.join(", ")}`);
    return word;
  }

  /**
   * A list of strings. A later file replaces the list, or adds to it where it says `{append = true}` (containers.conf(5)
   * since podman 5).
   */
  strings(table: string, key: string): readonly string[] | undefined {
    let result: readonly string[] | undefined;
    for (const found of this.#all(table, key)) {
      if (!Array.isArray(found.value)) throw this.#bad(found, [table, key], "a list of strings");
      const attributes = found.value.filter(isTable);
      const strings = found.value.filter((item) => typeof item === "string");
      if (attributes.length + strings.length < found.value.length)
        throw this.#bad(found, [table, key], "a list of strings");
      const isMore = attributes.some((attribute) => attribute["append"] === true);
      result = isMore ? [...(result ?? []), ...strings] : strings;
    }
    return result;
  }

  /** A list of `key=value`; a key without `=` has an empty value. */
  pairs(table: string, key: string): Readonly<Record<string, string>> | undefined {
    const list = this.strings(table, key);
    if (list === undefined) return undefined;
    return Object.fromEntries(
      list.map((item) => {
        const at = item.indexOf("=");
        return at < 0 ? [item, ""] : [item.slice(0, at), item.slice(at + 1)];
      }),
    );
  }

  /** A table of lists of strings, joined key by key over all files. */
  listTable(table: string, key: string): Readonly<Record<string, readonly string[]>> {
    const result: Record<string, readonly string[]> = {};
    for (const found of this.#all(table, key)) {
      if (!isTable(found.value)) throw this.#bad(found, [table, key], "a table");
      for (const [name, list] of Object.entries(found.value)) {
        if (!Array.isArray(list) || !list.every((item) => typeof item === "string"))
          throw this.#bad({ value: list, path: found.path }, [table, key, name], "a list of strings");
        result[name] = list;
      }
    }
    return result;
  }

  /** A list of tables as it stands in the strongest file that has it. */
  tables(table: string, key: string): readonly Table[] | undefined {
    const found = this.#last(table, key);
    if (!found) return undefined;
    if (!Array.isArray(found.value) || !found.value.every(isTable))
      throw this.#bad(found, [table, key], "a list of tables");
    return found.value;
  }

  /** The error for a value that has the right type, but cannot be. */
  invalid(table: string, key: string, reason: string): Error {
    const found = this.#last(table, key);
    const where = `${found?.path ?? ""}: [${table}] ${key}`;
    return fail("INVALID_ARGUMENT", { message: `${where} = ${JSON.stringify(found?.value)}: ${reason}` });
  }

  #last(table: string, key: string): Found | undefined {
    return this.#all(table, key).at(-1);
  }

  #all(table: string, key: string): readonly Found[] {
    return this.#files.flatMap(({ path, content }) => {
      const section = content[table];
      if (section === undefined) return [];
      if (!isTable(section)) throw this.#bad({ value: section, path }, [table], "a table");
      const value = section[key];
      return value === undefined ? [] : [{ value, path }];
    });
  }

  #bad(found: Found, key: readonly string[], wanted: string): Error {
    const message = `${found.path}: ${key.join(".")} must be ${wanted}, not ${JSON.stringify(found.value)}`;
    return fail("INVALID_ARGUMENT", { message });
  }
}
