import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { openHost } from "../../src/host/open.ts";
import { openStore } from "../../src/store/open.ts";
import { imageTar } from "../support/images.ts";
import { Sandbox } from "../support/minke.ts";
import { needs, unless } from "../support/needs.ts";
import { TemporaryStore } from "../support/temporary-store.ts";
import { until } from "../support/wait.ts";

const WRITERS = 3;
const COPIES = 12;

/** Another moment each time, without a clock: the turns of this process's own loop. */
async function aWhile(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
}

function stateOf(pid: number): string {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  return text.slice(text.lastIndexOf(")") + 2).charAt(0);
}

/** Runs `body` while none of the processes runs: what is on the disk is one moment's. */
async function standingStill(processes: readonly ChildProcess[], body: () => void): Promise<void> {
  const alive = processes.filter((child) => child.exitCode === null && child.signalCode === null);
  for (const child of alive) child.kill("SIGSTOP");
  try {
    for (const child of alive)
      await until(
        "the process to stand still",
        () => child.exitCode !== null || "TtZ".includes(stateOf(child.pid ?? 0)),
      );
    body();
  } finally {
    for (const child of alive) child.kill("SIGCONT");
  }
}

const FRAME = 4_096 + 24;

/**
 * Takes away the end of the write-ahead log, as a power cut does with what was not synced. What a checkpoint has put into
 * the database was synced before (SQLite's file format, "The WAL-Index Format": attempted backfill at byte 128).
 */
function loseEnd(directory: string, kind: number): void {
  const log = join(directory, "minke.db-wal");
  const index = join(directory, "minke.db-shm");
  if (!existsSync(log) || !existsSync(index)) return;
  const bytes = readFileSync(log);
  const synced = 32 + new DataView(readFileSync(index).buffer).getUint32(128, true) * FRAME;
  rmSync(index);
  if (synced >= bytes.length || kind % 3 === 0) return;
  const cut = synced + ((bytes.length - synced) * ((kind * 37) % 100)) / 100;
  const kept = bytes.subarray(0, Math.floor(cut));
  // A file system may give the file its length before its data.
  writeFileSync(log, kind % 3 === 1 ? kept : Buffer.concat([kept, Buffer.alloc(bytes.length - kept.length)]));
}

test("a copy of the database at any moment of many writes is whole", async () => {
  using place = new TemporaryStore();
  const host = await openHost();
  place.open();
  const script = join(import.meta.dirname, "write-heavy.ts");
  const writers = Array.from({ length: WRITERS }, (_, number) =>
    spawn(process.execPath, [script, place.root, place.runRoot, String(number)], {
      stdio: ["ignore", "pipe", "inherit"],
    }),
  );
  const gone = writers.map((child) => once(child, "exit"));
  try {
    await Promise.all(writers.map((child) => once(child.stdout, "data")));
    let events = 0;
    for (let at = 0; at < COPIES; at++) {
      await aWhile(7 + ((at * 13) % 29));
      const copy = join(place.directory, `copy${at}`);
      mkdirSync(copy);
      await standingStill(writers, () => {
        for (const name of readdirSync(place.root).filter((file) => file.startsWith("minke.db")))
          cpSync(join(place.root, name), join(copy, name));
      });
      loseEnd(copy, at);
      {
        using store = openStore(host, { root: copy, runRoot: join(place.directory, `run${at}`) });
        const names = store.read((tx) => tx.containers.list().map((config) => config.name));
        assert.equal(new Set(names).size, names.length);
        const last = store.read((tx) => tx.events.lastSeq());
        // A cut may lose the latest, never what was there long before.
        if (at % 3 === 0) {
          assert.ok(last >= events, `${last} events after ${events}`);
          events = last;
        }
        await store.write((tx) => tx.events.add({ type: "volume", action: "create", name: "after" }));
      }
      const database = new DatabaseSync(join(copy, "minke.db"));
      const [row] = database.prepare("PRAGMA integrity_check").all();
      assert.deepEqual({ ...row }, { integrity_check: "ok" });
      assert.deepEqual(database.prepare("PRAGMA foreign_key_check").all(), []);
      database.close();
      rmSync(copy, { recursive: true });
    }
    for (const child of writers) assert.equal(child.exitCode, null, "a writer ended");
  } finally {
    for (const child of writers) child.kill("SIGKILL");
    await Promise.all(gone);
  }
});

/** What the store holds besides its empty directories. */
function contentOf(root: string): readonly string[] {
  const list = (name: string) =>
    existsSync(join(root, name)) ? readdirSync(join(root, name)).map((each) => `${name}/${each}`) : [];
  return ["images/blobs/sha256", "images/layers", "images/l", "images/tmp"].flatMap(list);
}

test("a copy of the image store at any moment of an import holds no half image", unless(needs.root), async () => {
  await using minke = new Sandbox(mkdtempSync(join(tmpdir(), "minke-test-")), "");
  await minke.ok("ps");
  const [program, ...global] = minke.command;
  const changes = ["--change", "CMD sh", "--change", "ENV PATH=/bin"];
  const command = ["import", ...changes, imageTar("busybox"), "busybox"];
  const child = spawn(program, [...global, ...command], { env: minke.env, stdio: "ignore" });
  const gone = once(child, "exit");
  const copies: string[] = [];
  for (let at = 0; at < 6; at++) {
    await aWhile(at === 0 ? 15 : 12);
    const copy = join(minke.directory, `copy${at}`);
    await standingStill([child], () =>
      cpSync(join(minke.directory, "root"), copy, { recursive: true, verbatimSymlinks: true }),
    );
    copies.push(copy);
  }
  await gone;
  assert.equal(child.exitCode, 0);
  for (const [at, copy] of copies.entries()) {
    const roots = ["--root", copy, "--runroot", join(minke.directory, `run${at}`)];
    const there = (await minke.ok(...roots, "images", "-q")) !== "";
    // The image works where it is listed, and leaves nothing where it is not.
    if (there) await minke.ok(...roots, "run", "--rm", "--network", "none", "busybox", "true");
    await minke.ok(...roots, "image", "prune", "-f");
    const content = contentOf(copy);
    if (!there) assert.deepEqual(content, [], `copy ${at}`);
    await minke.ok(...roots, ...command);
    await minke.ok(...roots, "run", "--rm", "--network", "none", "busybox", "true");
    assert.deepEqual(
      contentOf(copy)
        .map((path) => path.split("/").slice(0, 2).join("/"))
        .sort(),
      contentOf(join(minke.directory, "root"))
        .map((path) => path.split("/").slice(0, 2).join("/"))
        .sort(),
      `copy ${at}`,
    );
  }
});
