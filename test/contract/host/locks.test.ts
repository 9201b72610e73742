import assert from "node:assert/strict";
import { forEachHost, throwsErrno } from "./for-each-host.ts";

forEachHost("locks", (example) => {
  example("excludes others until it is disposed", async ({ host, directory }) => {
    const { locks } = host;
    const path = `${directory}/lock`;
    const first = await locks.acquire(path);
    assert.equal(locks.tryAcquire(path), undefined);
    assert.equal(locks.tryAcquire(path, { shared: true }), undefined);
    const order: string[] = [];
    const second = locks.acquire(path).then((lock) => {
      order.push("second");
      return lock;
    });
    order.push("first");
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    using held = await second;
    assert.ok(held);
    assert.deepEqual(order, ["first", "second"]);
    throwsErrno(() => locks.tryAcquire(`${directory}/none/lock`), "ENOENT");
  });

  example("is shared by those who ask for that", ({ host, directory }) => {
    const path = `${directory}/lock`;
    const one = host.locks.tryAcquire(path, { shared: true });
    const two = host.locks.tryAcquire(path, { shared: true });
    assert.ok(one && two);
    assert.equal(host.locks.tryAcquire(path), undefined);
    one[Symbol.dispose]();
    assert.equal(host.locks.tryAcquire(path), undefined);
    two[Symbol.dispose]();
    using alone = host.locks.tryAcquire(path);
    assert.ok(alone);
  });

  example("stops waiting with the signal's reason", async ({ host, directory }) => {
    const path = `${directory}/lock`;
    using _held = await host.locks.acquire(path);
    const stop = new AbortController();
    const waiting = host.locks.acquire(path, { signal: stop.signal });
    stop.abort(new Error("no longer"));
    await assert.rejects(waiting, /no longer/);
    await assert.rejects(host.locks.acquire(`${directory}/free`, { signal: stop.signal }), /no longer/);
  });

  example("who waited for a removed file locks the new one", async ({ host, directory }) => {
    const path = `${directory}/lock`;
    const first = await host.locks.acquire(path);
    const waiting = host.locks.acquire(path);
    host.files.remove(path);
    first[Symbol.dispose]();
    using _second = await waiting;
    assert.equal(host.inodes.lstat(path)?.kind, "file");
    assert.equal(host.locks.tryAcquire(path), undefined);
  });
});
