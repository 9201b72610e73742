import { formatJson } from "../json.ts";
import { sprint, sprintf, sprintln } from "./printf.ts";
import { isTrue, MISSING, printValue, typeName, type Value } from "./values.ts";

/** A function of a template; a thrown Error's message follows `error calling NAME: `. */
export interface TemplateFunction {
  /** Least and greatest number of arguments; the second absent means any. */
  readonly arity: readonly [number, number?];
  readonly call: (args: readonly Value[]) => Value;
}

const MAX_PAD = 1_000_000;

const nil = (value: Value) => value === null || value === undefined || value === MISSING;
const isNumber = (value: Value): value is number | bigint => typeof value === "number" || typeof value === "bigint";

function same(a: Value, b: Value): boolean {
  if (nil(a) || nil(b)) return nil(a) && nil(b);
  if (isNumber(a) && isNumber(b)) return !(a < b) && !(a > b);
  if (typeof a !== typeof b) throw new Error("incompatible types for comparison");
  if (typeof a === "object") throw new Error(`non-comparable type ${printValue(a)}: ${typeName(a)}`);
  return a === b;
}

function less(a: Value, b: Value): boolean {
  if (isNumber(a) && isNumber(b)) return a < b;
  if (typeof a === "string" && typeof b === "string") return a < b;
  if (typeof a !== typeof b) throw new Error("incompatible types for comparison");
  throw new Error("invalid type for comparison");
}

function lengthOf(value: Value): number {
  if (typeof value === "string") return new TextEncoder().encode(value).length;
  if (Array.isArray(value)) return value.length;
  if (value instanceof Map) return value.size;
  if (nil(value)) throw new Error("len of nil pointer");
  throw new Error(`len of type ${typeName(value)}`);
}

function wholeNumber(value: Value): number {
  if (!isNumber(value) || !Number.isInteger(Number(value)))
    throw new Error(`cannot index slice/array with type ${typeName(value)}`);
  return Number(value);
}

function indexOf(args: readonly Value[]): Value {
  return args.slice(1).reduce((value, key) => {
    if (nil(value)) throw new Error("index of nil pointer");
    if (value instanceof Map) {
      if (typeof key !== "string") throw new Error(`value has type ${typeName(key)}; should be string`);
      return value.has(key) ? value.get(key) : emptyOf(value);
    }
    if (!Array.isArray(value) && typeof value !== "string")
      throw new Error(`can't index item of type ${typeName(value)}`);
    const items: ArrayLike<unknown> = typeof value === "string" ? new TextEncoder().encode(value) : value;
    const at = wholeNumber(key);
    if (at < 0 || at >= items.length) throw new Error(`index out of range: ${at}`);
    return items[at] ?? null;
  }, args[0]);
}

/** What Go gives for a missing entry: the zero value of the element type. */
function emptyOf(map: ReadonlyMap<unknown, unknown>): Value {
  const [sample] = map.values();
  return sample === undefined || typeof sample === "string" ? "" : isNumber(sample) ? 0 : null;
}

function sliceOf(args: readonly Value[]): Value {
  const [value, ...bounds] = args;
  if (typeof value !== "string" && !Array.isArray(value))
    throw new Error(`can't slice item of type ${typeName(value)}`);
  if (bounds.length > 2 && typeof value === "string") throw new Error("cannot 3-index slice a string");
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : undefined;
  const length = bytes?.length ?? (Array.isArray(value) ? value.length : 0);
  const [from = 0, to = length, cap = length] = bounds.map(wholeNumber);
  for (const bound of [from, to, cap]) if (bound < 0 || bound > length) throw new Error(`index out of range: ${bound}`);
  if (from > to) throw new Error(`invalid slice index: ${from} > ${to}`);
  if (bytes) return new TextDecoder().decode(bytes.subarray(from, to));
  return Array.isArray(value) ? value.slice(from, to) : null;
}

