/** Spaces per level that podman uses: `inspect` prints five, listings two, `images` four, the rest a single line. */
export const JSON_INDENT = { inspect: 5, list: 2, images: 4, none: 0 } as const;

/** Byte order of strings, which is how Go sorts the keys of maps. */
export function compareKeys(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** In every runtime we support, not yet in the compiler's library. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

function prepare(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return rawJSON(value.toString());
  if (value instanceof Map)
    return Object.fromEntries(
      [...value].map(([k, v]) => [String(k), v] as const).sort(([a], [b]) => compareKeys(a, b)),
    );
  return value;
}

/**
 * JSON as Go's encoder writes it without HTML escaping: U+2028 and U+2029 escaped, big integers as numbers, keys of a Map
 * sorted, functions and undefined left out. What terminals obey, or show out of order, is escaped as well.
 *
 * @param options.indent spaces per level; 0 is one line
 */
export function formatJson(value: unknown, options: { readonly indent?: number } = {}): string {
  const text = JSON.stringify(value ?? null, prepare, options.indent ?? 0) ?? "null";
  return text.replace(
    /[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
