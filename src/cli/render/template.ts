import { escapeControls } from "./escape.ts";
import { executeTemplate } from "./template/exec.ts";
import { FUNCTIONS } from "./template/functions.ts";
import { headingsOf } from "./template/headings.ts";
import type { Template } from "./template/nodes.ts";
import { parseTemplate } from "./template/parser.ts";

export interface TemplateOptions {
  /** Name in error messages: the command's last word. */
  readonly name: string;
  /** What error messages call the type of a row. */
  readonly typeName?: string;
  /** Print values as they are, for programs: without, control characters in them are made visible. */
  readonly raw?: boolean;
}

/** Applies `change` to what stands outside of `{{…}}`. */
function outsideActions(text: string, change: (text: string) => string): string {
  return text
    .split(/(\{\{[\s\S]*?\}\})/)
    .map((part, i) => (i % 2 === 1 ? part : change(part)))
    .join("");
}

const unescaped = (text: string) => text.replaceAll("\\t", "\t").replaceAll("\\n", "\n");

const ended = (text: string) => (text.endsWith("\n") ? text : `${text}\n`);

/** Lines that the user wrote: the last one has an end that may be ours. */
const linesOf = (body: string) => body.split("\n").length - 1;

/**
 * Prepares a Go template for one value at a time; `\t` and `\n` in its text are a tab and a newline. A missing newline at the
 * end is added. Both steps throw INVALID_ARGUMENT in Go's words.
 */
export function compileTemplate(format: string, options: TemplateOptions): (value: unknown) => string {
  const source = ended(outsideActions(format, unescaped));
  const template = parseTemplate({ name: options.name, source, lines: linesOf(source) }, FUNCTIONS);
  return (value) => executeTemplate(template, value, options);
}

/** Renders one value through a Go template, see `compileTemplate`. */
export function renderTemplate(format: string, value: unknown, options: TemplateOptions): string {
  return compileTemplate(format, options)(value);
}

function perRow(body: string, name: string): Template {
  return parseTemplate({ name, source: `{{range .}}${body}{{end -}}`, lines: linesOf(body) }, FUNCTIONS);
}

/** Renders every row through a Go template, one after another, each ended with a newline. */
export function renderRows(format: string, rows: readonly unknown[], options: TemplateOptions): string {
  return executeTemplate(perRow(ended(outsideActions(format, unescaped)), options.name), rows, options);
}

/**
 * Renders `table …` (given without the word): blanks and `\t` between the actions separate columns, and a heading comes first
 * unless `noHeading`.
 *
 * @returns text with tabs between the cells, to be aligned by `tabulate`
 */
export function renderTableRows(
  format: string,
  rows: readonly unknown[],
  options: TemplateOptions & { readonly headers: Readonly<Record<string, string>>; readonly noHeading?: boolean },
): string {
  const body = ended(outsideActions(format, (text) => unescaped(text).replaceAll(" ", "\t")));
  const template = perRow(body, options.name);
  const text = escapeControls(executeTemplate(template, rows, options), { keep: "\n\t" });
  return (options.noHeading === true ? "" : headingsOf(template, options.headers)) + text;
}
