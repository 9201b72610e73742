import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { type Bench, forEachHost } from "./for-each-host.ts";

const OWN = "/proc/self/ns/net";
const IP = "127.0.0.1";
const HELLO = "HTTP/1.1 200 OK";

/** Listens on a free port: answers every request with a line, or never. Accepted connections end with it. */
async function serve(bench: Bench, answer: string | undefined): Promise<{ readonly port: number } & AsyncDisposable> {
  if (bench.fake !== undefined) {
    bench.fake.files.makeDir("/proc/self/ns");
    bench.fake.files.writeAtomic(OWN, "");
    const listening = bench.fake.tcp.listen(OWN, { ip: IP, port: 80 }, () => answer);
    return { port: 80, [Symbol.asyncDispose]: async () => listening[Symbol.dispose]() };
  }
  const open = new Set<{ destroy(): void }>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => {});
    socket.on("data", () => answer !== undefined && socket.write(`${answer}\r\nContent-Length: 0\r\n\r\n`));
  });
  server.listen(0, IP);
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return {
    port: address.port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}

forEachHost("namespaces.askTcp", (example) => {
  example(
    "connects, and sends a request and reads the first line",
    async (bench) => {
      await using service = await serve(bench, HELLO);
      const { namespaces } = bench.host;
      const target = { ip: IP, port: service.port };
      assert.equal(await namespaces.askTcp(OWN, target, { timeoutMs: 60_000 }), "");
      const line = await namespaces.askTcp(OWN, target, { timeoutMs: 60_000, request: "GET / HTTP/1.1\r\n\r\n" });
      assert.equal(line, HELLO);
    },
    "root",
  );

  example(
    "a port that nobody listens on, a missing namespace, a silent service and an abort are told apart",
    async (bench) => {
      const { host } = bench;
      const silent = await serve(bench, undefined);
      const target = { ip: IP, port: silent.port };
      const ask = host.namespaces.askTcp(OWN, target, { timeoutMs: 20, request: "anybody\r\n" });
      const refused = assert.rejects(ask, { errno: "ETIMEDOUT" });
      await bench.pass(20);
      await refused;
      const stop = new AbortController();
      stop.abort(new Error("enough"));
      const aborted = host.namespaces.askTcp(OWN, target, { timeoutMs: 60_000, signal: stop.signal });
      await assert.rejects(aborted, /enough/);
      await silent[Symbol.asyncDispose]();
      const gone = `${bench.directory}/gone`;
      await assert.rejects(host.namespaces.askTcp(gone, target, { timeoutMs: 60_000 }), { errno: "ENOENT" });
      await assert.rejects(host.namespaces.askTcp(OWN, target, { timeoutMs: 60_000 }), { errno: "ECONNREFUSED" });
    },
    "root",
  );

  example(
    "another namespace has its own ports",
    async (bench) => {
      await using service = await serve(bench, HELLO);
      const { namespaces } = bench.host;
      const path = `${bench.directory}/ns`;
      namespaces.create(path);
      const elsewhere = namespaces.askTcp(path, { ip: IP, port: service.port }, { timeoutMs: 60_000 });
      // The loopback of a new namespace is down: there is no way to the address at all.
      await assert.rejects(elsewhere, (error: { errno?: string }) =>
        ["ECONNREFUSED", "ENETUNREACH"].includes(error.errno ?? ""),
      );
      namespaces.remove(path);
    },
    "root",
  );
});
