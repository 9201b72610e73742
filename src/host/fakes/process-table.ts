import { constants } from "node:os";

/** How a process ended. */
export type FakeEnding = { readonly code: number } | { readonly signal: string };

/** What a process does about a signal: true means that it was handled. */
export type SignalHandler = (signal: number) => boolean;

const TICKS_PER_MS = 0.1;
const { SIGKILL, SIGCHLD, SIGCONT, SIGWINCH, SIGURG, SIGSTOP, SIGTSTP } = constants.signals;

/** Signals that end nothing by default. */
const HARMLESS: readonly number[] = [SIGCHLD, SIGCONT, SIGWINCH, SIGURG, SIGSTOP, SIGTSTP];

const SIGNAL_NAMES = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

/** Facts that a process starts with. */
export interface FakeProcessStart {
  readonly parent: number;
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A process in the table. */
export class FakeProcess {
  readonly pid: number;
  readonly startTicks: number;
  readonly start: FakeProcessStart;
  /** Signals that came, in order. */
  readonly signals: number[] = [];
  onSignal: SignalHandler = () => false;
  readonly exited: Promise<FakeEnding>;
  state: "S" | "Z" | "gone" = "S";
  readonly #ended: (ending: FakeEnding) => void;
  readonly #onExit: (process: FakeProcess) => void;

  constructor(
    pid: number,
    startTicks: number,
    how: { start: FakeProcessStart; onExit: (process: FakeProcess) => void },
  ) {
    this.pid = pid;
    this.startTicks = startTicks;
    this.start = how.start;
    this.#onExit = how.onExit;
    const { promise, resolve } = Promise.withResolvers<FakeEnding>();
    this.exited = promise;
    this.#ended = resolve;
  }

  get alive(): boolean {
    return this.state === "S";
  }

  /** Ends the process. The first ending counts. `zombie` leaves it in the table until `reap`. */
  exit(ending: FakeEnding, options: { readonly zombie?: boolean } = {}): void {
    if (!this.alive) return;
    this.state = options.zombie ? "Z" : "gone";
    this.#onExit(this);
    this.#ended(ending);
  }

  reap(): void {
    if (this.state !== "Z") return;
    this.state = "gone";
    this.#onExit(this);
  }

  signal(signal: number): void {
    this.signals.push(signal);
    if (signal === 0 || !this.alive) return;
    if (signal !== SIGKILL && (this.onSignal(signal) || HARMLESS.includes(signal))) return;
    this.exit({ signal: SIGNAL_NAMES.get(signal) ?? `SIG${signal}` });
  }
}

/** All processes of a fake machine. */
export class FakeProcessTable {
  readonly #now: () => number;
  readonly #processes = new Map<number, FakeProcess>();
  /** Called for a process that was started, and once it is dead. */
  readonly onStart = new Set<(process: FakeProcess) => void>();
  readonly onExit = new Set<(process: FakeProcess) => void>();
  #last = 1000;
  #starts = 0;

  constructor(monotonic: () => number) {
    this.#now = monotonic;
  }

  /** Puts a process into the table; it lives until it is told to exit or killed. */
  start(start: FakeProcessStart): FakeProcess {
    this.#last += 1;
    return this.#add(this.#last, start);
  }

  /** As `start`, under a pid that a dead process had. */
  reuse(pid: number, start: FakeProcessStart): FakeProcess {
    if (this.#processes.has(pid)) throw new Error(`pid ${pid} is in use`);
    return this.#add(pid, start);
  }

  #add(pid: number, start: FakeProcessStart): FakeProcess {
    // Each start has a tick of its own, as a reused pid has a later one.
    this.#starts += 1;
    const ticks = Math.floor(this.#now() * TICKS_PER_MS) + this.#starts;
    const onExit = (process: FakeProcess) => {
      if (process.state === "gone") this.#processes.delete(process.pid);
      for (const listener of this.onExit) listener(process);
    };
    const process = new FakeProcess(pid, ticks, { start, onExit });
    this.#processes.set(pid, process);
    for (const listener of this.onStart) listener(process);
    return process;
  }

  get(pid: number): FakeProcess | undefined {
    return this.#processes.get(pid);
  }

  /** In order of their start. */
  list(): readonly FakeProcess[] {
    return [...this.#processes.values()];
  }
}
