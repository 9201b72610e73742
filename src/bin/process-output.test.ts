import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";

const MODULE = join(import.meta.dirname, "process-output.ts");

/** Starts a program that waits for the end of its stdin and then runs `body` with `out`, a ProcessOutput of stdout. */
function writer(body: string) {
  const program = `
    const { ProcessOutput } = await import(${JSON.stringify(MODULE)});
    for await (const _ of process.stdin) {}
    const out = new ProcessOutput(1);
    ${body}
    await out.flush();
    process.exit(7);`;
  return spawn(process.execPath, ["-e", program], { stdio: ["pipe", "pipe", "pipe"] });
}

test("everything is written in order, also more than a pipe holds", async () => {
  const child = writer(`
    for (let i = 0; i < 40; i++) void out.write(String(i % 10).repeat(10_000));
    await out.write(new TextEncoder().encode("end"));`);
  child.stdin.end();
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  const [code] = await once(child, "close");
  const expected = Array.from({ length: 40 }, (_, i) => String(i % 10).repeat(10_000)).join("");
  assert.equal(text === `${expected}end`, true);
  assert.equal(code, 7);
});

test("a reader that has gone ends the program quietly", async () => {
  const child = writer(`out.write("x".repeat(100_000));`);
  let complaints = "";
  child.stderr.on("data", (chunk) => {
    complaints += chunk;
  });
  child.stdout.destroy();
  await once(child.stdout, "close");
  child.stdin.end();
  const [code] = await once(child, "exit");
  assert.deepEqual([code, complaints], [141, ""]);
});
