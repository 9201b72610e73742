import { fail } from "../../base/errors.ts";

const POWERS = ["", "k", "m", "g", "t", "p"];

/**
 * Bytes from docker's size notation: a number with optional fraction and a unit `b`, `k`, `m`, `g`, `t` or `p` (also `kb`,
 * `kib`), always powers of 1024. Throws INVALID_ARGUMENT naming the text.
 */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?) ?([kmgtp])?i?b?$/i.exec(text);
  const number = Number(match?.[1] ?? Number.NaN);
  if (!match || Number.isNaN(number)) throw fail("INVALID_ARGUMENT", { message: `invalid size: '${text}'` });
  return Math.trunc(number * 1024 ** POWERS.indexOf((match[2] ?? "").toLowerCase()));
}

/** Bytes in the shortest notation that `parseSize` reads back to the same number: `64m`, `1536k`, `1000b`. */
export function formatSize(bytes: number): string {
  for (let power = POWERS.length - 1; power > 0; power--) {
    const unit = 1024 ** power;
    if (bytes >= unit && bytes % unit === 0) return `${bytes / unit}${POWERS[power]}`;
  }
  return `${bytes}b`;
}
