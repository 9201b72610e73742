import assert from "node:assert/strict";
import { collect, forEachHost, text, throwsErrno } from "./for-each-host.ts";

async function* chunks(...parts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

forEachHost("streams", (example) => {
  example("writes and reads large files", async ({ host, directory }) => {
    const path = `${directory}/big`;
    const part = "0123456789".repeat(10_000);
    assert.equal(await host.streams.write(path, chunks(part, part, part), { mode: 0o644, durable: true }), 300_000);
    assert.equal(text(await collect(host.streams.read(path))), part.repeat(3));
    assert.equal(text(await collect(host.streams.read(path, { start: 299_995 }))), "56789");
    assert.equal(text(await collect(host.streams.read(path, { start: 400_000 }))), "");
    assert.equal(host.inodes.lstat(path)?.mode, 0o644);
    await assert.rejects(host.streams.write(path, chunks("")), { errno: "EEXIST" });
    await assert.rejects(collect(host.streams.read(`${directory}/none`)), { errno: "ENOENT" });
  });

  example("an abort stops reading and writing with its reason", async ({ host, directory }) => {
    const stop = new AbortController();
    async function* endless() {
      for (;;) {
        yield Buffer.from("x");
        stop.abort(new Error("enough"));
      }
    }
    await assert.rejects(host.streams.write(`${directory}/f`, endless(), { signal: stop.signal }), /enough/);
    await assert.rejects(collect(host.streams.read(`${directory}/f`, { signal: stop.signal })), /enough/);
  });

  example("opens files for random access", ({ host, directory }) => {
    const path = `${directory}/f`;
    {
      using file = host.streams.open(path, "wx", 0o600);
      file.write(Buffer.from("hello "));
      file.write(Buffer.from("world"));
      file.sync();
      assert.equal(file.stat().size, 11);
      assert.ok(file.fd > 2);
    }
    using file = host.streams.open(path, "r");
    const buffer = new Uint8Array(5);
    assert.equal(file.read(buffer, 6), 5);
    assert.equal(text(buffer), "world");
    assert.equal(file.read(buffer, null), 5);
    assert.equal(text(buffer), "hello");
    assert.equal(file.read(buffer, 11), 0);
    throwsErrno(() => host.streams.open(path, "wx"), "EEXIST");
    throwsErrno(() => host.streams.open(`${directory}/none`, "r"), "ENOENT");
    using log = host.streams.open(path, "a");
    log.write(Buffer.from("!"));
    assert.equal(host.files.readText(path), "hello world!");
  });

  example("watches a directory from the moment of the call", async ({ host, directory }) => {
    const stop = new AbortController();
    const changes = host.streams.watch(directory, { signal: stop.signal });
    host.files.writeAtomic(`${directory}/exit-code`, "0");
    const seen: string[] = [];
    for await (const name of changes) {
      seen.push(name);
      if (name === "exit-code") break;
    }
    assert.ok(seen.includes("exit-code"));
    const others = host.streams.watch(directory, { signal: stop.signal });
    stop.abort();
    for await (const _name of others);
    throwsErrno(() => host.streams.watch(`${directory}/none`, { signal: new AbortController().signal }), "ENOENT");
  });
});
