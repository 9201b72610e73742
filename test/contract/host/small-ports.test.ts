import assert from "node:assert/strict";
import { forEachHost } from "./for-each-host.ts";

forEachHost("clock", (example) => {
  example("agrees with itself and never runs back", ({ host }) => {
    const { clock } = host;
    const before = clock.monotonic();
    assert.ok(Math.abs(Number(clock.nowNs() / 1_000_000n) - clock.now()) < 60_000);
    assert.ok(clock.monotonic() >= before);
  });

  example("sleeps, and wakes for an abort with its reason", async ({ host, pass }) => {
    const sleeping = host.clock.sleep(2);
    await pass(2);
    await sleeping;
    const stop = new AbortController();
    const long = host.clock.sleep(1_000_000, { signal: stop.signal });
    stop.abort(new Error("wake up"));
    await assert.rejects(long, /wake up/);
    await assert.rejects(host.clock.sleep(1, { signal: stop.signal }), /wake up/);
  });
});

forEachHost("random", (example) => {
  example("gives as many bytes as asked, and others each time", ({ host }) => {
    assert.equal(host.random.bytes(0).byteLength, 0);
    assert.equal(host.random.bytes(100_000).byteLength, 100_000);
    assert.notDeepEqual(host.random.bytes(16), host.random.bytes(16));
  });
});

forEachHost("system", (example) => {
  example("knows who and where it is", ({ host }) => {
    const { system } = host;
    assert.ok(system.euid >= 0 && system.egid >= 0 && system.cpus > 0 && system.memory > 0);
    assert.match(system.architecture, /^[a-z0-9]+$/);
    assert.match(system.bootId, /^[0-9a-f-]{36}$/);
    assert.ok(system.kernel !== "" && system.hostname !== "");
    assert.ok(system.boundingCapabilities.every((name) => /^CAP_[A-Z_]+$/.test(name)));
    const { nofile } = system.hardLimits;
    assert.ok(nofile && (nofile.hard === -1 || nofile.hard >= nofile.soft));
    assert.ok(system.selfArgv.every((word) => word.startsWith("/")));
    assert.equal(system.selfCommand[0], "minke");
    assert.equal(system.cwd[0], "/");
    assert.equal(typeof system.systemdIsRunning(), "boolean");
    assert.equal(typeof system.env["PATH"], "string");
  });
});

forEachHost("compression", (example) => {
  async function* once(...parts: readonly Uint8Array[]) {
    yield* parts;
  }
  example("packs and unpacks", async ({ host }) => {
    const data = Buffer.from("minke ".repeat(10_000));
    const packed: Uint8Array[] = [];
    for await (const chunk of host.compression.gzip(once(data))) packed.push(chunk);
    const unpacked: Uint8Array[] = [];
    for await (const chunk of host.compression.gunzip(once(...packed))) unpacked.push(chunk);
    assert.deepEqual(Buffer.concat(unpacked), data);
    const broken = async () => {
      for await (const _chunk of host.compression.gunzip(once(Buffer.from("no gzip"))));
    };
    await assert.rejects(broken(), { errno: "EBADMSG" });
  });
});

forEachHost("terminal", (example) => {
  example("stops telling about sizes when aborted", async ({ host }) => {
    const stop = new AbortController();
    const sizes = host.terminal.resizes({ signal: stop.signal });
    stop.abort();
    for await (const _size of sizes);
    assert.equal(typeof host.terminal.isTerminal("stdin"), "boolean");
  });
});
