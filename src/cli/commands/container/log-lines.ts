import type { LogLine, LogOptions } from "../../../engine/api/containers.ts";
import type { Io } from "../../command.ts";
import { GoTime } from "../../render/go-time.ts";

/** How log lines are shown. */
export interface LogView {
  /** What stands in front of each line, e.g. a container's name; empty for nothing. */
  readonly prefix: string;
  /** Number of the colour of a line; absent for none. */
  readonly color?: number;
  readonly timestamps: boolean;
}

/** Foreground colours of podman's `--color`, one container after another. */
const COLORS = [37, 31, 32, 33, 34, 35, 36];

/** Text of one log line with its end. */
export function formatLogLine(line: LogLine, view: LogView): string {
  const time = view.timestamps ? `${new GoTime(line.timeNs).rfc3339Fixed()} ` : "";
  const name = view.prefix === "" ? "" : `${view.prefix} `;
  const body = `${name}${time}${line.text}`;
  if (view.color === undefined) return line.partial ? body : `${body}\n`;
  const color = COLORS[view.color % COLORS.length] ?? COLORS[0];
  return `\x1b[${color}m${body}\x1b[0m\n`;
}

/** Prints the log of one container: its stdout to stdout, its stderr to stderr. */
export async function printLog(io: Io, ref: string, options: LogOptions & { readonly view: LogView }): Promise<void> {
  const { view, ...rest } = options;
  let broken = false;
  for await (const line of io.engine.containers.logs(ref, { ...rest, signal: io.signal })) {
    // The rest of a broken line gets no second prefix.
    const text = formatLogLine(
      line,
      broken && view.color === undefined ? { ...view, prefix: "", timestamps: false } : view,
    );
    broken = line.partial;
    if (line.stream === "stdout") await io.out(text);
    else io.err(text);
  }
}
