import { fail } from "../../base/errors.ts";

/** Podman's own: ctrl-p, ctrl-q. */
export const DEFAULT_DETACH_KEYS = "ctrl-p,ctrl-q";

function parseKey(text: string): number {
  const control = /^ctrl-([a-zA-Z@[\\\]^_])$/.exec(text)?.[1];
  if (control !== undefined) return control.toUpperCase().charCodeAt(0) - 64;
  if (text.length === 1 && text.charCodeAt(0) < 128) return text.charCodeAt(0);
  throw fail("INVALID_ARGUMENT", { message: `invalid detach keys: unknown character: '${text}'` });
}

/**
 * `--detach-keys`: single characters or `ctrl-X`, separated by commas; empty means that there are none. Throws
 * INVALID_ARGUMENT naming the key.
 *
 * @returns the bytes that the terminal sends
 */
export function parseDetachKeys(text: string): Uint8Array {
  return Uint8Array.from(text === "" ? [] : text.split(",").map(parseKey));
}
