import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TestRegistry extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  /** Where it keeps its blobs. */
  readonly storage: string;
}

const PROGRAM = "/usr/bin/docker-registry";

/** True if the Debian package docker-registry is installed. */
export function hasRegistry(): boolean {
  return existsSync(PROGRAM);
}

/** Starts a registry without authentication or TLS on a free loopback port; it dies when it is disposed. */
export async function startRegistry(): Promise<TestRegistry> {
  const directory = mkdtempSync(join(tmpdir(), "minke-registry-"));
  const address = `127.0.0.1:${await freePort()}`;
  const config = join(directory, "config.yml");
  writeFileSync(
    config,
    JSON.stringify({
      version: 0.1,
      log: { level: "error", accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: join(directory, "storage") }, delete: { enabled: true } },
      http: { addr: address },
    }),
  );
  const child = spawn(PROGRAM, ["serve", config], { stdio: "ignore" });
  const ended = once(child, "exit");
  const stop = async () => {
    child.kill("SIGKILL");
    await ended;
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await answers(`http://${address}/v2/`, () => child.exitCode !== null);
  } catch (error) {
    await stop();
    throw error;
  }
  return { address, storage: join(directory, "storage"), [Symbol.asyncDispose]: stop };
}

/** Asks until there is an answer or the program is gone. */
async function answers(url: string, isGone: () => boolean): Promise<void> {
  for (;;) {
    if (isGone()) throw new Error("docker-registry ended at once");
    const reply = await fetch(url).catch(() => undefined);
    await reply?.arrayBuffer();
    if (reply?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