const textOf = (value: Value): string => {
  if (typeof value === "string") return value;
  throw new Error(`wrong type for value; expected string; got ${typeName(value)}`);
};

const count = (value: Value): number => {
  if (isNumber(value) && Number.isInteger(Number(value))) return Number(value);
  throw new Error(`wrong type for value; expected int; got ${typeName(value)}`);
};

function join([list, separator]: readonly Value[]): string {
  if (!Array.isArray(list) && !nil(list))
    throw new Error(`wrong type for value; expected []string; got ${typeName(list)}`);
  return (Array.isArray(list) ? list : []).map((item) => printValue(item)).join(textOf(separator));
}

function pad([text, before, after]: readonly Value[]): string {
  const blanks = (value: Value) => " ".repeat(Math.min(Math.max(count(value), 0), MAX_PAD));
  const inner = textOf(text);
  return inner === "" ? inner : blanks(before) + inner + blanks(after);
}

function truncate([text, length]: readonly Value[]): string {
  const letters = [...textOf(text)];
  const limit = count(length);
  return limit < 0 || letters.length < limit ? letters.join("") : letters.slice(0, limit).join("");
}

const HTML: Readonly<Record<string, string>> = { '"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;" };

const fixed = (arity: number, call: TemplateFunction["call"]): TemplateFunction => ({ arity: [arity, arity], call });
const variadic = (least: number, call: TemplateFunction["call"]): TemplateFunction => ({ arity: [least], call });

/**
 * Go's own functions and podman's additions (`json`, `join`, `split`, `lower`, `upper`, `title`, `pad`, `truncate`). `and`
 * and `or` stop at the first operand that decides, see exec.ts.
 */
export const FUNCTIONS: ReadonlyMap<string, TemplateFunction> = new Map([
  ["and", variadic(1, (args) => args.find((arg) => !isTrue(arg)) ?? args.at(-1))],
  ["or", variadic(1, (args) => args.find(isTrue) ?? args.at(-1))],
  ["not", fixed(1, ([arg]) => !isTrue(arg))],
  ["eq", variadic(2, ([first, ...rest]) => rest.some((arg) => same(first, arg)))],
  ["ne", fixed(2, ([a, b]) => !same(a, b))],
  ["lt", fixed(2, ([a, b]) => less(a, b))],
  ["le", fixed(2, ([a, b]) => less(a, b) || same(a, b))],
  ["gt", fixed(2, ([a, b]) => !less(a, b) && !same(a, b))],
  ["ge", fixed(2, ([a, b]) => !less(a, b))],
  ["len", fixed(1, ([arg]) => lengthOf(arg))],
  ["index", variadic(1, indexOf)],
  ["slice", variadic(1, sliceOf)],
  ["print", variadic(0, sprint)],
  ["printf", variadic(1, ([format, ...values]) => sprintf(textOf(format), values))],
  ["println", variadic(0, sprintln)],
  ["html", variadic(0, (args) => sprint(args).replace(/["'&<>]/g, (c) => HTML[c] ?? c))],
  ["urlquery", variadic(0, (args) => encodeURIComponent(sprint(args).toWellFormed()).replaceAll("%20", "+"))],
  ["json", fixed(1, ([arg]) => formatJson(arg === MISSING ? null : arg))],
  ["join", fixed(2, join)],
  ["split", fixed(2, ([text, separator]) => textOf(text).split(textOf(separator)))],
  ["lower", fixed(1, ([arg]) => textOf(arg).toLowerCase())],
  ["upper", fixed(1, ([arg]) => textOf(arg).toUpperCase())],
  [
    "title",
    fixed(1, ([arg]) => textOf(arg).replace(/(^|\s)(\S)/gu, (_m, blank, letter) => blank + letter.toUpperCase())),
  ],
  ["pad", fixed(3, pad)],
  ["truncate", fixed(2, truncate)],
]);
