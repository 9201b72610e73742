#!/usr/bin/env node
import { lstatSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { isatty } from "node:tty";
import { fail } from "../base/errors.ts";
import type { GlobalFlags } from "../cli/command.ts";
import { type CliHost, main } from "../cli/main.ts";
import { TABLE } from "../cli/table.ts";
import type { Host } from "../host/ports.ts";
import { ProcessOutput } from "./process-output.ts";
import { ProcessSignals } from "./process-signals.ts";
import { readChunks, temporaryPath, writeChunks } from "./temporary-files.ts";

const DESCRIPTORS = { stdin: 0, stdout: 1, stderr: 2 } as const;

/** Go's words for the errors that a user meets when naming a file. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EACCES: "permission denied",
  EISDIR: "is a directory",
  ENOTDIR: "not a directory",
};

/** Go's names where they differ. */
const GO_ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386", mipsel: "mipsle" };

/** A program compiled by Bun is its own executable. */
const SELF = import.meta.url.includes("/$bunfs/") ? [process.execPath] : [process.execPath, import.meta.filename];

let opened: Host | undefined;

function hostTerminal() {
  if (opened) return opened.terminal;
  throw fail("INTERNAL", { message: "the terminal is needed before the host is open" });
}

async function openEngine({ logLevel: _, ...options }: GlobalFlags) {
  const [{ openHost }, open] = await Promise.all([import("../host/open.ts"), import("../open.ts")]);
  opened = await openHost();
  const engine = await open.openEngine({ ...options, host: opened, selfArgv: SELF });
  // The process ends with the command: closing the database would only move its log into it, with several fsyncs.
  return { ...engine, [Symbol.asyncDispose]: async () => undefined };
}

/** Ends the process at once. An open stdin, a timer or the runtime's own tear-down must not hold it back. */
async function leave(code: number): Promise<never> {
  if (opened === undefined) process.exit(code);
  const { openLibc } = await import("../host/open.ts");
  openLibc()._exit(code);
  process.exit(code);
}

function onFile<T>(verb: string, path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const code = (error as { readonly code?: string }).code ?? "";
    throw fail("INVALID_ARGUMENT", { message: `${verb} ${path}: ${REASONS[code] ?? code}` }, { cause: error });
  }
}

async function* readStdin(): AsyncGenerator<Uint8Array> {
  for await (const chunk of process.stdin) yield typeof chunk === "string" ? Buffer.from(chunk) : chunk;
}

async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve: done, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(done, milliseconds);
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

function cliHost(stdout: ProcessOutput, stderr: ProcessOutput): CliHost {
  const signals = new ProcessSignals();
  const args = process.argv.slice(2);
  const cwd = process.cwd();
  const at = (path: string) => resolve(cwd, path);
  return {
    args,
    argv: ["minke", ...args],
    euid: process.geteuid?.() ?? 0,
    env: process.env as Readonly<Record<string, string>>,
    cwd,
    stdin: { [Symbol.asyncIterator]: readStdin },
    terminal: {
      isTerminal: (stream) => isatty(DESCRIPTORS[stream]),
      size: () => hostTerminal().size(),
      rawMode: () => hostTerminal().rawMode(),
      resizes: (options) => hostTerminal().resizes(options),
    },
    signal: signals.signal,
    interruptedBy: () => signals.interruptedBy(),
    forwardSignals: (receive) => signals.forward(receive),
    out: (text) => stdout.write(text),
    outBytes: (chunk) => stdout.write(chunk),
    err: (text) => void stderr.write(text),
    errBytes: (chunk) => stderr.write(chunk),
    now: () => Date.now(),
    sleep: (milliseconds) => sleep(milliseconds, signals.signal),
    readFile: (path) => onFile("open", path, () => readFileSync(at(path), "utf8")),
    writeFile: (path, text) => onFile("open", path, () => writeFileSync(at(path), text)),
    fileExists: (path) => lstatSync(at(path), { throwIfNoEntry: false }) !== undefined,
    temporaryPath: () => {
      const parent = process.env["TMPDIR"] || "/var/tmp";
      return onFile("mkdir", parent, () => temporaryPath(parent));
    },
    readChunks: (path) => readChunks(at(path)),
    writeChunks: (path, chunks) => writeChunks(at(path), chunks, { signal: signals.signal }),
    platform: {
      architecture: GO_ARCHITECTURES[process.arch] ?? process.arch,
      runtime:
        process.versions["bun"] === undefined ? `node ${process.versions.node}` : `bun ${process.versions["bun"]}`,
    },
    openEngine,
  };
}

const stdout = new ProcessOutput(1);
const stderr = new ProcessOutput(2);
const code = await main(cliHost(stdout, stderr), TABLE);
await Promise.all([stdout.flush(), stderr.flush()]);
await leave(code);
