import { fail } from "../../base/errors.ts";
import type { Ulimit } from "../container.ts";

/** Lower-case names of setrlimit(2)'s limits without `RLIMIT_`. */
export const ULIMIT_NAMES = [
  ...["as", "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio"],
  ...["rttime", "sigpending", "stack"],
];

function parseLimit(text: string): number {
  if (/^[+-]?\d+$/.test(text)) return Math.max(-1, Number(text));
  throw new Error(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
}

function parse(text: string): Ulimit {
  const at = text.indexOf("=");
  if (at < 0) throw new Error(`invalid ulimit argument: ${text}`);
  const name = text.slice(0, at);
  if (!ULIMIT_NAMES.includes(name)) throw new Error(`invalid ulimit type: ${name}`);
  const limits = text.slice(at + 1).split(":");
  if (limits.length > 2)
    throw new Error(`too many limit value arguments - ${limits.join(":")}, can only have up to two, \`soft[:hard]\``);
  const soft = parseLimit(limits[0] ?? "");
  const hard = limits[1] === undefined ? soft : parseLimit(limits[1]);
  if (hard !== -1 && (soft === -1 || soft > hard))
    throw new Error(`ulimit soft limit must be less than or equal to hard limit: ${soft} > ${hard}`);
  return { name, soft, hard };
}

/** One value of `--ulimit`: `name=soft[:hard]`, -1 is unlimited. Throws INVALID_ARGUMENT with podman's text. */
export function parseUlimit(text: string): Ulimit {
  try {
    return parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw fail("INVALID_ARGUMENT", {
      message: `ulimit option "${text}" requires name=SOFT:HARD, failed to be parsed: ${reason}`,
    });
  }
}
