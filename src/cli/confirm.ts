import { fail } from "../base/errors.ts";
import type { Io } from "./command.ts";

/** First line of stdin without its end; undefined at end of file. */
async function readLine(io: Io): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of io.stdin) {
    text += decoder.decode(chunk, { stream: true });
    const end = text.indexOf("\n");
    if (end >= 0) return text.slice(0, end);
  }
  return undefined;
}

/**
 * Warns and asks `Are you sure you want to continue? [y/N]`.
 *
 * @param warning one or more whole lines, without the last line end
 * @returns true if the answer begins with `y`
 * Throws INVALID_ARGUMENT `EOF` if stdin ends first.
 */
export async function confirm(io: Io, warning: string): Promise<boolean> {
  await io.out(`${warning}\nAre you sure you want to continue? [y/N] `);
  const answer = await readLine(io);
  if (answer === undefined) throw fail("INVALID_ARGUMENT", { message: "EOF" });
  return answer.trim().toLowerCase().startsWith("y");
}
