import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { findDebianProgram } from "./images.ts";

export interface TestRegistry extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  /** Where it keeps its blobs. */
  readonly storage: string;
}

const PROGRAM = findDebianProgram("/usr/bin/docker-registry");

/** True if the Debian package docker-registry is installed or unpacked. */
export function hasRegistry(): boolean {
  return PROGRAM !== undefined;
}

/** Starts a registry without authentication or TLS on a free loopback port; it dies when it is disposed. */
export async function startRegistry(): Promise<TestRegistry> {
  if (PROGRAM === undefined) throw new Error("docker-registry is neither installed nor unpacked");
  const directory = mkdtempSync(join(tmpdir(), "minke-registry-"));
  const config = join(directory, "config.yml");
  writeFileSync(
    config,
    JSON.stringify({
      version: 0.1,
      log: { level: "info", accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: join(directory, "storage") }, delete: { enabled: true } },
      http: { addr: "127.0.0.1:0" },
    }),
  );
  const child = spawn(PROGRAM, ["serve", config], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(child, "exit");
  const stop = async () => {
    child.kill("SIGKILL");
    await ended;
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const address = await listeningAddress(child.stderr);
    return { address, storage: join(directory, "storage"), [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The kernel chooses the port, and the registry logs it. */
function listeningAddress(log: Readable): Promise<string> {
  let text = "";
  return new Promise((resolve, reject) => {
    // Read on after the answer: a full pipe would stop the registry.
    log.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const address = /listening on (127\.0\.0\.1:\d+)/.exec(text)?.[1];
      if (address !== undefined) resolve(address);
    });
    log.on("close", () => reject(new Error(`docker-registry did not start: ${text}`)));
  });
}
