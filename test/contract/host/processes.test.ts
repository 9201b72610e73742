import assert from "node:assert/strict";
import { collect, forEachHost, text, throwsErrno } from "./for-each-host.ts";
import { ENVIRONMENT, script } from "./scripts.ts";

const env = ENVIRONMENT;

forEachHost("processes", (example) => {
  example("runs a program to its end", async ({ host, directory }) => {
    const run = host.processes.run.bind(host.processes);
    const exited = await run(...script("exit3"), { env });
    assert.deepEqual([exited.outcome, exited.outcome === "exited" && exited.code], ["exited", 3]);
    assert.deepEqual(exited.argv, ["/bin/sh", "-c", "exit 3"]);
    const killed = await run(...script("ownSignal"), { env });
    assert.deepEqual([killed.outcome, killed.outcome === "signalled" && killed.signal], ["signalled", "SIGTERM"]);
    assert.equal(text((await run(...script("cat"), { env, stdin: "to and fro" })).stdout), "to and fro");
    const both = await run(...script("bothStreams"), { env });
    assert.deepEqual([text(both.stdout), text(both.stderr)], ["out\n", "err\n"]);
    const where = await run(...script("environment"), { env: { NAME: "n" }, cwd: directory });
    assert.equal(text(where.stdout), `n:${directory}\n`);
    // Input that nobody reads.
    assert.equal((await run(...script("exit3"), { env, stdin: "x".repeat(1_000_000) })).outcome, "exited");
  });

  example("keeps the first bytes of the output and drops the rest", async ({ host }) => {
    let seen = 0;
    const onStdout = (chunk: Uint8Array) => {
      seen += chunk.byteLength;
    };
    const result = await host.processes.run(...script("megabytes"), { env, maxOutput: 1000, onStdout });
    assert.equal(result.outcome, "exited");
    assert.equal(result.stdout.byteLength, 1000);
    assert.equal(seen, 3_000_000);
  });

  example("says why a program did not start", async ({ host, directory }) => {
    host.files.writeAtomic(`${directory}/plain`, "", { mode: 0o644 });
    const table = [
      [`${directory}/none`, "ENOENT"],
      [`${directory}/plain`, "EACCES"],
    ] as const;
    for (const [path, errno] of table) {
      const result = await host.processes.run(path, [], { env });
      assert.deepEqual([result.outcome, result.outcome === "not-started" && result.errno], ["not-started", errno]);
      throwsErrno(() => host.processes.spawn(path, [], { env, stdio: ["ignore", "ignore", "ignore"] }), errno);
    }
  });

  example("aborts with SIGTERM, or SIGKILL for those who ignore it", async ({ host, pass }) => {
    for (const name of ["wait", "stubborn"] as const) {
      const stop = new AbortController();
      const onStdout = () => stop.abort();
      const running = host.processes.run(...script(name), { env, signal: stop.signal, killAfterMs: 5, onStdout });
      if (name === "stubborn") await pass(5);
      assert.equal((await running).outcome, "aborted");
    }
    const before = await host.processes.run(...script("exit3"), { env, signal: AbortSignal.abort() });
    assert.equal(before.outcome, "aborted");
  });

  example("times out", async ({ host, pass }) => {
    const running = host.processes.run(...script("wait"), { env, timeoutMs: 20 });
    await pass(20);
    assert.equal((await running).outcome, "timed-out");
  });

  example("spawns with pipes beyond the standard ones", async ({ host }) => {
    const stdio = ["ignore", "ignore", "ignore", "pipe", "pipe"] as const;
    const child = host.processes.spawn(...script("answer"), { env, stdio });
    assert.equal(child.pipes[0], undefined);
    child.pipes[3]?.write("question\n");
    const answer = child.pipes[4];
    assert.ok(answer);
    assert.equal(text(await collect(answer.data)), "got question\n");
    assert.deepEqual(await child.exited, { code: 7 });
  });

  example("closing the input ends it", async ({ host }) => {
    const child = host.processes.spawn(...script("drainInput"), { env, stdio: ["pipe", "ignore", "ignore"] });
    child.pipes[0]?.write("x".repeat(200_000));
    child.pipes[0]?.close();
    assert.deepEqual(await child.exited, { code: 4 });
  });

  example("a pipe to a dead child just ends", async ({ host }) => {
    const child = host.processes.spawn(...script("exit3"), { env, stdio: ["ignore", "ignore", "ignore", "pipe"] });
    child.pipes[3]?.write("start");
    assert.deepEqual(await child.exited, { code: 3 });
    const pipe = child.pipes[3];
    assert.ok(pipe);
    assert.equal(text(await collect(pipe.data)), "");
    pipe.write("too late");
    await pipe[Symbol.asyncDispose]();
  });

  example("passes open descriptors on", async ({ host, directory }) => {
    using file = host.streams.open(`${directory}/f`, "w");
    const stdio = ["ignore", "ignore", "ignore", file.fd] as const;
    const child = host.processes.spawn(...script("inheritedThree"), { env, stdio });
    assert.deepEqual(await child.exited, { code: 5 });
  });

  example("looks at processes and signals them", async ({ host }) => {
    const { processes } = host;
    assert.ok((processes.stat(processes.self)?.startTicks ?? 0) > 0);
    assert.ok(processes.argv(processes.self).length > 0);
    const child = processes.spawn(...script("wait"), { env, stdio: ["ignore", "pipe", "ignore"] });
    assert.equal(processes.stat(child.pid)?.parent, processes.self);
    assert.equal(processes.kill(child.pid, 0), true);
    assert.equal(processes.kill(child.pid, 9), true);
    assert.deepEqual(await child.exited, { signal: "SIGKILL" });
    assert.equal(processes.kill(child.pid, 0), false);
    assert.equal(processes.stat(child.pid), undefined);
    assert.deepEqual(processes.argv(child.pid), []);
    for (const pid of [0, -1, 1.5, Number.NaN]) assert.throws(() => processes.kill(pid, 0), RangeError);
  });

  example("finds programs", ({ host, directory }) => {
    host.files.makeDir(`${directory}/bin/directory`);
    host.files.writeAtomic(`${directory}/bin/tool`, "", { mode: 0o755 });
    host.files.writeAtomic(`${directory}/bin/data`, "", { mode: 0o644 });
    const directories = [`${directory}/none`, `${directory}/bin`];
    assert.equal(host.processes.find("tool", directories), `${directory}/bin/tool`);
    assert.equal(host.processes.find(`${directory}/bin/tool`, []), `${directory}/bin/tool`);
    for (const name of ["data", "directory", "none", "", "../bin/tool"])
      assert.equal(host.processes.find(name, directories), undefined, name);
  });
});
