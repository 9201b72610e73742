import assert from "node:assert/strict";
import { forEachHost, throwsErrno } from "./for-each-host.ts";

forEachHost("databases", (example) => {
  example("keeps rows of every type, also after it was closed", ({ host, directory }) => {
    const path = `${directory}/state.db`;
    const ns = 1_764_480_000_000_000_123n;
    {
      using db = host.databases.open(path);
      db.exec("CREATE TABLE t (k TEXT PRIMARY KEY, v)");
      const insert = "INSERT INTO t VALUES (?, ?)";
      assert.equal(db.run(insert, "number", 1.5), 1);
      db.run(insert, "integer", 2 ** 40);
      db.run(insert, "big", ns);
      db.run(insert, "null", null);
      db.run(insert, "bytes", Uint8Array.of(0, 255));
      assert.equal(db.run("UPDATE t SET v = v WHERE k IN ('number', 'big')"), 2);
    }
    using db = host.databases.open(path, { readOnly: true });
    const value = (key: string) => db.get("SELECT v FROM t WHERE k = ?", key)?.["v"];
    assert.deepEqual([value("number"), value("integer"), value("big"), value("null")], [1.5, 2 ** 40, ns, null]);
    assert.deepEqual([...(value("bytes") as Uint8Array)], [0, 255]);
    assert.equal(db.get("SELECT v FROM t WHERE k = ?", "none"), undefined);
    assert.deepEqual(
      db.all("SELECT k FROM t ORDER BY k LIMIT 2").map((row) => row["k"]),
      ["big", "bytes"],
    );
    throwsErrno(() => db.run("DELETE FROM t"), "EROFS");
  });

  example("a second writer is told EBUSY at once", ({ host, directory }) => {
    using one = host.databases.open(`${directory}/state.db`);
    using two = host.databases.open(`${directory}/state.db`);
    one.exec("CREATE TABLE t (k TEXT PRIMARY KEY)");
    one.exec("BEGIN IMMEDIATE");
    throwsErrno(() => two.exec("BEGIN IMMEDIATE"), "EBUSY");
    throwsErrno(() => two.run("INSERT INTO t VALUES ('x')"), "EBUSY");
    one.run("INSERT INTO t VALUES ('a')");
    one.exec("COMMIT");
    two.exec("BEGIN IMMEDIATE");
    throwsErrno(() => two.run("INSERT INTO t VALUES ('a')"), "EEXIST");
    two.exec("ROLLBACK");
    assert.equal(two.get("SELECT count(*) AS n FROM t")?.["n"], 1);
    throwsErrno(() => two.exec("SELEC"), "EINVAL");
  });

  example("closing in a transaction undoes it", ({ host, directory }) => {
    using one = host.databases.open(`${directory}/state.db`);
    one.exec("CREATE TABLE t (k)");
    {
      using two = host.databases.open(`${directory}/state.db`);
      two.exec("BEGIN IMMEDIATE");
      two.run("INSERT INTO t VALUES (1)");
    }
    assert.deepEqual(one.all("SELECT * FROM t"), []);
  });

  example("refuses what is missing or no database", ({ host, directory }) => {
    host.files.writeAtomic(`${directory}/garbage`, "not a database, and long enough to have a header ".repeat(40));
    throwsErrno(() => host.databases.open(`${directory}/garbage`), "EUCLEAN");
    throwsErrno(() => host.databases.open(`${directory}/none`, { readOnly: true }), "ENOENT");
    throwsErrno(() => host.databases.open(`${directory}/no/where`), "ENOENT");
    using memory = host.databases.open(":memory:");
    assert.equal(memory.get("SELECT 1 AS one")?.["one"], 1);
  });
});
