import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import type { Budgets } from "./scenarios.ts";
import { median, type Samples } from "./stopwatch.ts";

/** Everything below this line in the result file is written by people and kept. */
const NOTES = "<!-- Written by hand from here on; npm run bench keeps it. -->";

export interface Measured {
  readonly minke: Samples;
  readonly podman: Samples;
  readonly floor: Samples;
  readonly budgets: Budgets;
}

export interface Circumstances {
  readonly command: string;
  readonly runs: number;
  readonly runtime: string;
}

const middle = (samples: Samples, row: string) => median(samples.get(row) ?? []);
const plain = (value: number) => (value < 100 ? value.toFixed(1) : value.toFixed(0));

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map((_, index) => (index === 0 ? "---" : "---:")), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** One line per row of work: medians, ratio, budget and whether it is kept. */
export function renderTable({ minke, podman, budgets }: Measured): string {
  const rows = [...minke.keys()].map((row) => {
    const [ours, theirs, budget] = [middle(minke, row), middle(podman, row), budgets[row] ?? 1];
    const ratio = ours / theirs;
    return [
      row,
      plain(ours),
      plain(theirs),
      ratio.toFixed(2),
      budget.toFixed(2),
      ratio <= budget ? "kept" : "**missed**",
    ];
  });
  return table(["Work (ms, median)", "minke", "podman", "ratio", "budget", ""], rows);
}

export function renderFloor(floor: Samples): string {
  return table(
    ["Underneath any engine", "ms, median"],
    [...floor.keys()].map((row) => [row, plain(middle(floor, row))]),
  );
}

function versionOf(program: string, ...args: readonly string[]): string {
  try {
    return execFileSync(program, args, { encoding: "utf8" }).split("\n")[0]?.trim() ?? "";
  } catch {
    return `${program} ?`;
  }
}

function machine(runtime: string): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  const model = cpus()[0]?.model ?? "unknown CPU";
  const distribution = readFileSync("/etc/os-release", "utf8").match(/^PRETTY_NAME="(.*)"$/m)?.[1] ?? "Linux";
  const versions = [
    versionOf("podman", "--version"),
    versionOf(runtime, "--version"),
    versionOf("conmon", "--version"),
    versionOf("/usr/lib/podman/netavark", "--version"),
  ];
  return `${cpus().length} × ${model}, ${memory} GB, ${distribution}, kernel ${release()}; ${versions.join(", ")}`;
}

/**
 * The text of bench/RESULTS.md.
 *
 * @param path the file as it is now; its notes are kept
 */
export function renderResults(measured: Measured, circumstances: Circumstances, path: string): string {
  const old = existsSync(path) ? readFileSync(path, "utf8") : "";
  const notes = old.includes(NOTES) ? old.slice(old.indexOf(NOTES) + NOTES.length) : "\n";
  const { command, runs, runtime } = circumstances;
  return `# Benchmark

Command: \`${command}\`. Median of ${runs} rounds after one to warm up; each round runs minke and podman in turn, on the
same images, with the same OCI runtime (${runtime}). Each time is a whole command, from spawn to exit.

Machine: ${machine(runtime)}. Load average when it ended: ${loadavg()[0]?.toFixed(1)}; above the number of
processors, something else was running and the numbers say little.

${renderTable(measured)}

${renderFloor(measured.floor)}

${NOTES}${notes}`;
}
