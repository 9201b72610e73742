const hex = (code: number, width: number) => code.toString(16).padStart(width, "0");

/**
 * Makes text from an image or a container harmless on a terminal: control characters become visible escapes (`\x1b`),
 * lone surrogates the replacement character.
 *
 * @param options.keep control characters that stay, e.g. `"\n\t"`
 */
export function escapeControls(text: string, options: { readonly keep?: string } = {}): string {
  const keep = options.keep ?? "";
  return text
    .replace(/[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, (character) => {
      if (keep.includes(character)) return character;
      const code = character.charCodeAt(0);
      return code < 256 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
    })
    .toWellFormed();
}

/** One cell of a table: blanks of every kind become single spaces, control characters become visible. */
export function tableCell(text: string): string {
  return escapeControls(text.replace(/[\t\n\v\f\r]+/g, " "));
}

/** The line that tells an error: its text may hold names out of an image or an archive. */
export function errorLine(message: string): string {
  return `Error: ${escapeControls(message, { keep: "\n\t" })}\n`;
}
