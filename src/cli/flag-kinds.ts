import { fail } from "../base/errors.ts";
import { parseDuration } from "../model/notation/durations.ts";
import { parseCsv, parseGoBool, parseGoFloat, parseGoInt } from "../model/notation/go-values.ts";
import { parseSize } from "../model/notation/sizes.ts";

/** One flag; the key in its table is the long name. */
export interface Flag<T> {
  /** Type as help shows it (`string`, `strings`, `uint`, ...); empty for a bool. */
  readonly kind: string;
  readonly summary: string;
  /** One letter. */
  readonly short?: string;
  readonly hidden?: boolean;
  /** Other long names that mean the same. */
  readonly aliases?: readonly string[];
  /** The value that a flag without `=VALUE` has; absent means that it needs a value. */
  readonly bare?: string;
  /** Shown by help as `(default …)`. */
  readonly defaultText?: string;
  readonly initial: T;
  /** Text to value; `previous` is the value so far of a repeatable flag. Throws with the reason as message. */
  parse(text: string, previous: T): T;
}

export type FlagTable = Readonly<Record<string, Flag<unknown>>>;

export type FlagValues<F extends FlagTable> = {
  readonly [K in keyof F]: F[K] extends Flag<infer T> ? T : never;
};

export interface FlagOptions {
  readonly short?: string;
  readonly hidden?: boolean;
  readonly aliases?: readonly string[];
  readonly defaultText?: string;
  /** Replaces the type's name in help. */
  readonly kind?: string;
}

type Defaulted<T> = FlagOptions & { readonly default: T };

/** A switch; `--flag`, `--flag=false`. */
export function bool(summary: string, options: FlagOptions & { readonly default?: boolean } = {}): Flag<boolean> {
  const initial = options.default ?? false;
  const shown = initial ? { defaultText: "true" } : {};
  return { ...shown, ...options, kind: "", summary, bare: "true", initial, parse: parseGoBool };
}

function single<T>(
  kind: string,
  summary: string,
  options: FlagOptions & { readonly default?: T },
  parse: (text: string) => T,
): Flag<T | undefined> {
  const initial = options.default;
  const shown =
    initial === undefined ? {} : { defaultText: typeof initial === "string" ? `"${initial}"` : String(initial) };
  return { ...shown, ...options, kind: options.kind ?? kind, summary, initial, parse: (value) => parse(value) };
}

/** Text as given. */
export function text(summary: string, options: Defaulted<string>): Flag<string>;
export function text(summary: string, options?: FlagOptions): Flag<string | undefined>;
export function text(summary: string, options: FlagOptions & { default?: string } = {}): Flag<string | undefined> {
  return single("string", summary, options, (value) => value);
}

/** A whole number in Go's notation. */
export function int(summary: string, options: Defaulted<number>): Flag<number>;
export function int(summary: string, options?: FlagOptions): Flag<number | undefined>;
export function int(summary: string, options: FlagOptions & { default?: number } = {}): Flag<number | undefined> {
  return single("int", summary, options, (value) => parseGoInt(value));
}

/** A whole number of at least 0. */
export function uint(summary: string, options: Defaulted<number>): Flag<number>;
export function uint(summary: string, options?: FlagOptions): Flag<number | undefined>;
export function uint(summary: string, options: FlagOptions & { default?: number } = {}): Flag<number | undefined> {
  return single("uint", summary, options, (value) => parseGoInt(value, { unsigned: true }));
}

/** A number with fraction. */
export function float(summary: string, options: FlagOptions = {}): Flag<number | undefined> {
  return single("float", summary, options, parseGoFloat);
}

/** Bytes, from podman's size notation (`64m`). */
export function size(summary: string, options: FlagOptions = {}): Flag<number | undefined> {
  return single("string", summary, options, parseSize);
}

/** Milliseconds, from Go's duration notation (`1m30s`). */
export function duration(summary: string, options: FlagOptions = {}): Flag<number | undefined> {
  return single("duration", summary, options, parseDuration);
}

/** One of a few words. */
export function choice(summary: string, values: readonly string[], options: Defaulted<string>): Flag<string> {
  const parse = (value: string) => {
    if (values.includes(value)) return value;
    throw fail("INVALID_ARGUMENT", {
      message: `"${value}" is not a valid value.  Choose from: "${values.join(", ")}"`,
    });
  };
  return { kind: "choice", ...options, summary, initial: options.default, parse };
}

/** Repeatable, every value kept whole (pflag's stringArray). */
export function strings(summary: string, options: FlagOptions = {}): Flag<readonly string[]> {
  return {
    ...options,
    kind: options.kind ?? "stringArray",
    summary,
    initial: [],
    parse: (value, previous) => [...previous, value],
  };
}

/** Repeatable, and every value a comma list in CSV quoting (pflag's stringSlice). */
export function list(summary: string, options: FlagOptions = {}): Flag<readonly string[]> {
  return {
    ...options,
    kind: options.kind ?? "strings",
    summary,
    initial: [],
    parse: (value, previous) => [...previous, ...(value === "" ? [] : parseCsv(value))],
  };
}
