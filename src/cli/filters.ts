import { fail } from "../base/errors.ts";

/**
 * `--filter key=value` texts by key, values in order; the key is in lower case. Throws INVALID_ARGUMENT for a text without
 * `=`.
 */
export function parseFilters(texts: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const filters = new Map<string, string[]>();
  for (const text of texts) {
    const at = text.indexOf("=");
    if (at < 0)
      throw fail("INVALID_ARGUMENT", {
        message: `filter input must be in the form of filter=value: ${text} is invalid`,
      });
    // `label!=x` is the key `label!`.
    const key = text.slice(0, at).toLowerCase();
    filters.set(key, [...(filters.get(key) ?? []), text.slice(at + 1)]);
  }
  return Object.fromEntries(filters);
}
