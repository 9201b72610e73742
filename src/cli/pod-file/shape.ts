import { messageOf } from "../../base/errors.ts";
import { suggestionsFor } from "../suggestions.ts";
import type { Problems } from "./problems.ts";
import { type Entry, type Position, shown, type Value } from "./value.ts";

/** A JSON Schema, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What reading needs besides the value. */
export interface Reading {
  readonly problems: Problems;
  /** Absolute directory that relative paths are of. */
  readonly directory: string;
  /** Where we are, e.g. `containers.db.memory`; empty at the top. */
  readonly path: string;
}

/** How one value may look, and what it means. */
export interface Shape<T> {
  readonly schema: JsonSchema;
  /** Completes "... give ". */
  readonly right: string;
  /** Kinds of values that this shape takes. */
  readonly kinds: readonly Value["kind"][];
  /** Undefined after a problem was added. */
  read(value: Value, reading: Reading): T | undefined;
}

/** The shape with a description in its schema. */
export function described<T>(shape: Shape<T>, description: string): Shape<T> {
  return { ...shape, schema: { description, ...shape.schema } };
}

/** Names the value in front of a problem. */
function refuse({ problems, path }: Reading, at: Position, message: string): undefined {
  return problems.add(at, path === "" ? message : `${path}: ${message}`);
}

function wrong<T>(shape: Pick<Shape<T>, "right">, value: Value, reading: Reading): undefined {
  return refuse(reading, value.at, `cannot be ${shown(value)}; give ${shape.right}`);
}

interface ScalarRules<T> {
  readonly schema: JsonSchema;
  readonly right: string;
  readonly kinds: readonly ("text" | "number" | "boolean")[];
  /** Throws with the reason as message. */
  readonly parse: (value: Extract<Value, { kind: "text" | "number" | "boolean" }>, reading: Reading) => T;
}

/** A value that is neither list nor map. */
export function scalar<T>(rules: ScalarRules<T>): Shape<T> {
  const shape: Shape<T> = {
    schema: rules.schema,
    right: rules.right,
    kinds: rules.kinds,
    read: (value, reading) => {
      if (value.kind !== "text" && value.kind !== "number" && value.kind !== "boolean")
        return wrong(shape, value, reading);
      if (!rules.kinds.includes(value.kind)) return wrong(shape, value, reading);
      try {
        return rules.parse(value, reading);
      } catch (error) {
        return refuse(reading, value.at, `cannot be ${shown(value)}: ${messageOf(error)}; give ${rules.right}`);
      }
    },
  };
  return shape;
}

/**
 * Text with a meaning.
 *
 * @param right what would be right, with an example
 * @param parse throws with the reason as message
 */
export function textOf<T>(right: string, parse: (text: string, reading: Reading) => T): Shape<T> {
  return scalar({
    schema: { type: "string" },
    right,
    kinds: ["text"],
    parse: (value, reading) => parse(String(value.value), reading),
  });
}

/** Any text. */
export const TEXT: Shape<string> = textOf("text", (text) => text);

/** Text that YAML may take for a number or a truth value: what stands in the file counts. */
export const WORD: Shape<string> = scalar({
  schema: { type: ["string", "number", "boolean"] },
  right: "text",
  kinds: ["text", "number", "boolean"],
  parse: (value) => (value.kind === "number" ? value.source : String(value.value)),
});

export const BOOLEAN: Shape<boolean> = scalar({
  schema: { type: "boolean" },
  right: "true or false",
  kinds: ["boolean"],
  parse: (value) => value.value === true,
});

/** A number in a range, both ends included. */
export function numberIn(low: number, high: number, options: { readonly whole: boolean }): Shape<number> {
  const right =
    high === Number.MAX_SAFE_INTEGER
      ? `a ${options.whole ? "whole " : ""}number of at least ${low}`
      : `a ${options.whole ? "whole " : ""}number from ${low} to ${high}`;
  return scalar({
    schema: {
      type: options.whole ? "integer" : "number",
      minimum: low,
      ...(high === Number.MAX_SAFE_INTEGER ? {} : { maximum: high }),
    },
    right,
    kinds: ["number"],
    parse: ({ value }) => {
      const number = Number(value);
      if (options.whole && !Number.isSafeInteger(number)) throw new Error("not a whole number");
      if (!(number >= low && number <= high)) throw new Error("out of range");
      return number;
    },
  });
}

