import { dirname } from "node:path";
import type { ChildPipe } from "../ports.ts";
import type { FakeKernel } from "./kernel.ts";
import { readAll } from "./pipes.ts";
import type { FakeEnding, FakeProcess, FakeProcessTable } from "./process-table.ts";

/** One start of a fake program. */
export interface Invocation {
  readonly process: FakeProcess;
  readonly path: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | undefined;
  /** The program's end of a descriptor that is a pipe; undefined for the others. */
  fd(number: number): ChildPipe | undefined;
  /** All of the standard input. */
  stdin(): Promise<string>;
  stdout(text: string | Uint8Array): void;
  stderr(text: string | Uint8Array): void;
  /** Descriptors of the parent that were passed on: number here to number there. */
  readonly inherited: ReadonlyMap<number, number>;
  /** Starts a process that shares the descriptors, as fork(2) does. */
  fork(argv: readonly string[], body: (child: FakeProcess) => FakeResult | Promise<FakeResult>): FakeProcess;
}

/** Exit code, other ending, or nothing for 0. */
export type FakeResult = number | FakeEnding | undefined;

/** What a fake program does. It ends when the result is there, or when something ends `invocation.process`. */
// biome-ignore lint/suspicious/noConfusingVoidType: a program that returns nothing exits with 0
export type FakeProgram = (invocation: Invocation) => FakeResult | void | Promise<FakeResult | void>;

const toEnding = (result: unknown): FakeEnding =>
  typeof result === "number" ? { code: result } : ((result as FakeEnding | undefined) ?? { code: 0 });

/** The programs that are installed on a fake machine. */
export class FakePrograms {
  readonly #kernel: FakeKernel;
  readonly #programs = new Map<string, FakeProgram>();

  constructor(kernel: FakeKernel) {
    this.#kernel = kernel;
  }

  /** Installs a program: an executable file at `path`, and what it does. */
  define(path: string, program: FakeProgram): void {
    this.#programs.set(path, program);
    const { tree } = this.#kernel;
    const missing: string[] = [];
    for (let parent = dirname(path); ; parent = dirname(parent)) {
      if (parent === "/" || exists(() => tree.find("stat", parent, true))) break;
      missing.unshift(parent);
    }
    for (const directory of missing) tree.put("mkdir", directory, tree.make("directory", 0o755));
    if (!exists(() => tree.find("stat", path, true))) tree.put("open", path, tree.make("file", 0o755));
  }

  get(path: string): FakeProgram | undefined {
    return this.#programs.get(path);
  }
}

function exists(look: () => unknown): boolean {
  try {
    look();
    return true;
  } catch {
    return false;
  }
}

/** How a program is connected to whoever started it. */
export interface Connections {
  /** By descriptor number. */
  readonly pipes: readonly (ChildPipe | undefined)[];
  readonly inherited: ReadonlyMap<number, number>;
  /** When the program and all its forks let go of the descriptors. */
  readonly onReleased: () => void;
}

/** Runs a program as a process of the table. */
export function execute(
  table: FakeProcessTable,
  program: FakeProgram,
  how: { readonly process: FakeProcess; readonly path: string; readonly connections: Connections },
): void {
  const { process, path, connections } = how;
  let holders = 0;
  const release = () => {
    holders -= 1;
    if (holders > 0) return;
    for (const pipe of connections.pipes) pipe?.close();
    connections.onReleased();
  };
  const follow = (running: FakeProcess, body: () => unknown) => {
    holders += 1;
    void Promise.resolve()
      .then(body)
      .catch((error: unknown) => {
        connections.pipes[2]?.write(`${error}`);
        return 255;
      })
      .then((result) => running.exit(toEnding(result)));
    void running.exited.then(release);
  };
  const invocation: Invocation = {
    process,
    path,
    args: process.start.argv.slice(1),
    env: process.start.env ?? {},
    cwd: process.start.cwd,
    fd: (number) => connections.pipes[number],
    stdin: async () => (connections.pipes[0] ? readAll(connections.pipes[0].data) : ""),
    stdout: (text) => connections.pipes[1]?.write(text),
    stderr: (text) => connections.pipes[2]?.write(text),
    inherited: connections.inherited,
    fork: (argv, body) => {
      const child = table.start({ ...process.start, parent: process.pid, argv });
      follow(child, () => body(child));
      return child;
    },
  };
  follow(process, () => program(invocation));
}
