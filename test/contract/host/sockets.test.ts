import assert from "node:assert/strict";
import { closeSync } from "node:fs";
import { openBunSocket } from "../../../src/host/bun.ts";
import { EventQueue } from "../../../src/host/event-queue.ts";
import { check } from "../../../src/host/libc.ts";
import type { LoopSocket } from "../../../src/host/loop-socket.ts";
import { openNodeSocket } from "../../../src/host/node-socket.ts";
import { openLibc } from "../../../src/host/open.ts";
import { AF_UNIX, unixAddress } from "../../../src/host/socket-address.ts";
import { type Bench, forEachHost, text, throwsErrno } from "./for-each-host.ts";

const SOCK_SEQPACKET = 5;
const NONBLOCK_CLOEXEC = 0o4000 | 0o2000000;

interface Server extends Disposable {
  /** Takes one waiting connection. */
  accept(): Promise<{ messages: AsyncIterable<Uint8Array>; send(message: Uint8Array): void; close(): void }>;
}

/** A listening SOCK_SEQPACKET socket, made with the same C library. */
function listenReal(path: string): Server {
  const libc = openLibc();
  const listener = check(libc.socket(AF_UNIX, SOCK_SEQPACKET | NONBLOCK_CLOEXEC, 0), "socket", path);
  const address = unixAddress(path);
  check(libc.bind(listener, address, address.byteLength), "bind", path);
  check(libc.listen(listener, 5), "listen", path);
  return {
    accept: async () => {
      const fd = check(libc.accept4(listener, null, null, NONBLOCK_CLOEXEC), "accept", path);
      const messages = new EventQueue<Uint8Array>();
      const events = { data: (message: Uint8Array) => messages.push(message), close: () => messages.end() };
      const open: (fd: number, e: typeof events) => LoopSocket | Promise<LoopSocket> =
        process.versions.bun === undefined ? openNodeSocket : openBunSocket;
      const socket = await open(fd, events);
      return { messages, send: (message) => void socket.write(message), close: () => socket.close() };
    },
    [Symbol.dispose]: () => closeSync(listener),
  };
}

function listen(bench: Bench, path: string): Server {
  if (bench.fake === undefined) return listenReal(path);
  const waiting: Awaited<ReturnType<Server["accept"]>>[] = [];
  const listening = bench.fake.sockets.listen(path, (peer) => waiting.push(peer));
  return {
    accept: async () => waiting.shift() ?? assert.fail("nobody connected"),
    [Symbol.dispose]: () => listening[Symbol.dispose](),
  };
}

/** The server's side needs a short path; the client's may be longer than sun_path. */
async function connected(bench: Bench) {
  const { host, directory } = bench;
  const server = listen(bench, `${directory}/attach`);
  const long = `${directory}/${"l".repeat(120)}`;
  host.files.makeDir(long);
  host.files.rename(`${directory}/attach`, `${long}/attach`);
  const client = await host.sockets.connectSeqpacket(`${long}/attach`);
  const peer = await server.accept();
  return { server, client, peer };
}

forEachHost("sockets", (example) => {
  example("keeps the framing of messages in both directions", async (bench) => {
    const { server, client, peer } = await connected(bench);
    using _server = server;
    for (const message of ["\u0002one", "\u0003two", "\u0002"]) peer.send(Buffer.from(message));
    const seen: string[] = [];
    for await (const message of client.messages) {
      seen.push(text(message));
      if (seen.length === 3) break;
    }
    assert.deepEqual(seen, ["\u0002one", "\u0003two", "\u0002"]);
    await client.send(Buffer.from("typed"));
    await client.send(new Uint8Array());
    await client.send(Buffer.from("more"));
    client.endInput();
    const typed: string[] = [];
    for await (const message of peer.messages) typed.push(text(message));
    assert.deepEqual(typed, ["typed", "more"]);
    await assert.rejects(client.send(new Uint8Array(8193)), RangeError);
    await client[Symbol.asyncDispose]();
    peer.close();
  });

  example("loses nothing when the consumer is slow, and ends with the other side", async (bench) => {
    const { server, client, peer } = await connected(bench);
    using _server = server;
    const count = 600;
    for (let index = 0; index < count; index += 1) peer.send(new Uint8Array(8192).fill(index % 256));
    let next = 0;
    for await (const message of client.messages) {
      assert.equal(message.byteLength, 8192);
      assert.equal(message[0], next % 256);
      next += 1;
      if (next === count) peer.close();
    }
    assert.equal(next, count);
    await client.send(Buffer.from("nobody reads this"));
    await client[Symbol.asyncDispose]();
  });

  example("tells a missing socket from a deserted one", async (bench) => {
    const { host, directory } = bench;
    await assert.rejects(host.sockets.connectSeqpacket(`${directory}/none`), { errno: "ENOENT" });
    listen(bench, `${directory}/attach`)[Symbol.dispose]();
    await assert.rejects(host.sockets.connectSeqpacket(`${directory}/attach`), { errno: "ECONNREFUSED" });
    const signal = AbortSignal.abort(new Error("enough"));
    await assert.rejects(host.sockets.connectSeqpacket(`${directory}/attach`, { signal }), /enough/);
  });

  example("reserves ports until disposed", ({ host }) => {
    const free = (protocol: "tcp" | "udp", address: string) => {
      for (let port = 15000 + (host.processes.self % 10000); ; port += 7) {
        try {
          return { port, held: host.sockets.reservePort(protocol, address, port) };
        } catch (error) {
          if ((error as { errno?: string }).errno !== "EADDRINUSE") throw error;
        }
      }
    };
    for (const protocol of ["tcp", "udp"] as const) {
      const { port, held } = free(protocol, "127.0.0.1");
      assert.ok(held.fd > 2);
      throwsErrno(() => host.sockets.reservePort(protocol, "127.0.0.1", port), "EADDRINUSE");
      throwsErrno(() => host.sockets.reservePort(protocol, "", port), "EADDRINUSE");
      host.sockets.reservePort(protocol, "127.0.0.2", port)[Symbol.dispose]();
      held[Symbol.dispose]();
      held[Symbol.dispose]();
      host.sockets.reservePort(protocol, "127.0.0.1", port)[Symbol.dispose]();
    }
  });
});
