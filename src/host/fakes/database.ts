import { HostError } from "../../base/host-error.ts";
import { openDatabase } from "../database.ts";
import type { Database, Databases, SqlRow, SqlValue } from "../ports.ts";
import type { FakeKernel } from "./kernel.ts";

const READS = /^\s*(select|pragma|explain|with|begin|commit|end|rollback)\b/i;
const BEGINS = /^\s*(begin|savepoint)\b/i;
const ENDS = /^\s*(commit|end|rollback(?!\s+to))\b/i;

/** The connections of one file share one real connection; at most one is in a transaction. */
interface Shared {
  readonly database: Database;
  writer: object | undefined;
}

class FakeDatabase implements Database {
  readonly #kernel: FakeKernel;
  readonly #path: string;
  readonly #shared: Shared;
  readonly #readOnly: boolean;

  constructor(kernel: FakeKernel, path: string, how: { readonly shared: Shared; readonly readOnly: boolean }) {
    this.#kernel = kernel;
    this.#path = path;
    this.#shared = how.shared;
    this.#readOnly = how.readOnly;
  }

  #check(sql: string): void {
    const reads = READS.test(sql);
    if (!reads && this.#readOnly) throw new HostError("EROFS", "sqlite", this.#path);
    const { writer } = this.#shared;
    if (writer !== undefined && writer !== this && (!reads || BEGINS.test(sql)))
      throw new HostError("EBUSY", "sqlite", this.#path);
    if (!reads || ENDS.test(sql)) this.#kernel.effect("databases", "run", this.#path);
  }

  exec(sql: string): void {
    this.#check(sql);
    this.#shared.database.exec(sql);
    if (BEGINS.test(sql)) this.#shared.writer ??= this;
    if (ENDS.test(sql) && this.#shared.writer === this) this.#shared.writer = undefined;
  }

  all(sql: string, ...parameters: readonly SqlValue[]): readonly SqlRow[] {
    this.#check(sql);
    return this.#shared.database.all(sql, ...parameters);
  }

  get(sql: string, ...parameters: readonly SqlValue[]): SqlRow | undefined {
    this.#check(sql);
    return this.#shared.database.get(sql, ...parameters);
  }

  run(sql: string, ...parameters: readonly SqlValue[]): number {
    this.#check(sql);
    return this.#shared.database.run(sql, ...parameters);
  }

  [Symbol.dispose](): void {
    if (this.#shared.writer !== this) return;
    this.#shared.writer = undefined;
    this.#shared.database.exec("ROLLBACK");
  }
}

/**
 * SQLite in memory. A database lives as long as its file in the fake tree, whoever closes it, so it can be opened again.
 */
export function openFakeDatabases(kernel: FakeKernel): Databases {
  const shared = new WeakMap<object, Shared>();
  const open: Databases["open"] = (path, { readOnly = false } = {}) => {
    if (path === ":memory:") return openDatabase(path, false);
    const place = kernel.tree.look("sqlite", path, true);
    let { node } = place;
    if (node === undefined) {
      if (readOnly || place.parent === undefined) throw new HostError("ENOENT", "sqlite", path);
      kernel.effect("databases", "open", path);
      node = kernel.tree.make("file", 0o644);
      kernel.tree.attach(place.parent, place.name, node);
    }
    if (node.kind === "directory") throw new HostError("ENOENT", "sqlite", path);
    if (node.data.byteLength > 0) throw new HostError("EUCLEAN", "sqlite", path);
    const known = shared.get(node) ?? { database: openDatabase(":memory:", false), writer: undefined };
    shared.set(node, known);
    return new FakeDatabase(kernel, path, { shared: known, readOnly });
  };
  return { open };
}
