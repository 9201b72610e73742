import assert from "node:assert/strict";
import { spawn } from "node:child_process";

/** How a command ended. */
export interface Result {
  readonly argv: readonly string[];
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** Text to write to standard input; absent means it is empty. */
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
}

/** Only a guard against hangs. */
const HANG_MS = 180_000;

/**
 * Runs a program to its end, and to the end of its output: a program that leaves a child holding its standard output
 * would hang a user's `$(...)` and hangs here.
 *
 * @param argv program and arguments
 */
export function runCommand(argv: readonly [string, ...string[]], options: CommandOptions = {}): Promise<Result> {
  const [program, ...args] = argv;
  const { stdin, env, ...rest } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...rest, env: env ?? process.env, stdio: ["pipe", "pipe", "pipe"] });
    const guard = setTimeout(() => {
      child.kill("SIGKILL");
      reject(
        new Error(`no end after ${HANG_MS / 1000} s: ${argv.join(" ")}\nstdout: ${text(out)}\nstderr: ${text(err)}`),
      );
    }, HANG_MS);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.stdin.on("error", () => {}); // A program may end before it has read its input.
    child.stdin.end(stdin ?? "");
    child.on("error", (error) => {
      clearTimeout(guard);
      reject(error);
    });
    child.on("close", (code, signal) => {
      clearTimeout(guard);
      resolve({ argv, code: code ?? (signal === null ? -1 : 1000), stdout: text(out), stderr: text(err) });
    });
  });
}

const text = (chunks: readonly Buffer[]) => Buffer.concat(chunks).toString("utf8");

/** Throws an assertion error that shows the whole command unless it exited with `code`. */
export function assertExit(result: Result, code = 0): void {
  assert.equal(
    result.code,
    code,
    `exit code ${result.code}, not ${code}: ${result.argv.join(" ")}\nstdout: ${result.stdout}\nstderr: ${result.stderr}`,
  );
}
