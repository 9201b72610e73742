import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { VERSION } from "../base/version.ts";
import { GLOBAL_FLAGS } from "./global-flags.ts";
import { commandHelp } from "./help.ts";
import { pathsOf } from "./parse-command.ts";
import { editDistance, suggestionsFor } from "./suggestions.ts";
import { TABLE } from "./table.ts";

test("no two commands have the same path, and every group exists", () => {
  const groups = new Set(TABLE.groups.map((group) => group.path.join(" ")));
  const seen = new Set<string>();
  for (const path of TABLE.commands.flatMap(pathsOf)) {
    const name = path.join(" ");
    assert.ok(!seen.has(name), `${name} stands twice in the table`);
    seen.add(name);
    const parent = path.slice(0, -1).join(" ");
    assert.ok(parent === "" || groups.has(parent), `${name} has no group`);
  }
});

test("every command loads, has flags without clashes and shows its help", async () => {
  for (const entry of TABLE.commands) {
    const command = await entry.load();
    const name = entry.path.join(" ");
    const letters = new Set<string>();
    const names = new Set<string>(Object.keys(GLOBAL_FLAGS).filter((flag) => !Object.hasOwn(command.flags, flag)));
    for (const [flag, spec] of Object.entries(command.flags)) {
      for (const long of [flag, ...(spec.aliases ?? [])]) {
        assert.match(long, /^[a-z][a-z0-9-]*$/, `${name} --${long}`);
        assert.ok(!names.has(long), `${name} has --${long} twice`);
        names.add(long);
      }
      if (spec.short === undefined) continue;
      assert.match(spec.short, /^[a-zA-Z]$/);
      assert.ok(!letters.has(spec.short), `${name} has -${spec.short} twice`);
      letters.add(spec.short);
    }
    const help = commandHelp("minke", entry.path, { entry, command });
    assert.ok(help.includes(`Usage:\n  minke ${name}`), name);
    for (const example of command.examples ?? []) assert.doesNotMatch(example, /podman/);
  }
});

test("the version is that of the package", () => {
  const text = readFileSync(join(import.meta.dirname, "..", "..", "package.json"), "utf8");
  assert.equal(VERSION, (JSON.parse(text) as { version: string }).version);
});

test("suggestions are near names and longer names", () => {
  assert.equal(editDistance("kitten", "sitting"), 3);
  assert.deepEqual(suggestionsFor("stat", ["stats", "start", "rm", "pod"]), ["stats", "start"]);
  assert.deepEqual(suggestionsFor("re", ["restart", "rename", "rm"]), ["rm", "rename", "restart"]);
  assert.deepEqual(suggestionsFor("zzzz", ["ps"]), []);
});
