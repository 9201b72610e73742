import { GoTime } from "../go-time.ts";
import { MISSING, printNumber, printValue, typeName, type Value } from "./values.ts";

/** Go refuses widths and precisions beyond this. */
const MAX_WIDTH = 1_000_000;

interface Verb {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly verb: string;
}

const isInteger = (value: Value): value is number | bigint =>
  typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value));

/** A string as Go's %q quotes it. */
export function quote(text: string): string {
  let out = '"';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const simple = { 7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\" }[
      code
    ];
    if (simple !== undefined) out += simple;
    else if (code < 0x20 || code === 0x7f) out += `\\x${code.toString(16).padStart(2, "0")}`;
    else if (code < 0xa0 && code > 0x7f) out += `\\u${code.toString(16).padStart(4, "0")}`;
    else out += character;
  }
  return `${out}"`;
}

function mismatch(verb: Verb, value: Value): string {
  if (value === null || value === undefined || value === MISSING) return `%!${verb.verb}(<nil>)`;
  return `%!${verb.verb}(${typeName(value)}=${printValue(value)})`;
}

function sign(verb: Verb, text: string): string {
  if (text.startsWith("-")) return text;
  return verb.flags.includes("+") ? `+${text}` : verb.flags.includes(" ") ? ` ${text}` : text;
}

function integer(verb: Verb, value: number | bigint): string {
  const { verb: letter, flags } = verb;
  if (letter === "c") return String.fromCodePoint(Math.min(Math.max(Number(value), 0), 0x10ffff));
  if (letter === "q") return `'${String.fromCodePoint(Math.min(Math.max(Number(value), 0), 0x10ffff))}'`;
  if (letter === "U") return `U+${value.toString(16).toUpperCase().padStart(4, "0")}`;
  const base = { b: 2, o: 8, O: 8, x: 16, X: 16 }[letter] ?? 10;
  const magnitude = (value < 0 ? -BigInt(value) : BigInt(value)).toString(base);
  const prefix =
    letter === "O" ? "0o" : flags.includes("#") ? ({ b: "0b", o: "0", x: "0x", X: "0x" }[letter] ?? "") : "";
  const digits = prefix + magnitude.padStart(verb.precision ?? 0, "0");
  return sign(verb, `${value < 0 ? "-" : ""}${letter === "X" ? digits.toUpperCase() : digits}`);
}

function float(verb: Verb, value: number): string {
  if (!Number.isFinite(value)) return sign(verb, printNumber(value));
  const precision = Math.min(verb.precision ?? 6, 100);
  const exponent = (text: string) => text.replace(/e([+-])(\d)$/, "e$10$2");
  const lower = verb.verb.toLowerCase();
  const text =
    lower === "f"
      ? value.toFixed(precision)
      : lower === "e"
        ? exponent(value.toExponential(precision))
        : verb.precision === undefined
          ? printNumber(value)
          : printNumber(Number(value.toPrecision(Math.max(1, precision))));
  return sign(verb, verb.verb === lower ? text : text.toUpperCase());
}

const hexOf = (text: string) =>
  [...new TextEncoder().encode(text)].map((b) => b.toString(16).padStart(2, "0")).join("");

function text(verb: Verb, value: string): string {
  const cut = verb.precision === undefined ? value : [...value].slice(0, verb.precision).join("");
  if (verb.verb === "q") return verb.flags.includes("#") && !cut.includes("`") ? `\`${cut}\`` : quote(cut);
  if (verb.verb === "x") return hexOf(cut);
  if (verb.verb === "X") return hexOf(cut).toUpperCase();
  return cut;
}

/** One operand by one verb, without padding. */
function convert(verb: Verb, value: Value): string {
  const letter = verb.verb;
  if (letter === "T") return value === null || value === undefined ? "<nil>" : typeName(value);
  if (letter === "v") {
    if (verb.flags.includes("#") && typeof value === "string") return quote(value);
    if (typeof value === "number" && !Number.isInteger(value) && verb.precision !== undefined)
      return float({ ...verb, verb: "g" }, value);
    const shown = printValue(value, { names: verb.flags.includes("+") });
    return value === MISSING ? "<no value>" : shown;
  }
  if (typeof value === "string") return "sqxX".includes(letter) ? text(verb, value) : mismatch(verb, value);
  if (typeof value === "boolean") return letter === "t" ? String(value) : mismatch(verb, value);
  if (isInteger(value) && "dboOxXcqU".includes(letter)) return integer(verb, value);
  if (typeof value === "number" && "eEfFgG".includes(letter)) return float(verb, value);
  if (value instanceof GoTime && "sq".includes(letter)) return text(verb, value.toString());
  if (Array.isArray(value)) return `[${value.map((item) => convert(verb, item)).join(" ")}]`;
  if (value instanceof Map && "sd".includes(letter)) return printValue(value);
  return mismatch(verb, value);
}

function pad(verb: Verb, shown: string): string {
  const missing = verb.width - [...shown].length;
  if (missing <= 0) return shown;
  if (verb.flags.includes("-")) return shown + " ".repeat(missing);
  const zero = verb.flags.includes("0") && "dboOxXeEfFgGsv".includes(verb.verb);
  if (!zero) return " ".repeat(missing) + shown;
  const signed = /^[+-]/.exec(shown)?.[0] ?? "";
  return signed + "0".repeat(missing) + shown.slice(signed.length);
}

const number = (digits: string) => Math.min(Number(digits === "" ? 0 : digits), MAX_WIDTH + 1);

/** Go's fmt.Sprintf for the values of a template. Wrong verbs and counts print as Go prints them, never fail. */
export function sprintf(format: string, values: readonly Value[]): string {
  let used = 0;
  const out = format.replace(
    /%([-+# 0]*)(\d*)(?:\.(\d*))?([\s\S]?)/gu,
    (_match, flags: string, width: string, precision: string | undefined, letter: string) => {
      if (letter === "%") return "%";
      if (letter === "") return "%!(NOVERB)";
      const verb: Verb = {
        flags,
        width: number(width),
        precision: precision === undefined ? undefined : number(precision),
        verb: letter,
      };
      if (used >= values.length) return `%!${letter}(MISSING)`;
      const value = values[used++];
      if (verb.width > MAX_WIDTH) return "%!(BADWIDTH)";
      if ((verb.precision ?? 0) > MAX_WIDTH) return "%!(BADPREC)";
      return pad(verb, "vTdsqxXobOcUteEfFgG".includes(letter) ? convert(verb, value) : mismatch(verb, value));
    },
  );
  if (used >= values.length) return out;
  const extra = values
    .slice(used)
    .map((value) => (value === null ? "<nil>" : `${typeName(value)}=${printValue(value)}`));
  return `${out}%!(EXTRA ${extra.join(", ")})`;
}

/** fmt.Sprint: a blank between operands when neither is a string. */
export function sprint(values: readonly Value[]): string {
  return values
    .map((value, i) => {
      const blank = i > 0 && typeof value !== "string" && typeof values[i - 1] !== "string";
      return (blank ? " " : "") + printValue(value);
    })
    .join("");
}

/** fmt.Sprintln. */
export function sprintln(values: readonly Value[]): string {
  return `${values.map((value) => printValue(value)).join(" ")}\n`;
}
