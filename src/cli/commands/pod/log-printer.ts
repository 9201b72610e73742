import type { LogLine } from "../../../engine/api/containers.ts";
import type { Io } from "../../command.ts";
import { GoTime } from "../../render/go-time.ts";
import type { LogSource } from "./log-merge.ts";

/** Select Graphic Rendition numbers that tell containers apart, in the order in which they are given out. */
const COLOURS = [37, 31, 33, 34, 35, 36, 32];

/** Longest unfinished line that is held back, in characters. */
const MAX_HELD = 1 << 20;

interface Options {
  /** Put the container before each line. */
  readonly prefix: "none" | "id" | "name";
  readonly timestamps: boolean;
  readonly colour: boolean;
}

/**
 * Prints lines of several containers. Pieces of a line that a container has not ended are held back until it does, so that
 * another's line never lands inside.
 */
export class LogPrinter {
  readonly #io: Io;
  readonly #options: Options;
  readonly #colours = new Map<string, number>();
  readonly #held = new Map<string, { readonly source: LogSource; readonly line: LogLine; text: string }>();

  constructor(io: Io, options: Options) {
    this.#io = io;
    this.#options = options;
  }

  async print(source: LogSource, line: LogLine): Promise<void> {
    const key = `${source.id} ${line.stream}`;
    const held = this.#held.get(key);
    const text = (held?.text ?? "") + line.text;
    const first = held?.line ?? line;
    if (line.partial && this.#options.prefix !== "none" && text.length < MAX_HELD) {
      this.#held.set(key, { source, line: first, text });
      return;
    }
    this.#held.delete(key);
    await this.#write(first, `${this.#dressed(source, first, text)}${line.partial ? "" : "\n"}`);
  }

  /** Prints what never was ended. */
  async end(): Promise<void> {
    for (const { source, line, text } of this.#held.values())
      await this.#write(line, this.#dressed(source, line, text));
    this.#held.clear();
  }

  #dressed(source: LogSource, line: LogLine, text: string): string {
    const { prefix, timestamps, colour } = this.#options;
    const parts = [
      ...(prefix === "none" ? [] : [prefix === "name" ? source.name : source.id.slice(0, 12)]),
      ...(timestamps ? [new GoTime(line.timeNs).rfc3339Fixed()] : []),
      text,
    ];
    const dressed = parts.join(" ");
    return colour ? `\x1b[${this.#colourOf(source)}m${dressed}\x1b[0m` : dressed;
  }

  #colourOf(source: LogSource): number {
    const known = this.#colours.get(source.id) ?? COLOURS[this.#colours.size % COLOURS.length] ?? 0;
    this.#colours.set(source.id, known);
    return known;
  }

  async #write(line: LogLine, text: string): Promise<void> {
    if (line.stream === "stderr") this.#io.err(text);
    else await this.#io.out(text);
  }
}
