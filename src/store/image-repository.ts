import { fail } from "../base/errors.ts";
import type { SqlRow } from "../host/ports.ts";
import type { ImageRecord } from "../model/image.ts";
import type { ImageRepository } from "./repositories.ts";
import { documentOf, idsWithPrefix, textColumn } from "./rows.ts";
import type { Session } from "./session.ts";

/** Image records; their names live in a table of their own, where a name can belong to one image only. */
export class SqlImageRepository implements ImageRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  insert(image: ImageRecord): void {
    if (this.#exists(image.id)) throw fail("INTERNAL", { message: `image ${image.id} is in the store already` });
    this.#session.run("INSERT INTO images (id, json) VALUES (?, ?)", image.id, documentText(image));
    this.setNames(image.id, image.names);
  }

  replace(image: ImageRecord): void {
    this.#session.run("UPDATE images SET json = ? WHERE id = ?", documentText(image), image.id);
    this.setNames(image.id, image.names);
  }

  remove(id: string): void {
    this.#session.run("DELETE FROM images WHERE id = ?", id);
  }

  get(id: string): ImageRecord | undefined {
    const row = this.#session.get("SELECT id, json FROM images WHERE id = ?", id);
    return row && this.#record(row);
  }

  list(): readonly ImageRecord[] {
    const names = Map.groupBy(
      this.#session.all("SELECT image, name FROM image_names ORDER BY image, position"),
      (row) => row["image"],
    );
    return this.#session
      .all("SELECT id, json FROM images ORDER BY rowid")
      .map((row) => withNames(row, textColumn(names.get(row["id"]) ?? [], "name")));
  }

  byName(fullName: string): ImageRecord | undefined {
    const row = this.#session.get(
      "SELECT id, json FROM images JOIN image_names ON image = id WHERE name = ?",
      fullName,
    );
    return row && this.#record(row);
  }

  idsWithPrefix(prefix: string): readonly string[] {
    return idsWithPrefix(this.#session, "images", { prefix, limit: -1 });
  }

  names(): readonly string[] {
    return textColumn(this.#session.all("SELECT name FROM image_names"), "name");
  }

  setNames(id: string, names: readonly string[]): void {
    if (!this.#exists(id)) throw fail("NO_SUCH_IMAGE", { ref: id });
    this.#session.run("DELETE FROM image_names WHERE image = ?", id);
    for (const [position, name] of [...new Set(names)].entries())
      this.#session.run(
        "INSERT OR REPLACE INTO image_names (name, image, position) VALUES (?, ?, ?)",
        name,
        id,
        position,
      );
  }

  #record(row: SqlRow): ImageRecord {
    const sql = "SELECT name FROM image_names WHERE image = ? ORDER BY position";
    return withNames(row, textColumn(this.#session.all(sql, String(row["id"])), "name"));
  }

  #exists(id: string): boolean {
    return this.#session.get("SELECT 1 FROM images WHERE id = ?", id) !== undefined;
  }
}

function documentText(image: ImageRecord): string {
  const { names: _, ...document } = image;
  return JSON.stringify(document);
}

function withNames(row: SqlRow, names: readonly string[]): ImageRecord {
  return { ...documentOf<Omit<ImageRecord, "names">>(row), names };
}
