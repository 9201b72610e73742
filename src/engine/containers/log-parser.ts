import type { LogLine } from "../api/containers.ts";

const LINE = /^(\S+) (stdout|stderr) ([FP]) ?(.*)$/s;

/**
 * Parses one line of conmon's k8s-file log (spec/components.md 1.8); undefined for what is no such line.
 */
export function parseLogLine(line: string): LogLine | undefined {
  const match = LINE.exec(line);
  if (match === null) return undefined;
  const [, time = "", stream, tag, text = ""] = match;
  const timeNs = parseTimeNs(time);
  if (timeNs === undefined) return undefined;
  return { timeNs, stream: stream === "stderr" ? "stderr" : "stdout", text, partial: tag === "P" };
}

/** Nanoseconds since the epoch of an RFC 3339 time with up to nine digits of fraction. */
export function parseTimeNs(text: string): bigint | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text);
  if (match === null) return undefined;
  const seconds = Date.parse(`${match[1]}${match[3]}`) / 1000;
  if (Number.isNaN(seconds)) return undefined;
  return BigInt(seconds) * 1_000_000_000n + BigInt((match[2] ?? "").padEnd(9, "0"));
}

/** Joins `P` pieces to the `F` that ends them, per stream: writers are cut anywhere (spec/components.md 1.8). */
export class PartialJoiner {
  readonly #held = new Map<LogLine["stream"], string>();

  /** A whole line, or undefined while it goes on. */
  push(line: LogLine): LogLine | undefined {
    const text = (this.#held.get(line.stream) ?? "") + line.text;
    if (line.partial) {
      this.#held.set(line.stream, text);
      return undefined;
    }
    this.#held.delete(line.stream);
    return { ...line, text };
  }

  /** What never got its newline, at the end of the log. */
  *rest(timeNs: bigint): Generator<LogLine> {
    for (const [stream, text] of this.#held) yield { timeNs, stream, text, partial: true };
    this.#held.clear();
  }
}
