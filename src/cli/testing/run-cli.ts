import { resolve } from "node:path";
import { fail } from "../../base/errors.ts";
import type { GlobalFlags } from "../command.ts";
import { type CliHost, main } from "../main.ts";
import { TABLE } from "../table.ts";
import { type FakeEngine, fakeEngine } from "./fake-engine.ts";

export interface RunCliOptions {
  /** Text on stdin. */
  readonly stdin?: string;
  readonly euid?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Files by absolute path; a Map also receives what the command writes. */
  readonly files?: Readonly<Record<string, string>> | Map<string, string>;
  readonly cwd?: string;
  /** Streams that are terminals; none by default. */
  readonly terminals?: readonly ("stdin" | "stdout" | "stderr")[];
  /** Milliseconds since the epoch. */
  readonly now?: number;
  /** Signal of a Ctrl-C, to be aborted by the test. */
  readonly signal?: AbortSignal;
  readonly interruptedBy?: number;
  /** Called by every `io.sleep`. */
  readonly onSleep?: (milliseconds: number) => void;
}

export interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Global flags that the engine was opened with; undefined if it was not. */
  readonly opened: GlobalFlags | undefined;
  /** Arguments of the only call of that name. Throws if there were none or several. */
  call(name: string): readonly unknown[];
  /** What `terminal` was asked for: `raw`, `cooked`. */
  readonly terminal: readonly string[];
  /** How often the command asked for signals to pass on. */
  readonly forwarded: number;
}

function terminalOf(options: RunCliOptions, log: string[]): CliHost["terminal"] {
  return {
    isTerminal: (stream) => options.terminals?.includes(stream) === true,
    size: () => ({ rows: 24, columns: 80 }),
    rawMode: () => {
      log.push("raw");
      return { [Symbol.dispose]: () => void log.push("cooked") };
    },
    resizes: async function* () {},
  };
}

/**
 * Runs one command line of the whole CLI against an engine that only records.
 *
 * @param args without the program
 */
export async function runCli(
  args: readonly string[],
  fake: FakeEngine = fakeEngine(),
  options: RunCliOptions = {},
): Promise<CliResult> {
  const text = { out: "", err: "" };
  const terminal: string[] = [];
  const decoder = new TextDecoder();
  const cwd = options.cwd ?? "/work";
  let opened: GlobalFlags | undefined;
  let forwarded = 0;
  const files = options.files instanceof Map ? options.files : new Map(Object.entries(options.files ?? {}));
  const code = await main(
    {
      args,
      argv: ["minke", ...args],
      euid: options.euid ?? 0,
      env: options.env ?? {},
      cwd,
      stdin: (async function* () {
        if (options.stdin !== undefined) yield new TextEncoder().encode(options.stdin);
      })(),
      terminal: terminalOf(options, terminal),
      signal: options.signal ?? new AbortController().signal,
      interruptedBy: () => options.interruptedBy,
      forwardSignals: () => {
        forwarded += 1;
        return { [Symbol.dispose]: () => {} };
      },
      out: (chunk) => {
        text.out += chunk;
      },
      err: (chunk) => {
        text.err += chunk;
      },
      outBytes: (chunk) => {
        text.out += decoder.decode(chunk);
      },
      errBytes: (chunk) => {
        text.err += decoder.decode(chunk);
      },
      now: () => options.now ?? 0,
      sleep: async (milliseconds) => {
        options.onSleep?.(milliseconds);
        options.signal?.throwIfAborted();
      },
      readFile: (path) => {
        const found = files.get(resolve(cwd, path));
        if (found === undefined) throw fail("INVALID_ARGUMENT", { message: `open ${path}: no such file or directory` });
        return found;
      },
      writeFile: (path, content) => void files.set(resolve(cwd, path), content),
      fileExists: (path) => files.has(resolve(cwd, path)),
      temporaryPath: () => ({
        path: "/tmp/minke-test/file",
        [Symbol.dispose]: () => void files.delete("/tmp/minke-test/file"),
      }),
      readChunks: async function* (path) {
        yield new TextEncoder().encode(files.get(resolve(cwd, path)) ?? "");
      },
      writeChunks: async (path, chunks) => {
        let content = "";
        for await (const chunk of chunks) content += decoder.decode(chunk);
        files.set(resolve(cwd, path), content);
      },
      platform: { architecture: "amd64", runtime: "test" },
      openEngine: async (global) => {
        opened = global;
        return fake.engine;
      },
    },
    TABLE,
  );
  return {
    code,
    ...text,
    opened,
    terminal,
    forwarded,
    call: (name) => {
      const found = fake.calls.filter((one) => one.name === name);
      if (found.length !== 1) throw new Error(`${found.length} calls of ${name} among ${JSON.stringify(fake.calls)}`);
      return found[0]?.args ?? [];
    },
  };
}
