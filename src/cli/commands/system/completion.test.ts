import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeEngine } from "../../testing/fake-engine.ts";
import { runCli } from "../../testing/run-cli.ts";

const completion = async (...args: readonly string[]) =>
  await runCli(["completion", ...args], fakeEngine(), { euid: 1000 });

test("scripts for every shell know commands, those below nouns, and flags", async () => {
  const bash = (await completion("bash")).out;
  assert.match(bash, /\n {8}""\) words="[^"]*\bpod\b[^"]*\bps\b[^"]*" flags="--help"/);
  assert.match(bash, /\n {8}"pod"\) words="[^"]*\bcreate\b/);
  assert.match(bash, /\n {8}"pod create"\) words="" flags="--help [^"]*--share\b/);
  assert.doesNotMatch(bash, /supervise/);
  const zsh = (await completion("zsh")).out;
  assert.equal(zsh, `#compdef minke\nautoload -U +X bashcompinit && bashcompinit\n${bash}`);
  const fish = (await completion("fish")).out;
  assert.match(fish, /\ncomplete -c minke -n '__fish_use_subcommand' -a 'pod' -d 'Manage pods'\n/);
  const condition = "__fish_seen_subcommand_from pod; and __fish_seen_subcommand_from create";
  assert.ok(fish.includes(`\ncomplete -c minke -n '${condition}' -l share\n`));
});

test("a script goes to a file; another shell is refused", async () => {
  const files = new Map<string, string>();
  const { code, out } = await runCli(["completion", "-f", "x", "bash"], fakeEngine(), { files });
  assert.deepEqual([code, out, files.get("/work/x")?.startsWith("# bash completion")], [0, "", true]);
  assert.match((await completion("tcsh")).err, /^Error: invalid argument "tcsh" for "minke completion"/);
});
