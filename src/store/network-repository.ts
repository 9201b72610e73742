import { fail } from "../base/errors.ts";
import type { NetworkDefinition } from "../model/network.ts";
import type { NetworkRepository } from "./repositories.ts";
import { findDocument, idsWithPrefix, listDocuments } from "./rows.ts";
import type { Session } from "./session.ts";

/** Networks that users made. */
export class SqlNetworkRepository implements NetworkRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  insert(network: NetworkDefinition): void {
    const { name, id } = network;
    if (this.#session.get("SELECT 1 FROM networks WHERE name = ? OR id = ?", name, id))
      throw fail("NETWORK_EXISTS", { name });
    this.#session.run("INSERT INTO networks (name, id, json) VALUES (?, ?, ?)", name, id, JSON.stringify(network));
  }

  remove(name: string): void {
    this.#session.run("DELETE FROM networks WHERE name = ?", name);
    this.#session.run("DELETE FROM leases WHERE network = ?", name);
    this.#session.run("DELETE FROM lease_cursors WHERE network = ?", name);
  }

  get(nameOrId: string): NetworkDefinition | undefined {
    const exact = findDocument<NetworkDefinition>(
      this.#session,
      "SELECT json FROM networks WHERE name = ?1 OR id = ?1 ORDER BY name = ?1 DESC LIMIT 1",
      nameOrId,
    );
    if (exact || nameOrId === "") return exact;
    const [id, second] = idsWithPrefix(this.#session, "networks", { prefix: nameOrId, limit: 2 });
    if (second !== undefined)
      throw fail("INVALID_ARGUMENT", { message: `more than one result for network ID ${nameOrId}` });
    return id === undefined ? undefined : findDocument(this.#session, "SELECT json FROM networks WHERE id = ?", id);
  }

  list(): readonly NetworkDefinition[] {
    return listDocuments(this.#session, "SELECT json FROM networks ORDER BY name");
  }
}
