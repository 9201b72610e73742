import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readdirSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { loadConfig } from "../../src/config/load.ts";
import { openImages } from "../../src/images/open.ts";
import { needs, unless } from "../support/needs.ts";
import { tar } from "../support/tar.ts";
import { TemporaryStore } from "../support/temporary-store.ts";
import { until } from "../support/wait.ts";

const SCRIPT = join(import.meta.dirname, "../support/import-image.ts");

test("what an import left that was killed half-way is swept by the next", unless(needs.root), async () => {
  using place = new TemporaryStore();
  const { host, root, runRoot, directory } = place;
  const store = place.open();
  const images = openImages({ host, store, config: loadConfig(host, { root, runRoot }) });
  const list = (name: string) => readdirSync(join(root, "images", name));
  const bytes = tar([{ path: "f", body: "x".repeat(100_000) }]);
  const whole = join(directory, "whole.tar");
  writeFileSync(whole, bytes);
  await images.import(whole, { reference: "kept" });
  await images.remove(["kept"]);

  const pipe = join(directory, "pipe");
  execFileSync("mkfifo", [pipe]);
  const child = spawn(process.execPath, [SCRIPT, root, runRoot, pipe], { stdio: "ignore" });
  const gone = once(child, "exit");
  // Both ways: opening does not wait for the reader, and the reader does not see an end.
  const writer = openSync(pipe, "r+");
  writeSync(writer, bytes.subarray(0, 30_000));
  await until("the import to begin", () => list("tmp").some((name) => list(`tmp/${name}`).length > 0));
  // Somebody is at work: nothing of it may be swept.
  await images.remove(["none"]);
  await images.prune({ all: true });
  assert.equal(list("tmp").length, 1);
  child.kill("SIGKILL");
  await gone;
  closeSync(writer);

  assert.equal(await images.exists("crashed"), false);
  await images.import(whole, { reference: "next" });
  assert.deepEqual(list("tmp"), []);
  assert.deepEqual([list("blobs/sha256").length, list("layers").length, list("l").length], [3, 1, 1]);
});
