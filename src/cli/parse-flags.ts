import { fail, messageOf } from "../base/errors.ts";
import type { Flag, FlagTable } from "./flag-kinds.ts";

/** What parsing one stretch of the command line gave. */
export interface ParsedFlags {
  readonly values: Readonly<Record<string, unknown>>;
  readonly given: ReadonlySet<string>;
  /** Positional arguments, and everything behind `--` or behind the first one if parsing stops there. */
  readonly rest: readonly string[];
  /** `-h` where no flag has that letter. */
  readonly help: boolean;
}

export interface ParseOptions {
  /** Leave everything from the first positional argument on alone. */
  readonly stopAtFirstArgument?: boolean;
}

const refuse = (message: string) => fail("BAD_FLAG", { message });

/** Flags by long name, alias and letter. */
class FlagIndex {
  readonly #byName = new Map<string, string>();
  readonly #byLetter = new Map<string, string>();
  readonly #table: FlagTable;

  constructor(table: FlagTable) {
    this.#table = table;
    for (const [name, flag] of Object.entries(table)) {
      this.#byName.set(name, name);
      for (const alias of flag.aliases ?? []) this.#byName.set(alias, name);
      if (flag.short !== undefined) this.#byLetter.set(flag.short, name);
    }
  }

  byName(name: string): Found | undefined {
    return this.#found(this.#byName.get(name));
  }

  byLetter(letter: string): Found | undefined {
    return this.#found(this.#byLetter.get(letter));
  }

  #found(name: string | undefined): Found | undefined {
    const flag = name === undefined ? undefined : this.#table[name];
    return name === undefined || flag === undefined ? undefined : { name, flag };
  }
}

interface Found {
  readonly name: string;
  readonly flag: Flag<unknown>;
}

/** pflag's parsing rules and texts (github.com/spf13/pflag, as podman prints them). */
class FlagParser {
  readonly values: Record<string, unknown> = {};
  readonly given = new Set<string>();
  readonly rest: string[] = [];
  help = false;
  readonly #index: FlagIndex;
  #queue: readonly string[];

  constructor(table: FlagTable, args: readonly string[]) {
    this.#index = new FlagIndex(table);
    this.#queue = args;
    for (const [name, flag] of Object.entries(table)) this.values[name] = flag.initial;
  }

  parse(stopAtFirstArgument: boolean): void {
    for (;;) {
      const word = this.#shift();
      if (word === undefined || this.help) return;
      if (word === "--") {
        this.#takeAll();
        return;
      }
      if (word.startsWith("--")) this.#long(word);
      else if (word.startsWith("-") && word !== "-") this.#cluster(word.slice(1));
      else {
        this.rest.push(word);
        if (!stopAtFirstArgument) continue;
        this.#takeAll();
        return;
      }
    }
  }

  #shift(): string | undefined {
    const [word, ...others] = this.#queue;
    this.#queue = others;
    return word;
  }

  #takeAll(): void {
    this.rest.push(...this.#queue);
    this.#queue = [];
  }

  #long(word: string): void {
    const body = word.slice(2);
    if (body.startsWith("-") || body.startsWith("=")) throw refuse(`bad flag syntax: ${word}`);
    const at = body.indexOf("=");
    const name = at < 0 ? body : body.slice(0, at);
    const found = this.#index.byName(name);
    if (!found) throw refuse(`unknown flag: --${name}`);
    const value = at >= 0 ? body.slice(at + 1) : (found.flag.bare ?? this.#shift());
    if (value === undefined) throw refuse(`flag needs an argument: --${name}`);
    this.#set(found, value);
  }

  #cluster(letters: string): void {
    for (let at = 0; at < letters.length; at++) {
      const letter = letters.charAt(at);
      const left = letters.slice(at);
      const found = this.#index.byLetter(letter);
      if (!found) {
        if (letter === "h") this.help = true;
        else throw refuse(`unknown shorthand flag: '${letter}' in -${left}`);
        return;
      }
      const assigned = left.length > 2 && left[1] === "=";
      if (found.flag.bare !== undefined && !assigned) {
        this.#set(found, found.flag.bare);
        continue;
      }
      const attached = assigned ? left.slice(2) : left.slice(1);
      const value = attached === "" ? this.#shift() : attached;
      if (value === undefined) throw refuse(`flag needs an argument: '${letter}' in -${left}`);
      this.#set(found, value);
      return;
    }
  }

  #set({ name, flag }: Found, value: string): void {
    try {
      this.values[name] = flag.parse(value, this.values[name]);
    } catch (error) {
      const label = flag.short === undefined ? `--${name}` : `-${flag.short}, --${name}`;
      throw refuse(`invalid argument ${JSON.stringify(value)} for "${label}" flag: ${messageOf(error)}`);
    }
    this.given.add(name);
  }
}

/** Parses flags as pflag does. Throws BAD_FLAG with pflag's text. */
export function parseFlags(table: FlagTable, args: readonly string[], options: ParseOptions = {}): ParsedFlags {
  const parser = new FlagParser(table, args);
  parser.parse(options.stopAtFirstArgument === true);
  return { values: parser.values, given: parser.given, rest: parser.rest, help: parser.help };
}
