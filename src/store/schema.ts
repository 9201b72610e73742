import { fail } from "../base/errors.ts";
import type { Database } from "../host/ports.ts";
import { retryBlocking } from "./pause.ts";
import { isBusy, stateBusy } from "./sqlite-errors.ts";

/** `mink` in ASCII: tells our databases from others (SQLite's `PRAGMA application_id`). */
export const APPLICATION_ID = 0x6d696e6b;

/**
 * Schema versions in order; `PRAGMA user_version` counts how many have been applied. An entry never changes once
 * released: a change is a new entry. docs/schema.md shows the result with the reasons, and changes in the same commit.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE names (
    name TEXT PRIMARY KEY CHECK (name <> ''),
    kind TEXT NOT NULL CHECK (kind IN ('container', 'pod')),
    id TEXT NOT NULL UNIQUE CHECK (id <> '')
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE pods (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE REFERENCES names (name) ON UPDATE CASCADE,
    created_at INTEGER NOT NULL,
    json TEXT NOT NULL
  ) STRICT;
  CREATE TABLE containers (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE REFERENCES names (name) ON UPDATE CASCADE,
    pod TEXT REFERENCES pods (id),
    created_at INTEGER NOT NULL,
    json TEXT NOT NULL
  ) STRICT;
  CREATE INDEX containers_pod ON containers (pod) WHERE pod IS NOT NULL;
  CREATE TABLE dependencies (
    container TEXT NOT NULL REFERENCES containers (id) ON DELETE CASCADE,
    target TEXT NOT NULL CHECK (target <> container),
    PRIMARY KEY (container, target)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX dependencies_target ON dependencies (target);
  CREATE TABLE container_volumes (
    container TEXT NOT NULL REFERENCES containers (id) ON DELETE CASCADE,
    volume TEXT NOT NULL,
    PRIMARY KEY (container, volume)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX container_volumes_volume ON container_volumes (volume);
  CREATE TABLE last_runs (
    container TEXT PRIMARY KEY REFERENCES containers (id) ON DELETE CASCADE,
    json TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE exit_codes (
    container TEXT PRIMARY KEY,
    code INTEGER NOT NULL,
    exited_at INTEGER NOT NULL,
    removed_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX exit_codes_removed ON exit_codes (removed_at) WHERE removed_at IS NOT NULL;
  CREATE TABLE volumes (
    name TEXT PRIMARY KEY CHECK (name <> ''),
    json TEXT NOT NULL
  ) STRICT;
  CREATE TABLE networks (
    name TEXT PRIMARY KEY CHECK (name <> ''),
    id TEXT NOT NULL UNIQUE CHECK (id <> ''),
    json TEXT NOT NULL
  ) STRICT;
  CREATE TABLE leases (
    network TEXT NOT NULL,
    ip TEXT NOT NULL CHECK (ip <> ''),
    container TEXT NOT NULL,
    PRIMARY KEY (network, ip)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX leases_container ON leases (container);
  CREATE TABLE lease_cursors (
    network TEXT PRIMARY KEY,
    ip TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE images (
    id TEXT PRIMARY KEY CHECK (id <> ''),
    json TEXT NOT NULL
  ) STRICT;
  CREATE TABLE image_names (
    name TEXT PRIMARY KEY CHECK (name <> ''),
    image TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    position INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX image_names_image ON image_names (image, position);
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    time_ns INTEGER NOT NULL UNIQUE,
    json TEXT NOT NULL
  ) STRICT;
  `,
];

/** The newest schema that this version can read. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Brings a database to the newest schema, in one transaction; one read when it is there already. Where it throws, the
 * caller closes the database, which undoes what was begun.
 *
 * @throws STATE_TOO_NEW if a later version wrote it, STATE_DAMAGED if it is not a database of ours
 */
export function migrate(database: Database, path: string): void {
  if (versionOf(database, path) === SCHEMA_VERSION) return;
  const done = retryBlocking(() => {
    try {
      database.exec("BEGIN IMMEDIATE");
      return true;
    } catch (error) {
      if (isBusy(error)) return undefined;
      throw error;
    }
  });
  if (!done) throw stateBusy(path);
  for (const step of MIGRATIONS.slice(versionOf(database, path))) database.exec(step);
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`);
  database.exec("COMMIT");
}

function versionOf(database: Database, path: string): number {
  const row = database.get(
    "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema) AS tables FROM pragma_application_id, pragma_user_version",
  );
  const application = Number(row?.["application_id"]);
  const version = Number(row?.["user_version"]);
  const isNew = application === 0 && version === 0 && Number(row?.["tables"]) === 0;
  if (!isNew && application !== APPLICATION_ID)
    throw fail("STATE_DAMAGED", { path, detail: `it is not a minke database (application id ${application})` });
  if (version < 0) throw fail("STATE_DAMAGED", { path, detail: `schema version ${version}` });
  if (version > SCHEMA_VERSION) throw fail("STATE_TOO_NEW", { path, found: version, known: SCHEMA_VERSION });
  return version;
}
