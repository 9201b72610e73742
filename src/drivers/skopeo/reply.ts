/**
 * The reason in skopeo's stderr: the message of its last fatal log line, without what repeats the arguments; else the
 * last line.
 */
export function reasonOf(stderr: Uint8Array): string {
  const lines = new TextDecoder()
    .decode(stderr)
    .split("\n")
    .filter((line) => line.trim() !== "");
  const fatal = lines.findLast((line) => /\blevel=fatal\b/.test(line));
  const message = /\bmsg=("(?:[^"\\]|\\.)*"|\S+)/.exec(fatal ?? "")?.[1];
  return withoutArguments(message === undefined ? (lines.at(-1) ?? "") : unquoted(message));
}

function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  try {
    return String(JSON.parse(text));
  } catch {
    return text.slice(1, -1);
  }
}

function withoutArguments(message: string): string {
  return message
    .replace(/^(?:Error )?initializing source \S+?: (?=\S)/i, "")
    .replace(/^Error parsing image name "[^"]*": /, "")
    .replace(
      /^Error (?:retrieving manifest for image|reading OCI-formatted configuration data|listing repository tags): /,
      "",
    );
}

/**
 * Tags in the output of `skopeo list-tags`.
 *
 * @throws SyntaxError, TypeError if it is none
 */
export function tagsOf(stdout: Uint8Array): readonly string[] {
  const reply: unknown = JSON.parse(new TextDecoder().decode(stdout));
  const tags = typeof reply === "object" && reply !== null && "Tags" in reply ? reply.Tags : undefined;
  if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === "string")) throw new TypeError("no list of tags");
  return tags;
}

/** Collects chunks of output and hands on whole lines. */
export function lineSplitter(onLine: (line: string) => void): (chunk: Uint8Array) => void {
  const decoder = new TextDecoder();
  let rest = "";
  return (chunk) => {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim() !== "") onLine(line);
  };
}
