import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import type { EngineCli } from "../support/engine-cli.ts";
import { openSandbox } from "../support/minke.ts";
import { until } from "../support/wait.ts";

const PROJECT = join(import.meta.dirname, "../..");

/** A program that makes a pod of its own, says so, and goes on until it is ended. */
const PROGRAM = `
const [root, runRoot] = process.argv.slice(1);
const { openEngine } = await import(${JSON.stringify(join(PROJECT, "src/index.ts"))});
const engine = await openEngine({ root, runRoot });
const member = { image: "busybox", command: ["sleep", "1000"] };
const pod = await engine.pods.create({ name: "owned", lifetime: "owner", containers: { a: member, b: member } });
const report = await pod.start();
console.log(report.ok ? "started" : String(report.error));
process.stdin.on("end", async () => {
  await pod[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
  process.exit(0);
}).resume();
`;

const RUNTIMES = {
  bun: [join(PROJECT, "node_modules/.bin/bun"), "-e"],
  node: [join(PROJECT, "node_modules/.bin/node"), "--input-type=module", "-e"],
} as const;

async function startOwner(minke: EngineCli, runtime: keyof typeof RUNTIMES): Promise<ChildProcess> {
  const [program, ...flags] = RUNTIMES[runtime];
  const args = [...flags, PROGRAM, "--", join(minke.directory, "root"), join(minke.directory, "run")];
  // Node keeps the separator out of argv, Bun does not need it.
  const argv = runtime === "bun" ? args.filter((arg) => arg !== "--") : args;
  const child = spawn(program, argv, { env: minke.env, stdio: ["pipe", "pipe", "inherit"] });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  assert.equal(line.toString().trim(), "started");
  return child;
}

for (const runtime of ["bun", "node"] as const)
  test(`kill -9 of the ${runtime} program that owns a pod removes the pod; so does leaving its scope`, async () => {
    await using minke = await openSandbox();
    const killed = await startOwner(minke, runtime);
    assert.equal(await minke.ok("pod", "ps", "--format", "{{.Name}} {{.Status}}"), "owned Running");
    killed.kill("SIGKILL");
    await once(killed, "exit");
    await until("the pod to go", async () => (await minke.ok("pod", "ps", "-q")) === "");
    assert.equal(await minke.ok("ps", "-aq"), "");

    const leaving = await startOwner(minke, runtime);
    leaving.stdin?.end();
    await once(leaving, "exit");
    assert.equal(await minke.ok("pod", "ps", "-q"), "");
  });
