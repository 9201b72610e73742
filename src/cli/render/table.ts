import { tableCell } from "./escape.ts";
import { tabulate } from "./tabulate.ts";

/** One column: its heading and a row's cell. */
export interface Column<R> {
  readonly header: string;
  readonly value: (row: R) => string;
}

/**
 * A table in podman's layout, each line ended with a newline; the heading stands even without rows. Cells are made safe for
 * a terminal.
 *
 * @param options.noHeading leave the heading out (`--noheading`)
 */
export function renderTable<R>(
  columns: readonly Column<R>[],
  rows: readonly R[],
  options: { readonly noHeading?: boolean } = {},
): string {
  const lines = rows.map((row) => columns.map((column) => tableCell(column.value(row))).join("\t"));
  if (options.noHeading !== true) lines.unshift(columns.map((column) => column.header).join("\t"));
  return lines.length === 0 ? "" : `${tabulate(lines.join("\n"))}\n`;
}
