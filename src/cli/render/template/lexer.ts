import { fail } from "../../../base/errors.ts";
import type { TemplateSource } from "./nodes.ts";

export interface Token {
  readonly kind:
    | "text"
    | "open"
    | "close"
    | "field"
    | "dot"
    | "variable"
    | "identifier"
    | "constant"
    | "string"
    | "pipe"
    | "paren-open"
    | "paren-close"
    | "declare"
    | "assign"
    | "comma"
    | "space"
    | "end";
  readonly at: number;
  readonly text: string;
  readonly value?: string | number;
}

/** `template: NAME:LINE: message`, the form of Go's parse errors. */
export function templateError(template: TemplateSource, at: number, message: string) {
  const line = Math.min(template.source.slice(0, at).split("\n").length, template.lines ?? Number.POSITIVE_INFINITY);
  return fail("INVALID_ARGUMENT", { message: `template: ${template.name}:${line}: ${message}` });
}

const SPACE = /^[ \t\r\n]+/;
const NUMBER =
  /^[+-]?(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?)/;
const WORD = /^[\p{L}_][\p{L}\p{N}_]*/u;
const PUNCTUATION: readonly (readonly [string, Token["kind"]])[] = [
  [":=", "declare"],
  ["=", "assign"],
  ["|", "pipe"],
  ["(", "paren-open"],
  [")", "paren-close"],
  [",", "comma"],
];

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  '"': '"',
  "'": "'",
};

