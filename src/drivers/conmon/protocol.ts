/**
 * What conmon says on its sync pipe, one JSON object a line (spec/components.md 1.3, 1.4).
 *
 * ```
 * create:  engine --start byte--> conmon        exec:  engine --start byte--> conmon
 *          engine <--{"data":PID}-- conmon             engine <--{"data":0} on the attach pipe-- conmon
 *                                                      engine --start byte 2--> conmon
 *                                                      engine <--{"data":PID}-- conmon
 *                                                      engine <--{"data":EXIT CODE}-- conmon, at the end
 * ```
 * A failure is `{"data":-N,"message":"..."}`, or the end of the pipe without a line.
 */
export type SyncMessage =
  | { readonly ok: true; readonly data: number }
  | { readonly ok: false; readonly data: number; readonly message: string };

/** Parses one line; undefined if it is not conmon's JSON. */
export function parseSyncLine(line: string): SyncMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || !("data" in value) || typeof value.data !== "number")
    return undefined;
  const message = "message" in value && typeof value.message === "string" ? value.message : undefined;
  if (value.data < 0 || message !== undefined) return { ok: false, data: value.data, message: message ?? "" };
  return { ok: true, data: value.data };
}

/** Splits a stream of chunks into lines; a rest without newline at the end is a line too. */
export class LineReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #rest = "";
  #ended = false;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next line without its newline, or undefined at the end. */
  async next(): Promise<string | undefined> {
    for (;;) {
      const at = this.#rest.indexOf("\n");
      if (at >= 0) {
        const line = this.#rest.slice(0, at);
        this.#rest = this.#rest.slice(at + 1);
        return line;
      }
      if (this.#ended) {
        const line = this.#rest;
        this.#rest = "";
        return line === "" ? undefined : line;
      }
      const chunk = await this.#chunks.next();
      if (chunk.done === true) this.#ended = true;
      else this.#rest += this.#decoder.decode(chunk.value, { stream: true });
    }
  }
}
