import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { containerId, podId } from "../../test/support/definitions.ts";
import { openHost } from "../host/open.ts";
import { type HeldLock, type Locks, openLocks } from "./locks.ts";

const host = await openHost();

/** A lock directory that does not exist yet, and handles on it as two processes have them. */
async function withLocks(body: (locks: Locks, other: Locks, directory: string) => Promise<void>): Promise<void> {
  const parent = mkdtempSync(join(tmpdir(), "minke-locks-"));
  try {
    const directory = join(parent, "locks");
    await body(openLocks(host, directory), openLocks(host, directory), directory);
  } finally {
    rmSync(parent, { recursive: true });
  }
}

const id = containerId(1);

test("a lock is one holder's at a time, also across processes, in order within one", () =>
  withLocks(async (locks, other) => {
    const order: string[] = [];
    const first = await locks.container(id);
    const note = (name: string) => async (held: HeldLock) => {
      order.push(name);
      held[Symbol.dispose]();
    };
    const waiting = ["a", "b", "c"].map((name) => locks.container(id).then(note(name)));
    const elsewhere = other.container(id).then(note("elsewhere"));
    // Another object's lock is free meanwhile.
    (await locks.container(containerId(2)))[Symbol.dispose]();
    (await locks.pod(podId(1)))[Symbol.dispose]();
    assert.deepEqual(order, []);
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    await Promise.all([...waiting, elsewhere]);
    assert.deepEqual(
      order.filter((name) => name !== "elsewhere"),
      ["a", "b", "c"],
    );
    assert.equal(order.length, 4);
  }));

test("many holders never overlap", () =>
  withLocks(async (locks, other) => {
    let inside = 0;
    let most = 0;
    const enter = async (handle: Locks) => {
      await using _held = await handle.named("volume", "v");
      inside += 1;
      most = Math.max(most, inside);
      await Promise.resolve();
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 40 }, (_, n) => enter(n % 2 === 0 ? locks : other)));
    assert.equal(most, 1);
  }));

test("no file is left when nobody holds or awaits it", () =>
  withLocks(async (locks, other, directory) => {
    const held = await locks.container(id);
    assert.deepEqual(readdirSync(directory), [`container-${id}.lock`]);
    const next = other.container(id);
    held[Symbol.dispose]();
    (await next)[Symbol.dispose]();
    assert.deepEqual(readdirSync(directory), []);
  }));

test("waiting ends with the signal's reason and gives the place up", () =>
  withLocks(async (locks, other) => {
    const held = await locks.container(id);
    for (const waiter of [locks, other]) {
      const stop = new AbortController();
      const waiting = waiter.container(id, { signal: stop.signal });
      stop.abort(new Error("enough"));
      await assert.rejects(waiting, /enough/);
    }
    await assert.rejects(locks.container(id, { signal: AbortSignal.abort(new Error("before")) }), /before/);
    const stop = new AbortController();
    const given = locks.container(id, { signal: stop.signal });
    const last = locks.container(id);
    held[Symbol.dispose]();
    const second = await given;
    stop.abort();
    second[Symbol.dispose]();
    (await last)[Symbol.dispose]();
  }));

test("containers are taken in one order, all or none", () =>
  withLocks(async (locks, other, directory) => {
    const [a, b, c] = [containerId("a"), containerId("b"), containerId("c")];
    const turns = Array.from({ length: 10 }, async (_, n) => {
      await using held = await (n % 2 === 0 ? locks : other).containers(n % 3 === 0 ? [c, a, b, a] : [b, c, a]);
      assert.deepEqual(
        held.locks.map((lock) => lock.id),
        [a, b, c],
      );
    });
    await Promise.all(turns);
    const blocking = await other.container(b);
    const stop = new AbortController();
    const failing = locks.containers([a, b], { signal: stop.signal });
    stop.abort(new Error("enough"));
    await assert.rejects(failing, /enough/);
    assert.deepEqual(readdirSync(directory), [`container-${b}.lock`]);
    blocking[Symbol.dispose]();
  }));

test("any name makes a file name of its own", () =>
  withLocks(async (locks, _other, directory) => {
    const names = ["docker.io/library/busybox:latest", "../../etc/passwd", "x".repeat(300), "", "a\0b", "plain"];
    const held = await Promise.all(names.map((name) => locks.named("image", name)));
    const files = readdirSync(directory);
    assert.equal(files.length, names.length);
    assert.ok(files.includes("image-plain.lock"));
    assert.ok(files.every((file) => file.length < 200));
    for (const lock of held) lock[Symbol.dispose]();
  }));
