import { fail } from "../base/errors.ts";
import { idsWithPrefix } from "./rows.ts";
import type { Session } from "./session.ts";

/** Pods and containers share one name space (spec/pods.md 1.1). */
export type NameKind = "container" | "pod";

interface Holder {
  readonly kind: NameKind;
  readonly id: string;
}

/** Who has a name. */
export function holderOf(session: Session, name: string): Holder | undefined {
  const row = session.get("SELECT kind, id FROM names WHERE name = ?", name);
  return row && { kind: row["kind"] === "pod" ? "pod" : "container", id: String(row["id"]) };
}

/**
 * Gives a free name to a new object.
 *
 * @throws CONTAINER_NAME_IN_USE if container and container meet (podman's words differ there), else NAME_IN_USE
 */
export function takeName(session: Session, name: string, taker: Holder): void {
  const holder = holderOf(session, name);
  if (holder?.kind === "container" && taker.kind === "container")
    throw fail("CONTAINER_NAME_IN_USE", { name, id: holder.id });
  if (holder) throw fail("NAME_IN_USE", { name, holder: holder.kind });
  session.run("INSERT INTO names (name, kind, id) VALUES (?, ?, ?)", name, taker.kind, taker.id);
}

/**
 * Renames an object; its own name is fine. The foreign keys carry the new name into its row.
 *
 * @throws NAME_IN_USE
 */
export function changeName(session: Session, name: string, id: string): void {
  const holder = holderOf(session, name);
  if (holder?.id === id) return;
  if (holder) throw fail("NAME_IN_USE", { name, holder: holder.kind });
  session.run("UPDATE names SET name = ? WHERE id = ?", name, id);
}

/** Sets the name of a removed object free. */
export function freeName(session: Session, id: string): void {
  session.run("DELETE FROM names WHERE id = ?", id);
}

/** What a name or id stands for; `foreign` if the name belongs to an object of the other kind. */
export type Resolution =
  | { readonly found: "one"; readonly id: string }
  | { readonly found: "many" }
  | { readonly found: "none" }
  | { readonly found: "foreign" };

/**
 * Looks a reference up in podman's order: full id, name, unique prefix of an id (spec/pods.md 1.3).
 *
 * @param ref not empty
 * @throws EMPTY_ID
 */
export function resolveReference(session: Session, kind: NameKind, ref: string): Resolution {
  if (ref === "") throw fail("EMPTY_ID", {});
  const table = kind === "pod" ? "pods" : "containers";
  if (session.get(`SELECT 1 FROM ${table} WHERE id = ?`, ref)) return { found: "one", id: ref };
  const holder = holderOf(session, ref);
  if (holder?.kind === kind) return { found: "one", id: holder.id };
  const [first, second] = idsWithPrefix(session, table, { prefix: ref, limit: 2 });
  if (second !== undefined) return { found: "many" };
  if (first !== undefined) return { found: "one", id: first };
  return { found: holder ? "foreign" : "none" };
}
