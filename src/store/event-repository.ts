import type { Clock, SqlRow } from "../host/ports.ts";
import type { EngineEvent, EventSubject } from "../model/events.ts";
import type { EventRepository } from "./repositories.ts";
import { documentOf } from "./rows.ts";
import type { Session } from "./session.ts";

const COLUMNS = "seq, time_ns, json";

/** The log of what happened, in the same transactions as the changes that it tells of. */
export class SqlEventRepository implements EventRepository {
  readonly #session: Session;
  readonly #clock: Pick<Clock, "nowNs">;

  constructor(session: Session, clock: Pick<Clock, "nowNs">) {
    this.#session = session;
    this.#clock = clock;
  }

  add(subject: EventSubject): void {
    this.#session.run(
      `INSERT INTO events (time_ns, json)
       VALUES (max(?, coalesce((SELECT max(time_ns) + 1 FROM events), 0)), ?)`,
      this.#clock.nowNs(),
      JSON.stringify(subject),
    );
  }

  after(seq: number, limit = -1): readonly EngineEvent[] {
    const sql = `SELECT ${COLUMNS} FROM events WHERE seq > ? ORDER BY seq LIMIT ?`;
    return this.#session.all(sql, seq, limit).map(eventOf);
  }

  sinceNs(ns: bigint): readonly EngineEvent[] {
    const sql = `SELECT ${COLUMNS} FROM events WHERE time_ns >= ? ORDER BY seq`;
    return this.#session.all(sql, ns).map(eventOf);
  }

  lastSeq(): number {
    return Number(this.#session.get("SELECT max(seq) AS seq FROM events")?.["seq"] ?? 0);
  }

  prune(keep: number): void {
    this.#session.run(
      "DELETE FROM events WHERE seq <= (SELECT max(seq) FROM events) - ?",
      Math.max(1, Math.floor(keep)),
    );
  }
}

function eventOf(row: SqlRow): EngineEvent {
  const base = { seq: Number(row["seq"]), timeNs: BigInt(String(row["time_ns"])) };
  return { ...documentOf<EventSubject>(row), ...base };
}
