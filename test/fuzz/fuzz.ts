import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { isEngineError } from "../../src/base/errors.ts";
import { BadArchive } from "../../src/images/tar/bad-archive.ts";

/** Fixed, so that every run is the same; `MINKE_FUZZ_SEED=N` explores other inputs, `MINKE_FUZZ_RUNS=N` more of them. */
export const SEED = Number(process.env["MINKE_FUZZ_SEED"] ?? 20_261_130);
const FACTOR = Number(process.env["MINKE_FUZZ_RUNS"] ?? 0);

/** Checks a property over bounded generated inputs; a failure names its seed. */
export function check<T>(arbitrary: fc.Arbitrary<T>, runs: number, body: (input: T) => void): void {
  fc.assert(fc.property(arbitrary, body), { seed: SEED, numRuns: FACTOR || runs });
}

/** As `check`, for what takes its time. */
export async function checkAsync<T>(
  arbitrary: fc.Arbitrary<T>,
  runs: number,
  body: (input: T) => Promise<void>,
): Promise<void> {
  await fc.assert(fc.asyncProperty(arbitrary, body), { seed: SEED, numRuns: FACTOR || runs });
}

const pristine = JSON.stringify(prototypes());

function prototypes(): readonly (readonly string[])[] {
  return [Object.prototype, Array.prototype, Function.prototype].map((one) => Object.getOwnPropertyNames(one));
}

/** Fails if an input changed what every object inherits. */
export function assertPristine(): void {
  assert.equal(JSON.stringify(prototypes()), pristine, "prototype pollution");
}

/** Fails unless `error` is one that a caller was promised for bad input: typed, not ours, and with a sentence. */
export function assertRefusal(error: unknown): void {
  if (error instanceof BadArchive) return;
  if (!isEngineError(error)) throw error;
  // What netavark says is no fault of the caller, but it is told in a sentence all the same.
  if (error.code !== "NETWORK_FAILED") assert.notEqual(error.kind, "internal", error.message);
  assert.notEqual(error.message.trim(), "", error.code);
}

/** Runs a parser: it returns a value, or refuses with a typed error. Undefined after a refusal. */
export function attempt<T>(parse: () => T): { readonly value: T } | undefined {
  try {
    const value = parse();
    assertSane(value);
    return { value };
  } catch (error) {
    assertRefusal(error);
    return undefined;
  } finally {
    assertPristine();
  }
}

/** As `attempt`, for a parser that takes its time. */
export async function attemptAsync<T>(parse: () => Promise<T>): Promise<{ readonly value: T } | undefined> {
  try {
    const value = await parse();
    assertSane(value);
    return { value };
  } catch (error) {
    assertRefusal(error);
    return undefined;
  } finally {
    assertPristine();
  }
}

/** No value that a parser made of text may hold a function, NaN, or a prototype that the text chose. */
function assertSane(value: unknown, depth = 0): void {
  if (typeof value === "number") assert.ok(!Number.isNaN(value), "NaN came out");
  if (typeof value !== "object" || value === null || depth > 6 || value instanceof Map || ArrayBuffer.isView(value))
    return;
  const prototype: unknown = Object.getPrototypeOf(value);
  assert.ok(
    prototype === Object.prototype || prototype === Array.prototype || prototype === null,
    "a value with a prototype of the input's",
  );
  for (const [key, part] of Object.entries(value)) {
    assert.notEqual(typeof part, "function", `a function came out as ${key}`);
    assertSane(part, depth + 1);
  }
}

/** Names that every object has, and other texts that break careless parsers. */
export const NASTY: readonly string[] = [
  ...["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf", "__defineGetter__"],
  ...["", " ", "\0", "\n", "\r\n", "\t", "\x1b[31m", "\u202e", "\ud800", "é", "😀", "\u2028", "ﬀ", "ı"],
  ...[
    "-",
    "--",
    "+",
    ".",
    "..",
    "/",
    "//",
    "../..",
    "\\",
    "'",
    '"',
    "`",
    "$(x)",
    "%s",
    "%n",
    "{{",
    "}}",
    "*",
    "?",
    "[",
    "]",
  ],
  ...["0", "-0", "-1", "1", "00", "08", "0x10", "1e309", "1e-400", "65535", "65536", "2147483648", "4294967295"],
  ...["9007199254740993", "18446744073709551616", "99999999999999999999999999", "NaN", "Infinity", "null", "true"],
];

/** Text put together of a grammar's words, of nasty ones, and of any characters. */
export function wordsOf(grammar: readonly string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...grammar) },
    { weight: 3, arbitrary: fc.constantFrom(...NASTY) },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 8 }) },
  );
  return fc.oneof(
    { weight: 8, arbitrary: fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join("")) },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  );
}

type Json = unknown;

const jsonLeaf: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.constantFrom<Json>(null, true, false, 0, -1, 1.5, 1e308, -1e308, [], {}, [null], [[]], { "": "" }),
);

interface Change {
  readonly at: number;
  readonly kind: "replace" | "remove" | "add" | "wrap" | "repeat";
  readonly key: string;
  readonly value: Json;
}

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(60),
  kind: fc.constantFrom("replace", "remove", "add", "wrap", "repeat"),
  key: fc.constantFrom(...NASTY.slice(0, 12)),
  value: jsonLeaf,
});

/** JSON text like `samples`, with a few places of it changed; sometimes cut or with bytes of something else. */
export function mutatedJson(samples: readonly Json[]): fc.Arbitrary<string> {
  return fc
    .record({
      sample: fc.constantFrom(...samples.map((sample) => JSON.stringify(sample))),
      changes: fc.array(change, { maxLength: 3 }),
      cut: fc.option(fc.nat(400), { freq: 8 }),
    })
    .map(({ sample, changes, cut }) => {
      const text = changes.reduce((json, one) => mutate(json, one), sample);
      return cut === null ? text : text.slice(0, cut);
    });
}

/** Works on text, so that a key `__proto__` is a key and nothing else. */
function mutate(text: string, { at, kind, key, value }: Change): string {
  const places = [...text.matchAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{[]/g)];
  const place = places[at % Math.max(places.length, 1)];
  if (place === undefined) return text;
  const [word] = place;
  const before = text.slice(0, place.index);
  const after = text.slice(place.index + word.length);
  const shown = JSON.stringify(value);
  if (word === "{") return `${before}{${JSON.stringify(key)}:${shown}${after.startsWith("}") ? "" : ","}${after}`;
  if (word === "[") return `${before}[${shown}${after.startsWith("]") ? "" : ","}${after}`;
  if (after.startsWith(":")) return kind === "remove" ? `${before}${JSON.stringify(key)}${after}` : text;
  switch (kind) {
    case "wrap":
      return `${before}[${word}]${after}`;
    case "add":
      return `${before}{${JSON.stringify(key)}:${word}}${after}`;
    case "repeat":
      return `${before}[${Array.from({ length: 50 }, () => word).join(",")}]${after}`;
    default:
      return `${before}${kind === "remove" ? "null" : shown}${after}`;
  }
}

/** Inputs that once broke a parser, by parser. */
export function corpus(parser: string): readonly string[] {
  const all = JSON.parse(readFileSync(join(import.meta.dirname, "corpus/found.json"), "utf8")) as Readonly<
    Record<string, readonly string[]>
  >;
  return Object.hasOwn(all, parser) ? (all[parser] ?? []) : [];
}
