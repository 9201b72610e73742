import assert from "node:assert/strict";
import { test } from "node:test";
import { fail } from "../base/errors.ts";
import { fakeEngine } from "./testing/fake-engine.ts";
import { runCli } from "./testing/run-cli.ts";

const firstLine = (text: string) => text.split("\n", 1)[0];

test("the program alone prints help and says that a command is missing", async () => {
  const { code, out, err } = await runCli([]);
  assert.equal(code, 125);
  assert.match(out, /^Manage pods, containers and images\n\nUsage:\n {2}minke \[options\] \[command\]\n/);
  assert.match(out, /\n {2}ps {9}\s*List containers\n/);
  assert.match(out, /\n {6}--root string /);
  assert.equal(err, "Error: missing command 'minke COMMAND'\n");
});

test("a group alone prints its commands and says that one is missing", async () => {
  const { code, out, err } = await runCli(["pod"]);
  assert.equal(code, 125);
  assert.match(out, /^Manage pods\n\nDescription:\n/);
  assert.match(out, /\nUsage:\n {2}minke pod \[command\]\n\nAvailable Commands:\n/);
  assert.equal(err, "Error: missing command 'minke pod COMMAND'\n");
});

test("help of a command, a group and the program", async () => {
  for (const args of [
    ["stop", "--help"],
    ["help", "stop"],
    ["stop", "-h"],
  ]) {
    const { code, out, err } = await runCli(args, fakeEngine(), { euid: 1000 });
    assert.equal(code, 0);
    assert.equal(err, "");
    assert.match(
      out,
      /\nUsage:\n {2}minke stop \[options\] CONTAINER \[CONTAINER\.\.\.\]\n\nExamples:\n {2}minke stop web\n/,
    );
    assert.match(out, /\n {2}-t, --time uint {2,}Seconds until SIGKILL \(default 10\)\n/);
  }
  assert.equal(firstLine((await runCli(["help", "container"])).out), "Manage containers");
  assert.equal(firstLine((await runCli(["container", "--help"])).out), "Manage containers");
  const unknown = await runCli(["help", "zz"]);
  assert.equal(unknown.code, 0);
  assert.match(unknown.out, /^Unknown help topic \[`zz`\]\nUsage:\n/);
});

test("the version needs neither a command nor root", async () => {
  for (const flag of ["--version", "-v"])
    assert.match((await runCli([flag], fakeEngine(), { euid: 1000 })).out, /^minke version \d+\.\d+\.\d+\n$/);
});

const refused: readonly (readonly [readonly string[], string])[] = [
  [["--foo"], "Error: unknown flag: --foo\nSee 'minke --help'\n"],
  [["pod", "--foo"], "Error: unknown flag: --foo\nSee 'minke pod --help'\n"],
  [["container", "rm", "--foo"], "Error: unknown flag: --foo\nSee 'minke container rm --help'\n"],
  [["run"], "Error: requires at least 1 arg(s), only received 0\n"],
  [["rename", "a"], "Error: accepts 2 arg(s), received 1\n"],
  [["ps", "x"], "Error: `minke ps` takes no arguments\n"],
  [["exists"], "Error: unrecognized command `minke exists`\nTry 'minke --help' for more information\n"],
  [
    ["stpo"],
    "Error: unrecognized command `minke stpo`\n\nDid you mean this?\n\tstop\n\nTry 'minke --help' for more information\n",
  ],
  [["--storage-driver", "vfs", "ps"], 'Error: storage driver "vfs" is not supported, only overlay is\n'],
  [["ps", "--cgroup-manager=x"], 'Error: invalid cgroup manager "x": use cgroupfs or systemd\n'],
];

test("bad command lines are refused before the engine is opened", async () => {
  for (const [args, message] of refused) {
    const { code, err, opened } = await runCli(args);
    assert.equal(err, message, args.join(" "));
    assert.equal(code, 125);
    assert.equal(opened, undefined);
  }
});

test("an ordinary user is told that root is needed", async () => {
  const { code, err, opened } = await runCli(["container", "ps"], fakeEngine(), { euid: 1000 });
  assert.equal(code, 125);
  assert.equal(err, "Error: minke container ps needs root for now: run it as root or with sudo\n");
  assert.equal(opened, undefined);
});

test("global flags may stand before, between and behind the names", async () => {
  const line = ["--root", "/a", "container", "--runroot=/b", "ps", "--root", "/c", "--max-workers", "3"];
  const { opened, code } = await runCli(line);
  assert.equal(code, 0);
  assert.deepEqual(opened, { root: "/c", runRoot: "/b", maxWorkers: 3, logLevel: "warn", quiet: false });
});

test("--noout writes nothing to stdout", async () => {
  assert.equal((await runCli(["--noout", "stop", "web"])).out, "");
  assert.equal((await runCli(["stop", "web"])).out, "web\n");
});

test("the engine is disposed whether the command works or fails", async () => {
  const fake = fakeEngine({
    "containers.rename": async () => {
      throw fail("NO_SUCH_CONTAINER", { ref: "a" });
    },
  });
  const { code, err } = await runCli(["rename", "a", "b"], fake);
  assert.equal(err, 'Error: no container with name or ID "a" found: no such container\n');
  assert.equal(code, 125);
  assert.equal(fake.disposed, 1);
});

test("causes are shown at log level debug", async () => {
  const fake = fakeEngine({
    "containers.rename": async () => {
      throw fail("INVALID_ARGUMENT", { message: "no" }, { cause: new Error("disk") });
    },
  });
  const { err } = await runCli(["--log-level=debug", "rename", "a", "b"], fake);
  assert.equal(err, "Error: no\n  because: disk\n");
});

test("an interrupted command says nothing and exits as the signal has it", async () => {
  const controller = new AbortController();
  const fake = fakeEngine({
    "containers.stop": async () => {
      controller.abort();
      throw fail("CANCELLED", { operation: "stop" });
    },
  });
  const result = await runCli(["stop", "web"], fake, { signal: controller.signal, interruptedBy: 2 });
  assert.equal(result.code, 130);
  assert.equal(result.err, "");
});