/** Value of the inside of a Go string or character literal; undefined if an escape is malformed. */
function unquote(inside: string): string | undefined {
  let bad = false;
  const value = inside.replace(
    /\\(?:([abfnrtv\\"'])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|)/g,
    (_match, simple, x, u, long, octal) => {
      if (simple !== undefined) return ESCAPES[simple] ?? "";
      const code = octal === undefined ? Number.parseInt(x ?? u ?? long ?? "x", 16) : Number.parseInt(octal, 8);
      bad ||= Number.isNaN(code) || code > 0x10ffff;
      return bad ? "" : String.fromCodePoint(code);
    },
  );
  return bad ? undefined : value;
}

function numberOf(text: string): number {
  const sign = text.startsWith("-") ? -1 : 1;
  const digits = text.replace(/^[+-]/, "").replaceAll("_", "");
  const octal = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits;
  return sign * Number(octal);
}

/** Splits a template into tokens; text between actions has the trim markers applied. Throws parse errors in Go's words. */
export class Lexer {
  readonly #template: TemplateSource;
  readonly #tokens: Token[] = [];
  #at = 0;

  constructor(template: TemplateSource) {
    this.#template = template;
  }

  /** All tokens; the last is `end`. */
  tokens(): readonly Token[] {
    const { source } = this.#template;
    let trimNext = false;
    while (this.#at < source.length) {
      const open = source.indexOf("{{", this.#at);
      const end = open < 0 ? source.length : open;
      const trimsHere = open >= 0 && /^\{\{-[ \t\r\n]/.test(source.slice(open, open + 4));
      let text = source.slice(this.#at, end);
      if (trimNext) text = text.trimStart();
      if (trimsHere) text = text.trimEnd();
      if (text !== "") this.#tokens.push({ kind: "text", at: this.#at, text });
      this.#at = end;
      if (open < 0) break;
      trimNext = this.#action(open, trimsHere ? open + 3 : open + 2);
    }
    this.#push("end", "");
    return this.#tokens;
  }

  #fail(message: string, at = this.#at) {
    return templateError(this.#template, at, message);
  }

  #push(kind: Token["kind"], text: string, value?: string | number): void {
    this.#tokens.push({ kind, at: this.#at, text, ...(value === undefined ? {} : { value }) });
    this.#at += text.length;
  }

  /** Reads from after `{{` to after `}}`; true if the text that follows is to be trimmed. */
  #action(open: number, start: number): boolean {
    const { source } = this.#template;
    const comment = /^[ \t\r\n]*\/\*/.exec(source.slice(start));
    if (comment && (comment[0] === "/*" || source[open + 2] === "-")) return this.#comment(start);
    this.#at = open;
    this.#push("open", source.slice(open, start));
    for (;;) {
      const rest = source.slice(this.#at);
      if (rest === "") throw this.#fail("unclosed action");
      const trims = /^[ \t\r\n]-\}\}/.test(rest);
      if (trims || rest.startsWith("}}")) {
        this.#push("close", trims ? rest.slice(0, 4) : "}}");
        return trims;
      }
      this.#inside(rest);
    }
  }

  #comment(start: number): boolean {
    const { source } = this.#template;
    const end = source.indexOf("*/", start);
    if (end < 0) throw this.#fail("unclosed comment");
    const close = /^(\s+-)?\}\}/.exec(source.slice(end + 2));
    if (!close) throw this.#fail("comment ends before closing delimiter");
    this.#at = end + 2 + close[0].length;
    return close[1] !== undefined;
  }

  #inside(rest: string) {
    const space = SPACE.exec(rest);
    if (space) {
      // A trim marker needs its space: leave the last one for the check of the caller.
      const taken = rest.slice(space[0].length).startsWith("-}}") ? space[0].slice(0, -1) : space[0];
      return this.#push("space", taken === "" ? space[0] : taken);
    }
    const symbol = PUNCTUATION.find(([text]) => rest.startsWith(text));
    if (symbol) return this.#push(symbol[1], symbol[0]);
    const first = rest[0] ?? "";
    if (first === '"' || first === "'" || first === "`") return this.#quoted(rest, first);
    const digit = /^[0-9]|^[+-]?\.?[0-9]/.test(rest);
    if (digit) return this.#number(rest);
    if (first === ".") {
      const name = WORD.exec(rest.slice(1))?.[0] ?? "";
      return this.#word(name === "" ? "dot" : "field", `.${name}`);
    }
    if (first === "$") return this.#word("variable", `$${/^[\p{L}\p{N}_]*/u.exec(rest.slice(1))?.[0] ?? ""}`);
    const word = WORD.exec(rest)?.[0];
    if (word !== undefined) return this.#word("identifier", word);
    throw this.#badCharacter();
  }

  /** A word must be followed by something that cannot belong to it. */
  #word(kind: Token["kind"], text: string): void {
    this.#push(kind, text);
    const next = this.#template.source[this.#at];
    if (next !== undefined && !/[ \t\r\n.,|:()=}]/.test(next)) throw this.#badCharacter();
  }

  #number(rest: string): void {
    const text = NUMBER.exec(rest)?.[0] ?? "";
    const after = rest.slice(text.length);
    const value = numberOf(text);
    if (text === "" || /^[\p{L}\p{N}_.]/u.test(after) || Number.isNaN(value))
      throw this.#fail(`bad number syntax: ${JSON.stringify(/^[^ \t\r\n})|,]+/.exec(rest)?.[0] ?? text)}`);
    this.#push("constant", text, value);
  }

  #quoted(rest: string, quote: string) {
    const pattern =
      quote === "`" ? /^`[^`]*`/ : quote === '"' ? /^"(?:[^"\\\n]|\\[^\n])*"/ : /^'(?:[^'\\\n]|\\[^\n])*'/;
    const text = pattern.exec(rest)?.[0];
    if (text === undefined) {
      const what = quote === "`" ? "raw quoted string" : quote === '"' ? "quoted string" : "character constant";
      throw this.#fail(`unterminated ${what}`);
    }
    const inside = text.slice(1, -1);
    const value = quote === "`" ? inside : unquote(inside);
    if (value === undefined) throw this.#fail("invalid syntax");
    if (quote !== "'") return this.#push("string", text, value);
    const [character, extra] = [...value];
    if (character === undefined || extra !== undefined) throw this.#fail(`malformed character constant: ${text}`);
    this.#push("constant", text, character.codePointAt(0) ?? 0);
  }

  #badCharacter() {
    const code = this.#template.source.codePointAt(this.#at) ?? 0;
    const name = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
    const shown = code >= 0x20 && code !== 0x7f ? ` '${String.fromCodePoint(code)}'` : "";
    return this.#fail(`bad character ${name}${shown}`);
  }
}
