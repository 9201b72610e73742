import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type FakeHost, openFakeHost } from "../../../src/host/fakes/open.ts";
import { openHost } from "../../../src/host/open.ts";
import type { Host } from "../../../src/host/ports.ts";
import { installShell } from "./scripts.ts";

/** What a test of the real host needs of the machine. */
export type Need = "root" | "cgroups";

/** One host with a fresh directory. */
export interface Bench extends AsyncDisposable {
  readonly kind: "real" | "fake";
  readonly host: Host;
  /** The fake host, to play the rest of the world on it. */
  readonly fake: FakeHost | undefined;
  readonly directory: string;
  /** Lets time pass for whoever sleeps: the fake clock moves, the real one needs no help. */
  pass(milliseconds: number): Promise<void>;
}

async function openReal(): Promise<Bench> {
  const host = await openHost();
  const directory = mkdtempSync(join(tmpdir(), "minke-contract-"));
  return {
    kind: "real",
    host,
    fake: undefined,
    directory,
    pass: async () => {},
    [Symbol.asyncDispose]: async () => {
      const inside = host.mounts.list().filter((mount) => mount.mountPoint.startsWith(`${directory}/`));
      for (const mount of inside.reverse()) host.mounts.unmount(mount.mountPoint, { lazy: true });
      host.files.removeTree(directory);
    },
  };
}

async function openFake(): Promise<Bench> {
  const fake = openFakeHost();
  installShell(fake);
  const directory = "/tmp/contract";
  fake.files.makeDir(directory);
  return {
    kind: "fake",
    host: fake,
    fake,
    directory,
    pass: async (milliseconds) => {
      await fake.clock.whenSleeping();
      fake.clock.advance(milliseconds);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

const openers = { real: openReal, fake: openFake } as const;

async function missing(need: Need | undefined): Promise<string | undefined> {
  if (need === undefined) return undefined;
  const host = await openHost();
  if (host.system.euid !== 0) return "needs root";
  if (need === "root") return undefined;
  const path = `/minke-probe-${host.processes.self}`;
  try {
    host.cgroups.create(path);
    host.cgroups.remove(path);
    return undefined;
  } catch (error) {
    return `needs writable control groups (${error})`;
  }
}

/** Declares one case of a suite. */
export type Case = (title: string, body: (bench: Bench) => Promise<void> | void, need?: Need) => void;

/**
 * Runs a suite on the real host and on its twin in memory. Cases of the real host that the machine can't run are skipped
 * with the reason.
 */
export function forEachHost(port: string, suite: (example: Case) => void): void {
  for (const kind of ["real", "fake"] as const) {
    suite((title, body, need) => {
      test(`${port} (${kind}): ${title}`, async (context) => {
        const reason = kind === "real" ? await missing(need) : undefined;
        if (reason !== undefined) {
          console.log(`skipped: ${port} (${kind}): ${title}: ${reason}`);
          context.skip?.(reason);
          return;
        }
        await using bench = await openers[kind]();
        await body(bench);
      });
    });
  }
}

/** Fails unless `body` throws a HostError with that errno. */
export function throwsErrno(body: () => unknown, ...errnos: readonly string[]): void {
  let result: unknown;
  try {
    result = body();
  } catch (error) {
    const { errno } = error as { errno?: string };
    if (errno !== undefined && errnos.includes(errno)) return;
    throw error;
  }
  throw new Error(`expected ${errnos.join(" or ")}, got ${String(result)}`);
}

export const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("utf8");

export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}
