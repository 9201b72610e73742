import { randomInt } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Only a guard against hangs. */
const HANG_MS = 60_000;

/**
 * Waits until `probe` returns something other than undefined or false, and returns it. What it waits for must be bound
 * to happen; the time-out only turns a hang into a failure that says what was missing.
 *
 * @param what completes "waited in vain for ..."
 */
export async function until<T>(what: string, probe: () => T | Promise<T>): Promise<NonNullable<T>> {
  const end = Date.now() + HANG_MS;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== null && found !== false) return found;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

const RESERVED = join(tmpdir(), "minke-test-ports");

/** Marks a port as this process's, so that tests running at the same time never choose the same one. */
function reservePort(port: number): boolean {
  mkdirSync(RESERVED, { recursive: true });
  const mark = join(RESERVED, String(port));
  try {
    mkdirSync(mark);
  } catch {
    return false;
  }
  process.once("exit", () => rmSync(mark, { recursive: true, force: true }));
  return true;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on("error", () => resolve(false));
    server.listen(port, "0.0.0.0", () => server.close(() => resolve(true)));
  });
}

/**
 * A TCP port of this host that nothing listens on, reserved for this process. It lies below the ports that the kernel
 * gives to outgoing connections.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(12_000, 32_000);
    if (reservePort(port) && (await isFree(port))) return port;
  }
}

/**
 * Sends `request` over TCP and returns what came back until `isWhole` says that the answer is whole or the other side
 * closes. Undefined if nobody answers.
 *
 * @param target host (default 127.0.0.1) and port
 */
export function ask(
  target: { readonly host?: string; readonly port: number },
  request: string,
  isWhole: (answer: string) => boolean = () => false,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = createConnection({ host: target.host ?? "127.0.0.1", port: target.port, timeout: 5_000 });
    const end = (value: string | undefined) => {
      socket.destroy();
      resolve(value);
    };
    socket.on("connect", () => socket.write(request));
    socket.on("data", (chunk) => {
      answer += chunk.toString();
      if (isWhole(answer)) end(answer);
    });
    socket.on("end", () => end(answer === "" ? undefined : answer));
    socket.on("timeout", () => end(undefined));
    socket.on("error", () => end(undefined));
  });
}

/** True if a redis answers PING on the port. */
export async function redisAnswers(port: number): Promise<boolean> {
  const answer = await ask({ port }, "PING\r\n", (text) => text.endsWith("\r\n"));
  return answer === "+PONG\r\n";
}
