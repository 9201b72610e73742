import assert from "node:assert/strict";
import { test } from "node:test";
import { openFakeHost } from "../../host/fakes/open.ts";
import { SupervisorGate } from "./gate.ts";

const DIRECTORY = "/run/minke/supervisor";

function openGate() {
  const host = openFakeHost();
  const started: string[] = [];
  host.programs.define("/usr/bin/minke", ({ args }) => void started.push(args.join(" ")));
  const deps = { host, directory: DIRECTORY, selfArgv: ["/usr/bin/minke", "--root", "/r"], movesProcesses: () => true };
  return { host, started, deps, gate: new SupervisorGate(deps) };
}

/** Lets started programs run. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

test("a supervisor is started unless one runs, and always woken", async () => {
  const { host, started, gate } = openGate();
  gate.needed();
  await turn();
  assert.deepEqual(started, ["--root /r system supervise"]);
  const lock = await host.another().locks.acquire(gate.lockPath);
  host.files.remove(`${DIRECTORY}/poke`);
  gate.needed();
  await turn();
  assert.equal(started.length, 1);
  assert.deepEqual(host.files.list(DIRECTORY), ["lock", "poke"]);
  lock[Symbol.dispose]();
  gate.needed();
  await turn();
  assert.equal(started.length, 2);
});

test("one that was killed in the midst of its work is replaced, with one look a second", async () => {
  const { host, started, gate } = openGate();
  gate.revive();
  host.files.makeDir(DIRECTORY);
  host.files.writeAtomic(gate.markPath, "7");
  gate.revive();
  await turn();
  assert.deepEqual(started, []);
  host.clock.advance(1000);
  gate.revive();
  await turn();
  assert.equal(started.length, 1);
});

test("a host that cannot start one does not fail the command", () => {
  const { host, deps } = openGate();
  new SupervisorGate({ ...deps, selfArgv: ["/nosuch"] }).needed();
  new SupervisorGate({ ...deps, selfArgv: [] }).needed();
  assert.equal(host.files.readText(`${DIRECTORY}/poke`), "");
});
