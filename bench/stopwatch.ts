import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineCli } from "../test/support/engine-cli.ts";

/** Middle value of a list that is not empty. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? high) + high) / 2;
}

/** Milliseconds per row of the result, one entry for each round. */
export type Samples = Map<string, number[]>;

export function record(samples: Samples, row: string, value: number): void {
  const list = samples.get(row) ?? [];
  list.push(value);
  samples.set(row, list);
}

/** Runs commands of one engine, blocking, and takes their time from spawn to exit. */
export class Stopwatch {
  readonly engine: EngineCli;
  readonly samples: Samples = new Map();
  /** False in the round that only warms caches. */
  recording = false;

  constructor(engine: EngineCli) {
    this.engine = engine;
  }

  /** Runs a command without taking its time. It must succeed. */
  run(...args: readonly string[]): void {
    this.#spawn(args);
  }

  /** Runs a command and records its milliseconds in a row of the result. It must succeed. */
  time(row: string, ...args: readonly string[]): void {
    const milliseconds = this.#spawn(args);
    if (this.recording) record(this.samples, row, milliseconds);
  }

  /** Records a value that was measured in another way. */
  note(row: string, value: number): void {
    if (this.recording) record(this.samples, row, value);
  }

  #spawn(args: readonly string[]): number {
    const [program, ...globals] = this.engine.command;
    // To a file, not a pipe: a pipe would also wait for whoever inherited it.
    const directory = mkdtempSync(join(tmpdir(), "minke-bench-"));
    const errors = openSync(join(directory, "stderr"), "w");
    try {
      const started = performance.now();
      const { status, error } = spawnSync(program, [...globals, ...args], {
        env: this.engine.env,
        stdio: ["ignore", "ignore", errors],
      });
      const milliseconds = performance.now() - started;
      if (error) throw error;
      if (status === 0) return milliseconds;
      const text = readFileSync(join(directory, "stderr"), "utf8");
      throw new Error(`${program} ${args.join(" ")}: exit code ${status}\n${text}`);
    } finally {
      closeSync(errors);
      rmSync(directory, { recursive: true, force: true });
    }
  }
}
