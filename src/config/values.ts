const SIZE_UNITS = ["", "k", "m", "g", "t", "p"];

/**
 * Bytes from a size in containers.conf, whose units are powers of 1000 (spec/pods.md 0): `65536k` is 65,536,000.
 *
 * @returns undefined if it is no size
 */
export function parseDecimalSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?([kmgtp])?i?b?$/i.exec(text);
  if (!match) return undefined;
  return Math.trunc(Number(match[1]) * 1000 ** SIZE_UNITS.indexOf((match[2] ?? "").toLowerCase()));
}

/**
 * An octal mode such as `0022`.
 *
 * @returns undefined if it is none
 */
export function parseUmask(text: string): number | undefined {
  return /^[0-7]{1,4}$/.test(text) ? Number.parseInt(text, 8) : undefined;
}

/** Capability names as the kernel has them, `CAP_` first, sorted, each once. */
export function normaliseCapabilities(names: readonly string[]): readonly string[] {
  const full = names.map((name) => name.toUpperCase()).map((name) => (name.startsWith("CAP_") ? name : `CAP_${name}`));
  return [...new Set(full)].sort();
}