/** One of some words. */
export function wordOf<const W extends string>(words: readonly W[]): Shape<W> {
  const right = `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
  return scalar({
    schema: { enum: words },
    right,
    kinds: ["text"],
    parse: ({ value }) => {
      const word = words.find((one) => one === value);
      if (word === undefined) throw new Error(didYouMean(String(value), words) || "not one of the words");
      return word;
    },
  });
}

function didYouMean(typed: string, known: readonly string[]): string {
  const [nearest] = suggestionsFor(typed, known);
  return nearest === undefined ? "" : `did you mean "${nearest}"?`;
}

const at = (reading: Reading, key: string): Reading => ({
  ...reading,
  path: reading.path === "" ? key : `${reading.path}.${key}`,
});

/** A list of things of one shape. */
export function listOf<T>(item: Shape<T>): Shape<readonly T[]> {
  const shape: Shape<readonly T[]> = {
    schema: { type: "array", items: item.schema },
    right: `a list, each item ${item.right}`,
    kinds: ["list"],
    read: (value, reading) => {
      if (value.kind !== "list") return wrong(shape, value, reading);
      return value.items.flatMap((one, index) => {
        const read = item.read(one, { ...reading, path: `${reading.path}[${index}]` });
        return read === undefined ? [] : [read];
      });
    },
  };
  return shape;
}

/** A map with keys of the user's choice. */
export function mapOf<T>(
  item: Shape<T>,
  options: { readonly key?: RegExp; readonly keyRight?: string } = {},
): Shape<Readonly<Record<string, T>>> {
  const shape: Shape<Readonly<Record<string, T>>> = {
    schema: {
      type: "object",
      additionalProperties: item.schema,
      ...(options.key === undefined ? {} : { propertyNames: { pattern: options.key.source } }),
    },
    right: `a map, each value ${item.right}`,
    kinds: ["map"],
    read: (value, reading) => {
      if (value.kind !== "map") return wrong(shape, value, reading);
      const pairs = value.entries.flatMap(({ key, keyAt, value: one }) => {
        if (options.key !== undefined && !options.key.test(key))
          return refuse(reading, keyAt, `bad name ${JSON.stringify(key)}; give ${options.keyRight}`) ?? [];
        const read = item.read(one, at(reading, key));
        return read === undefined ? [] : [[key, read] as const];
      });
      return Object.fromEntries(pairs);
    },
  };
  return shape;
}

export type Fields = Readonly<Record<string, Shape<unknown>>>;

/** What the fields mean; a field that was not given is absent. */
export type FieldValues<F extends Fields> = {
  readonly [K in keyof F]?: F[K] extends Shape<infer T> ? T : never;
};

interface RecordRules {
  /** Completes "unknown key in". */
  readonly what: string;
  readonly required?: readonly string[];
  /** Hints for keys that are not fields, by key. */
  readonly hints?: Readonly<Record<string, string>>;
  /** Further demands in the schema. */
  readonly schema?: JsonSchema;
}

/** A map with known keys; any other is a problem. */
export function recordOf<const F extends Fields>(fields: F, rules: RecordRules): Shape<FieldValues<F>> {
  const names = Object.keys(fields);
  const shape: Shape<FieldValues<F>> = {
    schema: {
      type: "object",
      additionalProperties: false,
      ...(rules.required === undefined ? {} : { required: rules.required }),
      properties: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.schema])),
      ...rules.schema,
    },
    right: `a map with ${listed(names)}`,
    kinds: ["map"],
    read: (value, reading) => {
      if (value.kind !== "map") return wrong(shape, value, reading);
      for (const name of rules.required ?? [])
        if (!value.entries.some((entry) => entry.key === name))
          refuse(reading, value.at, `${rules.what} needs "${name}"; give ${fields[name]?.right}`);
      const pairs = value.entries.flatMap((entry) => readField(entry, { fields, rules, reading }));
      return Object.fromEntries(pairs) as FieldValues<F>;
    },
  };
  return shape;
}

function listed(names: readonly string[]): string {
  return names.length > 8 ? `${names.slice(0, 6).join(", ")} and others` : names.join(", ");
}

function readField(
  entry: Entry,
  context: { readonly fields: Fields; readonly rules: RecordRules; readonly reading: Reading },
): readonly (readonly [string, unknown])[] {
  const { fields, rules, reading } = context;
  const field = Object.hasOwn(fields, entry.key) ? fields[entry.key] : undefined;
  if (field === undefined) {
    const names = Object.keys(fields);
    const hint = Object.hasOwn(rules.hints ?? {}, entry.key) ? rules.hints?.[entry.key] : undefined;
    const advice = hint ?? (didYouMean(entry.key, names) || `known keys are ${names.join(", ")}`);
    refuse(reading, entry.keyAt, `unknown key ${JSON.stringify(entry.key)} in ${rules.what}; ${advice}`);
    return [];
  }
  const read = field.read(entry.value, at(reading, entry.key));
  return read === undefined ? [] : [[entry.key, read]];
}

/** One of several shapes, told apart by the kind of the value. */
export function either<T extends readonly Shape<unknown>[]>(
  ...shapes: T
): Shape<T[number] extends Shape<infer V> ? V : never> {
  type V = T[number] extends Shape<infer W> ? W : never;
  const shape: Shape<V> = {
    schema: { anyOf: shapes.map((one) => one.schema) },
    right: shapes.map((one) => one.right).join(", or "),
    kinds: shapes.flatMap((one) => one.kinds),
    read: (value, reading) => {
      const fitting = shapes.find((one) => one.kinds.includes(value.kind));
      return fitting === undefined ? wrong(shape, value, reading) : (fitting.read(value, reading) as V | undefined);
    },
  };
  return shape;
}

/**
 * The same shape with another meaning.
 *
 * @param change throws with the reason as message; of a map, one that says as well what would be right
 * @param options.always change even what has problems
 */
export function mapped<T, U>(
  shape: Shape<T>,
  change: (value: T, reading: Reading) => U,
  options: { readonly always?: boolean } = {},
): Shape<U> {
  return {
    ...shape,
    read: (value, reading) => {
      const before = reading.problems.count;
      const read = shape.read(value, reading);
      // What else is wrong with a value shows when its parts are right.
      if (read === undefined || (reading.problems.count > before && options.always !== true)) return undefined;
      try {
        return change(read, reading);
      } catch (error) {
        const advice = value.kind === "map" ? "" : `; give ${shape.right}`;
        return refuse(reading, value.at, `${messageOf(error)}${advice}`);
      }
    },
  };
}
