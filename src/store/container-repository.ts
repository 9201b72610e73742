import type { ContainerId } from "../base/brand.ts";
import { fail } from "../base/errors.ts";
import type { Clock } from "../host/ports.ts";
import type { ContainerConfig } from "../model/container.ts";
import type { LastRun } from "../model/container-state.ts";
import { changeName, freeName, resolveReference, takeName } from "./names.ts";
import type { ContainerRepository } from "./repositories.ts";
import { documentOf, findDocument, idsWithPrefix, listDocuments, textColumn } from "./rows.ts";
import type { Session } from "./session.ts";

/** Milliseconds for which an exit code outlives its container (spec/pods.md 0). */
const EXIT_CODE_RETENTION_MS = 5 * 60 * 1000;

const OLDEST_FIRST = "ORDER BY created_at, containers.rowid";

/** Containers with their edges, last runs and exit codes. */
export class SqlContainerRepository implements ContainerRepository {
  readonly #session: Session;
  readonly #clock: Pick<Clock, "now">;

  constructor(session: Session, clock: Pick<Clock, "now">) {
    this.#session = session;
    this.#clock = clock;
  }

  insert(config: ContainerConfig): void {
    const { id, name, pod, createdAt } = config;
    if (this.#exists(id)) throw fail("INTERNAL", { message: `ID "${id}" is in use` });
    if (pod !== undefined && !this.#session.get("SELECT 1 FROM pods WHERE id = ?", pod))
      throw fail("NO_SUCH_POD", { ref: pod });
    for (const target of dependenciesOf(config))
      if (!this.#exists(target)) throw fail("NO_SUCH_CONTAINER", { ref: target });
    takeName(this.#session, name, { kind: "container", id });
    this.#session.run(
      "INSERT INTO containers (id, name, pod, created_at, json) VALUES (?, ?, ?, ?, ?)",
      id,
      name,
      pod ?? null,
      Math.floor(createdAt),
      JSON.stringify(config),
    );
    this.#insertEdges(config);
  }

  replace(config: ContainerConfig): void {
    const { id, name, pod } = config;
    if (!this.#exists(id)) throw fail("CONTAINER_REMOVED", { id });
    changeName(this.#session, name, id);
    this.#session.run("UPDATE containers SET pod = ?, json = ? WHERE id = ?", pod ?? null, JSON.stringify(config), id);
    this.#session.run("DELETE FROM dependencies WHERE container = ?", id);
    this.#session.run("DELETE FROM container_volumes WHERE container = ?", id);
    this.#insertEdges(config);
  }

  remove(id: string): void {
    this.#session.run("DELETE FROM containers WHERE id = ?", id);
    freeName(this.#session, id);
    this.#session.run("DELETE FROM leases WHERE container = ?", id);
    this.#session.run(
      "UPDATE exit_codes SET removed_at = ? WHERE container = ? AND removed_at IS NULL",
      Math.floor(this.#clock.now()),
      id,
    );
  }

  get(id: string): ContainerConfig | undefined {
    return findDocument(this.#session, "SELECT json FROM containers WHERE id = ?", id);
  }

  list(): readonly ContainerConfig[] {
    return listDocuments(this.#session, `SELECT json FROM containers ${OLDEST_FIRST}`);
  }

  inPod(podId: string): readonly ContainerConfig[] {
    return listDocuments(this.#session, `SELECT json FROM containers WHERE pod = ? ${OLDEST_FIRST}`, podId);
  }

  byName(name: string): ContainerConfig | undefined {
    return findDocument(this.#session, "SELECT json FROM containers WHERE name = ?", name);
  }

  idsWithPrefix(prefix: string): readonly ContainerId[] {
    return idsWithPrefix(this.#session, "containers", { prefix, limit: -1 }) as readonly ContainerId[];
  }

  dependants(id: string): readonly ContainerId[] {
    const rows = this.#session.all(
      `SELECT id FROM dependencies JOIN containers ON id = container WHERE target = ? ${OLDEST_FIRST}`,
      id,
    );
    return textColumn(rows, "id") as readonly ContainerId[];
  }

  lastRun(id: string): LastRun {
    return findDocument<LastRun>(this.#session, "SELECT json FROM last_runs WHERE container = ?", id) ?? {};
  }

  setLastRun(id: string, run: LastRun): void {
    if (!this.#exists(id)) throw fail("CONTAINER_REMOVED", { id });
    this.#session.run("INSERT OR REPLACE INTO last_runs (container, json) VALUES (?, ?)", id, JSON.stringify(run));
  }

  lastRuns(): ReadonlyMap<string, LastRun> {
    const rows = this.#session.all("SELECT container, json FROM last_runs");
    return new Map(rows.map((row) => [String(row["container"]), documentOf<LastRun>(row)]));
  }

  exitCode(id: string): number | undefined {
    const row = this.#session.get("SELECT code FROM exit_codes WHERE container = ?", id);
    return row && Number(row["code"]);
  }

  recordExit(id: string, code: number, atMs: number): void {
    const now = Math.floor(this.#clock.now());
    this.#session.run("DELETE FROM exit_codes WHERE removed_at < ?", now - EXIT_CODE_RETENTION_MS);
    this.#session.run(
      "INSERT OR REPLACE INTO exit_codes (container, code, exited_at, removed_at) VALUES (?, ?, ?, ?)",
      id,
      code,
      Math.floor(atMs),
      this.#exists(id) ? null : now,
    );
  }

  resolve(ref: string): ContainerId {
    const resolution = resolveReference(this.#session, "container", ref);
    if (resolution.found === "one") return resolution.id as ContainerId;
    if (resolution.found === "many") throw fail("CONTAINER_AMBIGUOUS", { ref });
    throw resolution.found === "foreign" ? fail("CONTAINER_IS_POD", { ref }) : fail("NO_SUCH_CONTAINER", { ref });
  }

  #exists(id: string): boolean {
    return this.#session.get("SELECT 1 FROM containers WHERE id = ?", id) !== undefined;
  }

  #insertEdges(config: ContainerConfig): void {
    for (const target of dependenciesOf(config))
      this.#session.run("INSERT INTO dependencies (container, target) VALUES (?, ?)", config.id, target);
    for (const volume of volumesOf(config))
      this.#session.run("INSERT INTO container_volumes (container, volume) VALUES (?, ?)", config.id, volume);
  }
}

/** Containers that this one needs: its stored edges and the owners of the namespaces that it joins. */
function dependenciesOf(config: ContainerConfig): ReadonlySet<ContainerId> {
  const owners = Object.values(config.namespaces).flatMap((mode) => (mode.mode === "container" ? [mode.id] : []));
  return new Set([...config.dependsOn.map((dependency) => dependency.id), ...owners]);
}

function volumesOf(config: ContainerConfig): ReadonlySet<string> {
  return new Set(config.mounts.flatMap((mount) => (mount.type === "volume" ? [mount.name] : [])));
}
