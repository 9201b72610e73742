import type { Random } from "./ports.ts";

/** What `getRandomValues` gives at most in one call. */
const MAX_BYTES = 65536;

/** Random bytes of the kernel's generator. */
export function openRandom(): Random {
  return {
    bytes: (count) => {
      const bytes = new Uint8Array(count);
      for (let start = 0; start < count; start += MAX_BYTES)
        crypto.getRandomValues(bytes.subarray(start, start + MAX_BYTES));
      return bytes;
    },
  };
}
