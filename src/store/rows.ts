import type { SqlRow, SqlValue } from "../host/ports.ts";
import type { Session } from "./session.ts";

/** The values of one text column. */
export function textColumn(rows: readonly SqlRow[], column: string): readonly string[] {
  return rows.map((row) => String(row[column]));
}

/** The document of a row, as it was when `JSON.stringify` wrote it; the store is the only writer. */
export function documentOf<T>(row: SqlRow): T {
  return JSON.parse(String(row["json"])) as T;
}

/** The document of the first row that a query gives. */
export function findDocument<T>(session: Session, sql: string, ...parameters: readonly SqlValue[]): T | undefined {
  const row = session.get(sql, ...parameters);
  return row && documentOf<T>(row);
}

/** The documents of all rows that a query gives. */
export function listDocuments<T>(session: Session, sql: string, ...parameters: readonly SqlValue[]): readonly T[] {
  return session.all(sql, ...parameters).map((row) => documentOf<T>(row));
}

/**
 * Ids that begin with `prefix`, by a range scan of the primary key.
 *
 * @param limit at most so many; -1 for all
 */
export function idsWithPrefix(
  session: Session,
  table: "containers" | "pods" | "images" | "networks",
  range: { readonly prefix: string; readonly limit: number },
): readonly string[] {
  const rows = session.all(
    `SELECT id FROM ${table} WHERE id >= ? AND id < ? ORDER BY id LIMIT ?`,
    range.prefix,
    `${range.prefix}~`,
    range.limit,
  );
  return textColumn(rows, "id");
}
