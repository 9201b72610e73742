import type { DatabaseSync, StatementSync } from "node:sqlite";
import { HostError } from "../base/host-error.ts";
import { builtin } from "./builtin.ts";
import type { Database, Databases, SqlRow, SqlValue } from "./ports.ts";

/** SQLite's primary result codes (sqlite3.h) as errno; what is missing here is EINVAL. */
const RESULT_CODES: Readonly<Record<number, string>> = {
  5: "EBUSY",
  6: "EBUSY",
  8: "EROFS",
  10: "EIO",
  11: "EUCLEAN",
  13: "ENOSPC",
  14: "ENOENT",
  26: "EUCLEAN",
};

/** Extended codes: SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE. */
const DUPLICATES = [1555, 2067];

function toError(error: unknown, path: string): unknown {
  const code = (error as { errcode?: number }).errcode;
  if (!(error instanceof Error) || code === undefined) return error;
  const errno = DUPLICATES.includes(code) ? "EEXIST" : (RESULT_CODES[code & 0xff] ?? "EINVAL");
  return new HostError(errno, `sqlite (${error.message})`, path, { cause: error });
}

/** Numbers where they are exact. */
function toRow(row: Record<string, SqlValue>): SqlRow {
  for (const key in row) {
    const value = row[key];
    if (typeof value === "bigint" && Number.isSafeInteger(Number(value))) row[key] = Number(value);
  }
  return row;
}

class SqliteDatabase implements Database {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string, database: DatabaseSync) {
    this.#path = path;
    this.#database = database;
  }

  #call<T>(body: () => T): T {
    try {
      return body();
    } catch (error) {
      throw toError(error, this.#path);
    }
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#database.prepare(sql);
    statement.setReadBigInts(true);
    this.#statements.set(sql, statement);
    return statement;
  }

  exec(sql: string): void {
    this.#call(() => this.#database.exec(sql));
  }

  all(sql: string, ...parameters: readonly SqlValue[]): readonly SqlRow[] {
    return this.#call(() => (this.#prepare(sql).all(...parameters) as Record<string, SqlValue>[]).map(toRow));
  }

  get(sql: string, ...parameters: readonly SqlValue[]): SqlRow | undefined {
    // Bun says null where there is no row.
    const row = this.#call(() => this.#prepare(sql).get(...parameters) as Record<string, SqlValue> | undefined | null);
    return row ? toRow(row) : undefined;
  }

  run(sql: string, ...parameters: readonly SqlValue[]): number {
    return this.#call(() => Number(this.#prepare(sql).run(...parameters).changes));
  }

  [Symbol.dispose](): void {
    this.#statements.clear();
    if (this.#database.isOpen) this.#database.close();
  }
}

/** Opens a connection; exported for the in-memory twin, which is a `:memory:` database. */
export function openDatabase(path: string, readOnly: boolean): Database {
  let database: DatabaseSync;
  try {
    database = new (builtin.sqlite().DatabaseSync)(path, { readOnly, timeout: 0 });
  } catch (error) {
    throw toError(error, path);
  }
  const opened = new SqliteDatabase(path, database);
  try {
    const mode = opened.get("PRAGMA journal_mode")?.["journal_mode"];
    if (!readOnly && path !== ":memory:" && mode !== "wal") opened.exec("PRAGMA journal_mode = WAL");
    return opened;
  } catch (error) {
    opened[Symbol.dispose]();
    throw error;
  }
}

/** SQLite databases in files, through `node:sqlite`. */
export function openDatabases(): Databases {
  return { open: (path, options = {}) => openDatabase(path, options.readOnly ?? false) };
}
