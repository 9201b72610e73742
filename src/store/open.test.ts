import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { aContainer, aPod, aVolume, containerId } from "../../test/support/definitions.ts";
import { TemporaryStore } from "../../test/support/temporary-store.ts";
import type { ErrorCode } from "../base/error-codes.ts";
import { type EngineError, hasCode } from "../base/errors.ts";
import type { Transaction } from "./repositories.ts";
import { SCHEMA_VERSION } from "./schema.ts";

const throwsCode = (code: ErrorCode, message: RegExp) => (error: unknown) => {
  assert.ok(hasCode(error, code), String(error));
  assert.match((error as EngineError).message, message);
  return true;
};

test("a new root is made for its owner's eyes only", () => {
  using place = new TemporaryStore();
  const store = place.open();
  assert.equal(statSync(place.root).mode & 0o777, 0o700);
  assert.equal(statSync(place.runRoot).mode & 0o777, 0o700);
  for (const name of readdirSync(place.root)) assert.equal(statSync(join(place.root, name)).mode & 0o777, 0o600, name);
  assert.deepEqual(
    store.read((tx) => tx.containers.list()),
    [],
  );
});

test("state outlives its handle", async () => {
  using place = new TemporaryStore();
  const first = place.open();
  await first.write((tx) => tx.containers.insert(aContainer({ name: "a" })));
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  assert.equal(
    place.open().read((tx) => tx.containers.byName("a")?.id),
    containerId(1),
  );
});

test("a body that throws leaves nothing behind", async () => {
  using place = new TemporaryStore();
  const store = place.open();
  const failing = store.write((tx) => {
    tx.volumes.insert(aVolume());
    throw new RangeError("stop");
  });
  await assert.rejects(failing, RangeError);
  assert.deepEqual(
    store.read((tx) => tx.volumes.list()),
    [],
  );
  await store.write((tx) => tx.volumes.insert(aVolume()));
});

test("a body that returns a promise is refused and rolled back", async () => {
  using place = new TemporaryStore();
  const store = place.open();
  const late = store.write((tx) => {
    tx.volumes.insert(aVolume());
    return Promise.resolve() as unknown as undefined;
  });
  await assert.rejects(late, /must be synchronous/);
  assert.deepEqual(
    store.read((tx) => tx.volumes.list()),
    [],
  );
  // @ts-expect-error a body's type must not be a promise
  assert.throws(() => store.read(async () => 1), /must be synchronous/);
});

test("repositories are dead outside a body, and cannot write in a read", async () => {
  using place = new TemporaryStore();
  const store = place.open();
  let kept: Transaction | undefined;
  store.read((tx) => {
    kept = tx;
  });
  assert.throws(() => kept?.containers.list(), /after its body has returned/);
  assert.throws(() => store.read((tx) => tx.volumes.insert(aVolume())), /use store.write/);
  store[Symbol.dispose]();
  assert.throws(() => store.read(() => 1), /was disposed/);
});

