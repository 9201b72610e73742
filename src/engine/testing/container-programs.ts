import type { FakeProcess } from "../../host/fakes/process-table.ts";

const SIGINT = 2;
const SIGKILL = 9;
const SIGTERM = 15;

/** A process in a container, as the program in it sees itself. */
export interface ContainerSelf {
  readonly argv: readonly string[];
  readonly process: FakeProcess;
  print(text: string, stream?: "stdout" | "stderr"): void;
  /** Called with each chunk of standard input, and with undefined at its end. */
  onInput(listener: (chunk: Uint8Array | undefined) => void): void;
}

/** What a program does when it runs: end, or leave handlers behind. */
export type ContainerProgram = (self: ContainerSelf) => void;

/** Ends with `code` on any signal that asks a process to end. */
function endOnTerm(self: ContainerSelf, code: (signal: number) => number): void {
  self.process.onSignal = (signal) => {
    if (signal !== SIGTERM && signal !== SIGINT) return signal !== SIGKILL;
    self.process.exit({ code: code(signal) });
    return true;
  };
}

function cat(self: ContainerSelf): void {
  endOnTerm(self, (signal) => 128 + signal);
  self.onInput((chunk) => {
    if (chunk === undefined) self.process.exit({ code: 0 });
    else self.print(Buffer.from(chunk).toString("utf8"));
  });
}

/**
 * Programs by argv[0].
 *
 * `sleep` runs until it is asked to end, `trap N` then exits with N, `ignore-term` never does, `exit N` ends at once, `print
 * TEXT...` writes and ends, `cat` echoes its input. `refuse-create` and `refuse-start` are refused by the runtime.
 */
export const CONTAINER_PROGRAMS: Readonly<Record<string, ContainerProgram>> = {
  "/catatonit": (self) => endOnTerm(self, () => 0),
  sleep: (self) => endOnTerm(self, (signal) => 128 + signal),
  trap: (self) => endOnTerm(self, () => Number(self.argv[1])),
  "ignore-term": (self) => {
    self.process.onSignal = () => true;
  },
  exit: (self) => self.process.exit({ code: Number(self.argv[1] ?? 0) }),
  print: (self) => {
    self.print(`${self.argv.slice(1).join(" ")}\n`);
    self.process.exit({ code: 0 });
  },
  cat,
  "refuse-create": () => {},
  "refuse-start": () => {},
};
