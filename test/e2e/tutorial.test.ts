import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { assertExit, type Result, runCommand } from "../support/command.ts";
import { mountsBelow } from "../support/leaks.ts";
import { needs, unless } from "../support/needs.ts";
import { freePort } from "../support/wait.ts";

const START = join(import.meta.dirname, "../../scripts/start.sh");

/** Runs the tutorial in an engine root of its own and takes that away again. */
async function start(port: number): Promise<Result> {
  const directory = mkdtempSync(join(tmpdir(), "minke-test-tutorial-"));
  try {
    const place = ["--root", join(directory, "root"), "--runroot", join(directory, "run")];
    const result = await runCommand(["bash", START, "--port", String(port), ...place]);
    assert.deepEqual(mountsBelow(directory), []);
    return result;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

test("npm start shows a pod from its images to its end", unless(needs.root), async () => {
  const result = await start(await freePort());
  assertExit(result);
  const commands = ["import", "pod create", "create --pod", "pod start", "pod ps", "logs", "pod stop", "pod rm"];
  for (const command of commands) assert.ok(result.stdout.includes(`$ minke ${command}`), command);
  assert.match(result.stdout, /^< PONG$/m);
  assert.match(result.stdout, /^< hello from the pod$/m);
  assert.match(result.stdout, /^prepared$/m);
  assert.match(result.stdout, /tutorial +Running/);
  assert.match(result.stdout, /tutorial +Exited/);
});

test("npm start with a port in use says so in one sentence", unless(needs.root), async () => {
  const server = createServer();
  server.listen(0, "0.0.0.0");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  try {
    const result = await start(port);
    assertExit(result, 1);
    assert.match(result.stderr, new RegExp(`^minke: port ${port} is in use on this host: [^\n]*\n$`));
  } finally {
    server.close();
  }
});
