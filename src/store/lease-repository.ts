import { fail } from "../base/errors.ts";
import type { Lease, LeaseRepository } from "./repositories.ts";
import type { Session } from "./session.ts";

/** Which container holds which address on which network. */
export class SqlLeaseRepository implements LeaseRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  take(network: string, ip: string, containerId: string): void {
    const holder = this.#session.get("SELECT container FROM leases WHERE network = ? AND ip = ?", network, ip);
    if (holder?.["container"] === containerId) return;
    if (holder) throw fail("ADDRESS_TAKEN", { address: ip, network });
    this.#session.run("INSERT INTO leases (network, ip, container) VALUES (?, ?, ?)", network, ip, containerId);
  }

  release(containerId: string, network?: string): void {
    if (network === undefined) this.#session.run("DELETE FROM leases WHERE container = ?", containerId);
    else this.#session.run("DELETE FROM leases WHERE container = ? AND network = ?", containerId, network);
  }

  of(network: string): readonly Lease[] {
    const rows = this.#session.all("SELECT ip, container FROM leases WHERE network = ? ORDER BY ip", network);
    return rows.map((row) => ({ ip: String(row["ip"]), container: String(row["container"]) }));
  }

  ofContainer(containerId: string): readonly { readonly network: string; readonly ip: string }[] {
    const sql = "SELECT network, ip FROM leases WHERE container = ? ORDER BY network, ip";
    const rows = this.#session.all(sql, containerId);
    return rows.map((row) => ({ network: String(row["network"]), ip: String(row["ip"]) }));
  }

  last(network: string): string | undefined {
    const row = this.#session.get("SELECT ip FROM lease_cursors WHERE network = ?", network);
    return row && String(row["ip"]);
  }

  setLast(network: string, ip: string): void {
    this.#session.run("INSERT OR REPLACE INTO lease_cursors (network, ip) VALUES (?, ?)", network, ip);
  }
}
