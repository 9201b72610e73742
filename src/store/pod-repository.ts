import type { PodId } from "../base/brand.ts";
import { fail } from "../base/errors.ts";
import type { PodConfig } from "../model/pod.ts";
import { changeName, freeName, resolveReference, takeName } from "./names.ts";
import type { PodRepository } from "./repositories.ts";
import { findDocument, idsWithPrefix, listDocuments } from "./rows.ts";
import type { Session } from "./session.ts";

/** Pods; members point to them. */
export class SqlPodRepository implements PodRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  insert(config: PodConfig): void {
    const { id, name, createdAt } = config;
    if (this.#exists(id)) throw fail("INTERNAL", { message: `ID "${id}" is in use` });
    takeName(this.#session, name, { kind: "pod", id });
    this.#session.run(
      "INSERT INTO pods (id, name, created_at, json) VALUES (?, ?, ?, ?)",
      id,
      name,
      Math.floor(createdAt),
      JSON.stringify(config),
    );
  }

  replace(config: PodConfig): void {
    if (!this.#exists(config.id)) throw fail("POD_REMOVED", { id: config.id });
    changeName(this.#session, config.name, config.id);
    this.#session.run("UPDATE pods SET json = ? WHERE id = ?", JSON.stringify(config), config.id);
  }

  remove(id: string): void {
    const member = this.#session.get("SELECT id FROM containers WHERE pod = ?", id);
    if (member)
      throw fail("INTERNAL", { message: `pod ${id} cannot be forgotten while it has container ${member["id"]}` });
    this.#session.run("DELETE FROM pods WHERE id = ?", id);
    freeName(this.#session, id);
  }

  get(id: string): PodConfig | undefined {
    return findDocument(this.#session, "SELECT json FROM pods WHERE id = ?", id);
  }

  list(): readonly PodConfig[] {
    return listDocuments(this.#session, "SELECT json FROM pods ORDER BY created_at, rowid");
  }

  byName(name: string): PodConfig | undefined {
    return findDocument(this.#session, "SELECT json FROM pods WHERE name = ?", name);
  }

  idsWithPrefix(prefix: string): readonly PodId[] {
    return idsWithPrefix(this.#session, "pods", { prefix, limit: -1 }) as readonly PodId[];
  }

  resolve(ref: string): PodId {
    const resolution = resolveReference(this.#session, "pod", ref);
    if (resolution.found === "one") return resolution.id as PodId;
    if (resolution.found === "many") throw fail("POD_AMBIGUOUS", { ref });
    throw resolution.found === "foreign" ? fail("POD_IS_CONTAINER", { ref }) : fail("NO_SUCH_POD", { ref });
  }

  latest(): PodConfig | undefined {
    return findDocument(this.#session, "SELECT json FROM pods ORDER BY created_at DESC, rowid DESC LIMIT 1");
  }

  #exists(id: string): boolean {
    return this.#session.get("SELECT 1 FROM pods WHERE id = ?", id) !== undefined;
  }
}
