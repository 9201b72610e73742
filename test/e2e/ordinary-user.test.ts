import assert from "node:assert/strict";
import { chmodSync, copyFileSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { runCommand } from "../support/command.ts";
import { needs, unless } from "../support/needs.ts";

const PROJECT = join(import.meta.dirname, "../..");
const NOBODY = { uid: 65_534, gid: 65_534 };

/** A copy that an ordinary user can reach, wherever the clone lies. */
function openCopy(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "minke-test-user-"));
  chmodSync(path, 0o755);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

test("as an ordinary user every command that needs root says so in one sentence", unless(needs.root), async () => {
  using copy = openCopy();
  const minke = join(copy.path, "minke");
  copyFileSync(join(PROJECT, "dist/minke"), minke);
  const env = { PATH: "/usr/bin:/bin", HOME: "/nonexistent" };
  const commands = [
    ["ps"],
    ["run", "busybox", "true"],
    ["pod", "create"],
    ["pod", "ps"],
    ["images"],
    ["volume", "ls"],
    ["network", "ls"],
    ["events", "--stream=false"],
    ["--root", "/tmp/elsewhere", "ps"],
  ];
  for (const args of commands) {
    const result = await runCommand([minke, ...args], { env, cwd: "/", ...NOBODY });
    assert.equal(result.code, 125, args.join(" "));
    assert.equal(result.stdout, "");
    assert.match(result.stderr, /^Error: [^\n]*needs root[^\n]*\n$/, args.join(" "));
  }
});

test("help and version need no root", unless(needs.root), async () => {
  using copy = openCopy();
  const minke = join(copy.path, "minke");
  copyFileSync(join(PROJECT, "dist/minke"), minke);
  for (const args of [["--help"], ["run", "--help"], ["--version"], ["version"]]) {
    const result = await runCommand([minke, ...args], { env: { PATH: "/usr/bin:/bin" }, cwd: "/", ...NOBODY });
    assert.equal(result.code, 0, `${args.join(" ")}: ${result.stderr}`);
    assert.match(result.stdout, /minke|Usage|Version/);
  }
});

test("npm start as an ordinary user says that root is needed, and changes nothing", unless(needs.root), async () => {
  using copy = openCopy();
  cpSync(join(PROJECT, "scripts"), join(copy.path, "scripts"), { recursive: true });
  const env = { PATH: "/usr/bin:/bin" };
  const result = await runCommand(["bash", join(copy.path, "scripts/start.sh")], { env, cwd: copy.path, ...NOBODY });
  assert.notEqual(result.code, 0);
  assert.match(result.stdout + result.stderr, /^minke: [^\n]*needs root[^\n]*\n$/);
});