test("a read joins the transaction around it, a write does not", async () => {
  using place = new TemporaryStore();
  const store = place.open();
  let nested: Promise<void> | undefined;
  await store.write((tx) => {
    tx.volumes.insert(aVolume());
    assert.equal(store.read((inner) => inner.volumes.list()).length, 1);
    nested = store.write(() => {});
  });
  await assert.rejects(nested ?? Promise.resolve(), /inside another one's body/);
});

test("a reader sees one snapshot and does not wait for a writer", async () => {
  using place = new TemporaryStore();
  const reader = place.open();
  const writer = place.open();
  const other = place.host.databases.open(place.path);
  other.exec("BEGIN IMMEDIATE");
  assert.deepEqual(
    reader.read((tx) => tx.pods.list()),
    [],
  );
  other.exec("ROLLBACK");
  other[Symbol.dispose]();
  await writer.write((tx) => tx.pods.insert(aPod()));
  assert.equal(reader.read((tx) => tx.pods.list()).length, 1);
});

test("a writer waits for another process, until its signal says stop", async () => {
  using place = new TemporaryStore();
  const store = place.open();
  const other = place.host.databases.open(place.path);
  other.exec("BEGIN IMMEDIATE");
  const stop = new AbortController();
  const aborted = store.write((tx) => tx.pods.insert(aPod({ name: "no" })), { signal: stop.signal });
  stop.abort(new Error("enough"));
  await assert.rejects(aborted, /enough/);
  const patient = store.write((tx) => tx.pods.insert(aPod({ name: "yes" })));
  assert.deepEqual(
    store.read((tx) => tx.pods.list()),
    [],
  );
  other.exec("COMMIT");
  await patient;
  assert.deepEqual(
    store.read((tx) => tx.pods.list().map((pod) => pod.name)),
    ["yes"],
  );
  other[Symbol.dispose]();
});

test("many handles write at once and lose nothing", async () => {
  using place = new TemporaryStore();
  const stores = Array.from({ length: 8 }, () => place.open());
  const writes = stores.flatMap((store, s) =>
    Array.from({ length: 10 }, (_, n) =>
      store.write((tx) => tx.events.add({ type: "volume", action: "create", name: `${s}-${n}` })),
    ),
  );
  await Promise.all(writes);
  const seen = place.open().read((tx) => tx.events.after(0));
  assert.equal(new Set(seen.map((event) => (event.type === "volume" ? event.name : ""))).size, 80);
  assert.deepEqual(
    seen.map((event) => event.seq),
    Array.from({ length: 80 }, (_, n) => n + 1),
  );
});

test("a handle that is dropped between BEGIN and COMMIT leaves nothing", () => {
  using place = new TemporaryStore();
  const store = place.open();
  const dying = place.host.databases.open(place.path);
  dying.exec("BEGIN IMMEDIATE; INSERT INTO volumes (name, json) VALUES ('half', '{}')");
  dying[Symbol.dispose]();
  assert.deepEqual(
    store.read((tx) => tx.volumes.list()),
    [],
  );
});

test("a newer schema is refused and left alone", () => {
  using place = new TemporaryStore();
  place.open()[Symbol.dispose]();
  const database = place.host.databases.open(place.path);
  database.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
  assert.throws(() => place.open(), throwsCode("STATE_TOO_NEW", new RegExp(place.path)));
  assert.equal(database.get("PRAGMA user_version")?.["user_version"], SCHEMA_VERSION + 1);
  database[Symbol.dispose]();
});

test("what is not a database of ours is refused by its path", () => {
  using place = new TemporaryStore();
  mkdirSync(place.root);
  writeFileSync(place.path, "this is not a database, but a text that is longer than a header of 100 bytes".repeat(4));
  assert.throws(() => place.open(), throwsCode("STATE_DAMAGED", new RegExp(place.path)));
  writeFileSync(place.path, "");
  const foreign = place.host.databases.open(place.path);
  foreign.exec("CREATE TABLE theirs (a)");
  foreign[Symbol.dispose]();
  assert.throws(() => place.open(), throwsCode("STATE_DAMAGED", /not a minke database/));
});

test("a root that cannot be made is named", () => {
  using place = new TemporaryStore();
  writeFileSync(place.root, "a file in its place");
  assert.throws(() => place.open(), throwsCode("HOST_IO", new RegExp(place.path)));
});

test("a reboot ends what lived in the run root, and all leases", async () => {
  using place = new TemporaryStore();
  const before = place.open();
  const id = containerId(1);
  before.boot.set(id, { phase: "started", mounts: [], restartCount: 0, stoppedByUser: false, execSessions: {} });
  mkdirSync(join(place.runRoot, "exits"));
  mkdirSync(join(place.runRoot, "not-ours"));
  await before.write((tx) => {
    tx.containers.insert(aContainer());
    tx.leases.take("net", "10.0.0.2", id);
    tx.leases.setLast("net", "10.0.0.2");
  });
  const sameBoot = place.open();
  assert.equal(sameBoot.boot.all().size, 1);
  assert.equal(sameBoot.read((tx) => tx.leases.of("net")).length, 1);

  const after = place.open({ bootId: "boot-2" });
  assert.equal(after.boot.all().size, 0);
  assert.ok(!existsSync(join(place.runRoot, "exits")));
  assert.ok(existsSync(join(place.runRoot, "not-ours")));
  after.read((tx) => {
    assert.deepEqual(tx.leases.of("net"), []);
    assert.equal(tx.leases.last("net"), "10.0.0.2");
    assert.equal(tx.containers.list().length, 1);
  });
});

test("boot states are files that a missing directory does not hinder", () => {
  using place = new TemporaryStore();
  const { boot } = place.open();
  const state = {
    phase: "configured",
    mounts: ["/m"],
    restartCount: 2,
    stoppedByUser: true,
    execSessions: {},
  } as const;
  assert.equal(boot.get("abc"), undefined);
  boot.set("abc", state);
  assert.deepEqual(boot.get("abc"), state);
  assert.deepEqual([...boot.all().keys()], ["abc"]);
  assert.equal(boot.directory("abc"), join(place.runRoot, "containers", "abc"));
  writeFileSync(join(boot.directory("bad"), "state.json"), "{");
  assert.throws(() => boot.get("bad"), throwsCode("STATE_DAMAGED", /bad\/state\.json/));
  boot.remove("bad");
  boot.remove("abc");
  boot.remove("abc");
  assert.equal(boot.all().size, 0);
  for (const bad of ["..", "a/b", "", "."]) assert.throws(() => boot.get(bad), TypeError);
});
