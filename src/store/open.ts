import { join } from "node:path";
import type { Abortable } from "../base/abortable.ts";
import { fail } from "../base/errors.ts";
import { isHostError } from "../base/host-error.ts";
import type { Clock, Database, Databases, FileLocks, Files, SystemInfo } from "../host/ports.ts";
import { enterBoot } from "./boot-scope.ts";
import { FileBootStates } from "./boot-states.ts";
import { SqlContainerRepository } from "./container-repository.ts";
import { SqlEventRepository } from "./event-repository.ts";
import { SqlImageRepository } from "./image-repository.ts";
import { SqlLeaseRepository } from "./lease-repository.ts";
import { SqlNetworkRepository } from "./network-repository.ts";
import { retryBlocking } from "./pause.ts";
import { SqlPodRepository } from "./pod-repository.ts";
import type { BootStates, Store, Synchronous, Transaction } from "./repositories.ts";
import { migrate } from "./schema.ts";
import { Session } from "./session.ts";
import { BUSY_SECONDS, isBusy, stateBusy, translate } from "./sqlite-errors.ts";
import { SqlVolumeRepository } from "./volume-repository.ts";

export type { BootStates, Store, Transaction } from "./repositories.ts";

/**
 * NORMAL: a power failure may cost the last transactions, but never the database, and no commit waits for the disk.
 * Checkpoints come at a quarter of SQLite's default number of pages, because a process that was killed leaves its log for
 * the next one to read.
 */
const CONNECTION_SETTINGS = "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 250";

interface StoreDeps {
  readonly databases: Databases;
  readonly files: Files;
  readonly clock: Clock;
  readonly locks: FileLocks;
  readonly system: Pick<SystemInfo, "bootId">;
}

/**
 * Opens the state of an engine root, making it where there is none, and forgets what the last reboot has ended.
 *
 * @param paths absolute; `root` keeps what lasts, `runRoot` what a reboot erases
 * @throws STATE_TOO_NEW, STATE_DAMAGED, HOST_IO (all name the file)
 */
export function openStore(deps: StoreDeps, paths: { readonly root: string; readonly runRoot: string }): Store {
  const path = join(paths.root, "minke.db");
  orHostIo("creating", () => makeFile(deps.files, paths.root, path));
  const session = new Session(openDatabase(deps.databases, path), path);
  try {
    orHostIo("preparing", () => enterBoot(deps, paths.runRoot, () => forgetLastBoot(session)));
  } catch (error) {
    session.close();
    throw error;
  }
  return new SqlStore(session, deps, new FileBootStates(deps.files, join(paths.runRoot, "containers")));
}

class SqlStore implements Store {
  readonly boot: BootStates;
  readonly #session: Session;
  readonly #clock: Clock;
  readonly #transaction: Transaction;

  constructor(session: Session, deps: { readonly clock: Clock }, boot: BootStates) {
    this.#session = session;
    this.#clock = deps.clock;
    this.boot = boot;
    this.#transaction = {
      containers: new SqlContainerRepository(session, deps.clock),
      pods: new SqlPodRepository(session),
      images: new SqlImageRepository(session),
      volumes: new SqlVolumeRepository(session),
      networks: new SqlNetworkRepository(session),
      leases: new SqlLeaseRepository(session),
      events: new SqlEventRepository(session, deps.clock),
    };
  }

  read<T>(body: (tx: Transaction) => Synchronous<T>): T {
    if (this.#session.active) return runBody(body, this.#transaction);
    this.#session.beginRead();
    return this.#session.finish(() => runBody(body, this.#transaction));
  }

  /** Sleeps of random length, so that processes that wait together do not meet again and again. */
  async write<T>(body: (tx: Transaction) => Synchronous<T>, options: Abortable = {}): Promise<T> {
    const deadline = this.#clock.monotonic() + BUSY_SECONDS * 1000;
    for (let most = 1; ; most = Math.min(most * 2, 20)) {
      options.signal?.throwIfAborted();
      // No await between here and the commit: another caller's turn would find itself inside this transaction.
      if (this.#session.tryBeginWrite()) return this.#session.finish(() => runBody(body, this.#transaction));
      if (this.#clock.monotonic() >= deadline) throw stateBusy(this.#session.path);
      await this.#clock.sleep(most * (0.5 + Math.random() / 2), options);
    }
  }

  [Symbol.dispose](): void {
    this.#session.close();
  }
}

function runBody<T>(body: (tx: Transaction) => Synchronous<T>, transaction: Transaction): T {
  const result: T = body(transaction);
  if (typeof (result as { readonly then?: unknown } | null | undefined)?.then === "function")
    throw new TypeError("a transaction's body must be synchronous, but it returned a promise");
  return result;
}

/** Others may not even read it: environment variables hold secrets. SQLite gives its side files the same mode. */
function makeFile(files: Files, root: string, path: string): void {
  try {
    files.createExclusive(path, "", { mode: 0o600 });
  } catch (error) {
    if (isHostError(error, "EEXIST")) return;
    if (!isHostError(error, "ENOENT")) throw error;
    files.makeDir(root, 0o700);
    makeFile(files, root, path);
  }
}

function orHostIo(action: string, body: () => void): void {
  try {
    body();
  } catch (error) {
    if (!isHostError(error)) throw error;
    const { syscall, path, errno } = error;
    throw fail("HOST_IO", { action: `${action} the engine's state: ${syscall}`, path, errno }, { cause: error });
  }
}

/** Two processes that make the same database at once keep each other out for an instant. */
function openDatabase(databases: Databases, path: string): Database {
  try {
    const database = retryBlocking(() => openOnce(databases, path));
    if (!database) throw stateBusy(path);
    return database;
  } catch (error) {
    throw translate(error, path);
  }
}

function openOnce(databases: Databases, path: string): Database | undefined {
  let database: Database | undefined;
  try {
    database = databases.open(path);
    database.exec(CONNECTION_SETTINGS);
    migrate(database, path);
    return database;
  } catch (error) {
    database?.[Symbol.dispose]();
    if (isBusy(error)) return undefined;
    throw error;
  }
}

/** No container runs after a reboot, so none holds an address. */
function forgetLastBoot(session: Session): void {
  const begun = retryBlocking(() => session.tryBeginWrite() || undefined);
  if (!begun) throw stateBusy(session.path);
  session.finish(() => session.run("DELETE FROM leases"));
}
