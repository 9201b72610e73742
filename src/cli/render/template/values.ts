import { GoTime } from "../go-time.ts";
import { compareKeys } from "../json.ts";

/**
 * How values of a template look in JavaScript: a plain object is a struct (a function in it is a method), a `Map` is a map,
 * an array a slice, null is nil, `MISSING` is what a map has no entry for.
 */
export type Value = unknown;

/** Prints as `<no value>`. */
export const MISSING: unique symbol = Symbol("no value");

/** The type's name as Go's messages have it, near enough. */
export function typeName(value: Value): string {
  if (value === null || value === undefined) return "nil";
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "bigint") return "int64";
  if (typeof value === "number") return Number.isInteger(value) ? "int" : "float64";
  if (value instanceof GoTime) return "time.Time";
  if (Array.isArray(value)) return value.every((item) => typeof item === "string") ? "[]string" : "[]interface {}";
  if (value instanceof Map) return "map[string]string";
  return "interface {}";
}

/** Go's truth: not empty, not zero, not nil; a struct is always true. */
export function isTrue(value: Value): boolean {
  if (value === null || value === undefined || value === MISSING) return false;
  if (typeof value === "number" || typeof value === "bigint") return Number(value) !== 0;
  if (typeof value === "string" || Array.isArray(value)) return value.length > 0;
  if (value instanceof Map) return value.size > 0;
  return value !== false;
}

const plainName = (name: string) => name.toLowerCase().replaceAll("_", "");

/**
 * A field of a struct or an entry of a map. Struct fields are found by their JSON name and by Go's spelling of it
 * (`.NetworkInterface` is `network_interface`).
 *
 * @returns undefined if there is no such field; MISSING if a map lacks the entry
 */
export function fieldOf(value: Value, name: string): Value {
  if (value instanceof Map) return value.has(name) ? value.get(name) : MISSING;
  if (value instanceof GoTime) return timeMethod(value, name);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const record = value as Readonly<Record<string, unknown>>;
  if (Object.hasOwn(record, name)) return record[name] ?? null;
  const plain = plainName(name);
  const key = Object.keys(record).find((candidate) => plainName(candidate) === plain);
  return key === undefined ? undefined : (record[key] ?? null);
}

function timeMethod(time: GoTime, name: string): Value {
  if (name === "Unix") return Math.floor(time.ms / 1000);
  if (name === "UnixNano") return time.ns;
  if (name === "String") return time.toString();
  return undefined;
}

/** Entries of a map in the order of its keys, as Go prints and ranges over them. */
export function sortedEntries(map: ReadonlyMap<unknown, unknown>): readonly (readonly [unknown, unknown])[] {
  return [...map].sort(([a], [b]) =>
    typeof a === "number" && typeof b === "number" ? a - b : compareKeys(String(a), String(b)),
  );
}

const MAX_PRINT_DEPTH = 100;

/**
 * A value as Go's `%v` prints it.
 *
 * @param options.names with names of struct fields (`%+v`)
 */
export function printValue(value: Value, options: { readonly names?: boolean; readonly depth?: number } = {}): string {
  const depth = (options.depth ?? 0) + 1;
  if (depth > MAX_PRINT_DEPTH) return "...";
  const inner = (item: Value) => printValue(item, { ...options, depth });
  if (value === MISSING) return "<no value>";
  if (value === null || value === undefined) return "<nil>";
  if (typeof value === "string") return value;
  if (typeof value === "number") return printNumber(value);
  if (Array.isArray(value)) return `[${value.map(inner).join(" ")}]`;
  if (value instanceof Map)
    return `map[${sortedEntries(value)
      .map(([k, v]) => `${inner(k)}:${inner(v)}`)
      .join(" ")}]`;
  if (value instanceof GoTime || typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (typeof value !== "object") return "<function>";
  const fields = Object.entries(value).filter(([, item]) => typeof item !== "function");
  return `{${fields.map(([key, item]) => (options.names === true ? `${key}:${inner(item)}` : inner(item))).join(" ")}}`;
}

/** Go's shortest form: exponents below -4 and from 21 up, at least two digits of exponent. */
export function printNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (Object.is(value, -0)) return "0";
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-4 || size >= 1e21) ? value.toExponential() : String(value);
  return text.replace(/e([+-])(\d)$/, "e$10$2");
}
