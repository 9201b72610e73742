import { BadArchive } from "./tar/bad-archive.ts";

/** True for a JSON object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Parses a JSON object from an image.
 *
 * @param what what it is, for errors
 * @throws BadArchive if it is none
 */
export function parseJson(bytes: Uint8Array, what: string): Readonly<Record<string, unknown>> {
  const value = parseAny(bytes, what);
  if (!isObject(value)) throw new BadArchive(`${what} is not a JSON object`);
  return value;
}

/** As `parseJson`, for a JSON array. */
export function parseJsonArray(bytes: Uint8Array, what: string): readonly unknown[] {
  const value = parseAny(bytes, what);
  if (!Array.isArray(value)) throw new BadArchive(`${what} is not a JSON array`);
  return value;
}

function parseAny(bytes: Uint8Array, what: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new BadArchive(`${what} is not JSON`);
  }
}

/** A JSON array of texts; undefined for anything else. */
export function textArray(value: string): readonly string[] | undefined {
  if (!value.startsWith("[")) return undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) && parsed.every((each) => typeof each === "string") ? parsed : undefined;
  } catch {
    return undefined;
  }
}
