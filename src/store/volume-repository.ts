import type { ContainerId } from "../base/brand.ts";
import { fail } from "../base/errors.ts";
import type { VolumeDefinition } from "../model/volume.ts";
import type { VolumeRepository } from "./repositories.ts";
import { findDocument, listDocuments, textColumn } from "./rows.ts";
import type { Session } from "./session.ts";

/** Named volumes. Who mounts one is derived from the containers' definitions. */
export class SqlVolumeRepository implements VolumeRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  insert(volume: VolumeDefinition): void {
    const { name } = volume;
    if (this.#session.get("SELECT 1 FROM volumes WHERE name = ?", name)) throw fail("VOLUME_EXISTS", { name });
    this.#session.run("INSERT INTO volumes (name, json) VALUES (?, ?)", name, JSON.stringify(volume));
  }

  replace(volume: VolumeDefinition): void {
    const { name } = volume;
    const changed = this.#session.run("UPDATE volumes SET json = ? WHERE name = ?", JSON.stringify(volume), name);
    if (changed === 0) throw fail("NO_SUCH_VOLUME", { name });
  }

  remove(name: string): void {
    this.#session.run("DELETE FROM volumes WHERE name = ?", name);
  }

  get(name: string): VolumeDefinition | undefined {
    return findDocument(this.#session, "SELECT json FROM volumes WHERE name = ?", name);
  }

  list(): readonly VolumeDefinition[] {
    return listDocuments(this.#session, "SELECT json FROM volumes ORDER BY name");
  }

  users(name: string): readonly ContainerId[] {
    const rows = this.#session.all(
      "SELECT id FROM container_volumes JOIN containers ON id = container WHERE volume = ? ORDER BY created_at, containers.rowid",
      name,
    );
    return textColumn(rows, "id") as readonly ContainerId[];
  }
}
