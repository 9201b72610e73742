import { fail } from "../../base/errors.ts";

const refuse = (routine: string, text: string, reason: string) =>
  fail("INVALID_ARGUMENT", { message: `strconv.${routine}: parsing ${JSON.stringify(text)}: ${reason}` });

const TRUE = new Set(["1", "t", "T", "true", "TRUE", "True"]);
const FALSE = new Set(["0", "f", "F", "false", "FALSE", "False"]);

/** A bool as Go's strconv.ParseBool reads it. Throws INVALID_ARGUMENT with Go's text. */
export function parseGoBool(text: string): boolean {
  if (TRUE.has(text)) return true;
  if (FALSE.has(text)) return false;
  throw refuse("ParseBool", text, "invalid syntax");
}

/** The sign apart from digits in base 2, 8, 10 or 16 with Go's prefixes and underscores; undefined if malformed. */
function readInteger(text: string): bigint | undefined {
  const match =
    /^([+-]?)(0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0(?:_?[0-7])*|[1-9](?:_?\d)*)$/.exec(text);
  if (!match) return undefined;
  const digits = (match[2] ?? "").replaceAll("_", "");
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return match[1] === "-" ? -value : value;
}

/**
 * A whole number as Go's strconv.ParseInt (or ParseUint) reads it with base 0. Numbers beyond 2^53 are rounded to what a
 * double holds. Throws INVALID_ARGUMENT with Go's text.
 *
 * @param options.unsigned refuse a sign, allow up to 2^64-1
 */
export function parseGoInt(text: string, options: { readonly unsigned?: boolean } = {}): number {
  const unsigned = options.unsigned === true;
  const routine = unsigned ? "ParseUint" : "ParseInt";
  const value = unsigned && /^[+-]/.test(text) ? undefined : readInteger(text);
  if (value === undefined) throw refuse(routine, text, "invalid syntax");
  const [low, high] = unsigned ? [0n, 2n ** 64n - 1n] : [-(2n ** 63n), 2n ** 63n - 1n];
  if (value < low || value > high) throw refuse(routine, text, "value out of range");
  return Number(value);
}

/** A number as Go's strconv.ParseFloat reads its decimal form. Throws INVALID_ARGUMENT with Go's text. */
export function parseGoFloat(text: string): number {
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) throw refuse("ParseFloat", text, "invalid syntax");
  return Number(text);
}

/**
 * One line of comma separated values with CSV quoting, as pflag's string slices read it: a field that begins with `"` is
 * quoted, `""` inside is one quote.
 */
export function parseCsv(line: string): readonly string[] {
  const fields: string[] = [];
  let rest = line;
  for (;;) {
    if (rest.startsWith('"')) {
      const match = /^"((?:[^"]|"")*)"(,|$)/s.exec(rest);
      if (!match)
        throw fail("INVALID_ARGUMENT", {
          message: `parse error on line 1, column ${line.length + 1}: extraneous or missing " in quoted-field`,
        });
      fields.push((match[1] ?? "").replaceAll('""', '"'));
      rest = rest.slice(match[0].length);
      if (match[2] === "") return fields;
      continue;
    }
    const comma = rest.indexOf(",");
    const field = comma < 0 ? rest : rest.slice(0, comma);
    if (field.includes('"'))
      throw fail("INVALID_ARGUMENT", {
        message: `parse error on line 1, column ${line.length - rest.length + field.indexOf('"') + 1}: bare " in non-quoted-field`,
      });
    fields.push(field);
    if (comma < 0) return fields;
    rest = rest.slice(comma + 1);
  }
}
