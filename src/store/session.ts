import { fail } from "../base/errors.ts";
import type { Database, SqlRow, SqlValue } from "../host/ports.ts";
import { retryBlocking } from "./pause.ts";
import { isBusy, stateBusy, translate } from "./sqlite-errors.ts";

type Mode = "idle" | "read" | "write" | "closed";

/**
 * One connection and the transaction that it is in. Repositories go through it, so that none of their calls can happen
 * outside a transaction, and none can write in a read transaction.
 */
export class Session {
  readonly path: string;
  readonly #database: Database;
  #mode: Mode = "idle";

  constructor(database: Database, path: string) {
    this.#database = database;
    this.path = path;
  }

  get active(): boolean {
    return this.#mode === "read" || this.#mode === "write";
  }

  /**
   * Begins a read transaction and takes its snapshot. A snapshot needs no writer's consent, but another process that
   * recovers or closes the database shuts everybody out for an instant, which is waited for here.
   */
  beginRead(): void {
    this.#demandIdle();
    const begun = retryBlocking(() => this.#tryBegin("BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1"));
    if (!begun) throw stateBusy(this.path);
    this.#mode = "read";
  }

  /** Begins a write transaction; false if another process is writing. */
  tryBeginWrite(): boolean {
    this.#demandIdle();
    if (!this.#tryBegin("BEGIN IMMEDIATE")) return false;
    this.#mode = "write";
    return true;
  }

  /** Runs the body of the transaction that has begun: commits when it returns, rolls back when it throws. */
  finish<T>(body: () => T): T {
    try {
      const result = body();
      this.#guard(() => this.#database.exec("COMMIT"));
      this.#mode = "idle";
      return result;
    } catch (error) {
      this.#rollback();
      throw error;
    }
  }

  close(): void {
    if (this.active) throw new TypeError("the store cannot be closed inside a transaction");
    if (this.#mode === "closed") return;
    this.#mode = "closed";
    this.#database[Symbol.dispose]();
  }

  get(sql: string, ...parameters: readonly SqlValue[]): SqlRow | undefined {
    this.#demandActive();
    return this.#guard(() => this.#database.get(sql, ...parameters));
  }

  all(sql: string, ...parameters: readonly SqlValue[]): readonly SqlRow[] {
    this.#demandActive();
    return this.#guard(() => this.#database.all(sql, ...parameters));
  }

  /** Returns the number of changed rows. */
  run(sql: string, ...parameters: readonly SqlValue[]): number {
    this.#demandActive();
    if (this.#mode !== "write") throw new TypeError("a read transaction cannot write: use store.write");
    return this.#guard(() => this.#database.run(sql, ...parameters));
  }

  #tryBegin(sql: string): true | undefined {
    try {
      this.#database.exec(sql);
      return true;
    } catch (error) {
      this.#rollback();
      if (isBusy(error)) return undefined;
      throw translate(error, this.path);
    }
  }

  /** Never throws: the transaction is over in any case, and what led here is the error that matters. */
  #rollback(): void {
    this.#mode = "idle";
    try {
      this.#database.exec("ROLLBACK");
    } catch {
      // SQLite has rolled back by itself after an I/O error.
    }
  }

  #guard<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      throw translate(error, this.path);
    }
  }

  #demandIdle(): void {
    if (this.#mode === "closed") throw fail("ENGINE_CLOSED", { path: this.path });
    if (this.active) throw new TypeError("a transaction cannot begin inside another one's body");
  }

  #demandActive(): void {
    if (!this.active) throw new TypeError("a transaction's repositories cannot be used after its body has returned");
  }
}
