import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { assertExit, runCommand } from "../support/command.ts";
import { needs, unless } from "../support/needs.ts";
import { type Consumer, complaintsOf, makeConsumer } from "./consumer.ts";

const PROJECT = join(import.meta.dirname, "../..");

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly bin: Readonly<Record<string, string>>;
}

function manifestAt(directory: string): Manifest {
  return JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as Manifest;
}

/** Packs the package as it would be published. Reaches no network. */
function pack(directory: string): string {
  const args = ["pack", "--ignore-scripts", "--offline", "--silent", "--pack-destination", directory];
  const env = { ...process.env, npm_config_cache: join(directory, "cache"), npm_config_update_notifier: "false" };
  execFileSync("npm", args, { cwd: PROJECT, env, stdio: ["ignore", "ignore", "pipe"] });
  const archive = readdirSync(directory).find((name) => name.endsWith(".tgz"));
  assert.ok(archive !== undefined, "npm pack wrote no archive");
  return join(directory, archive);
}

type Installation = Consumer & { readonly installed: string };

let installation: Installation | undefined;

/** A project with the packed package and its dependencies installed, and nothing else of this one. It goes with this process. */
function install(): Installation {
  if (installation !== undefined) return installation;
  const { dependencies } = manifestAt(PROJECT);
  const consumer = makeConsumer(
    Object.fromEntries(Object.keys(dependencies).map((name) => [name, `node_modules/${name}`])),
  );
  process.once("exit", () => consumer[Symbol.dispose]());
  const installed = join(consumer.directory, "node_modules/minke");
  mkdirSync(installed);
  execFileSync("tar", ["-xzf", pack(consumer.directory), "-C", installed, "--strip-components=1"]);
  installation = { ...consumer, installed };
  return installation;
}

const npm = unless(needs.program("npm"));

test("the package as published is imported, and its command line runs", npm, async () => {
  const consumer = install();
  const { version, bin } = manifestAt(PROJECT);
  const program = join(consumer.directory, "program.mjs");
  writeFileSync(
    program,
    `import { openEngine, hasCode } from "minke";
     import { EngineError, hasCode as same } from "minke/errors";
     console.log(typeof openEngine, typeof EngineError, hasCode === same);`,
  );
  const result = await runCommand([process.execPath, program]);
  assertExit(result);
  assert.equal(result.stdout, "function function true\n");
  const said = await runCommand([process.execPath, join(consumer.installed, bin["minke"] ?? ""), "version"]);
  assertExit(said);
  assert.match(said.stdout, new RegExp(`^Version: +${version.replaceAll(".", "\\.")}$`, "m"));
});

test("the package's types are right for every kind of module resolution", npm, () => {
  const consumer = install();
  writeFileSync(
    join(consumer.directory, "use.ts"),
    `import { type Engine, openEngine } from "minke";
     import type { ErrorCode } from "minke/errors";
     export const engine: Promise<Engine> = openEngine({ maxWorkers: 2 });
     export const code: ErrorCode = "NO_SUCH_POD";
     // @ts-expect-error: types that are not found would let this pass.
     export const wrong: ErrorCode = "NONSENSE";`,
  );
  const plain = { allowImportingTsExtensions: false, skipLibCheck: false };
  assert.equal(complaintsOf(consumer, { ...plain, module: "nodenext", moduleResolution: "nodenext" }), "");
  assert.equal(complaintsOf(consumer, { ...plain, module: "esnext", moduleResolution: "bundler" }), "");
});

test("the package holds what a user needs and nothing of its tests", npm, () => {
  const consumer = install();
  const files = readdirSync(consumer.installed, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(consumer.installed.length + 1));
  for (const wanted of ["LICENSE", "README.md", "CHANGELOG.md", "dist/lib/index.js", "dist/lib/index.d.ts"])
    assert.ok(files.includes(wanted), wanted);
  const strange = files.filter(
    (file) => /\.test\.|(^|\/)(fakes|testing|test)\//.test(file) || !/\.(js|d\.ts|md|json)$|LICENSE$/.test(file),
  );
  assert.deepEqual(strange, []);
});
