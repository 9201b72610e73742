import { formatJson, JSON_INDENT } from "./json.ts";
import { tabulate } from "./tabulate.ts";
import { renderRows, renderTableRows, type TemplateOptions } from "./template.ts";

export interface FormatOptions extends TemplateOptions {
  /** Headings of a `table` format by field name; others are made from the name. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly noHeading?: boolean;
  /** What `json` prints; default the rows. */
  readonly json?: () => unknown;
  /** Spaces per level of JSON; default 2. */
  readonly indent?: number;
}

/** True for `json`, `{{json}}` and `{{json .}}`. */
export function isJsonFormat(format: string): boolean {
  return /^\s*(json|\{\{\s*json\s*(\.)?\s*\}\})\s*$/.test(format);
}

/**
 * What `--format` of a listing prints: JSON, a table (`table {{.ID}} {{.Name}}`) or one line per row through a Go template.
 * Throws INVALID_ARGUMENT for a bad template.
 */
export function renderFormat(format: string, rows: readonly unknown[], options: FormatOptions): string {
  if (isJsonFormat(format))
    return `${formatJson(options.json?.() ?? rows, { indent: options.indent ?? JSON_INDENT.list })}\n`;
  if (!format.startsWith("table ")) return renderRows(format, rows, options);
  const columns = format.slice("table ".length).trimStart();
  return tabulate(renderTableRows(columns, rows, { ...options, headers: options.headers ?? {} }));
}
