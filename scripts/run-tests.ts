/**
 * Runs the test suites, each file (or batch of small files) as a process of its own, two at a time. Prints failures
 * whole and skips with their reasons, and ends with one line `N passed, N failed, N skipped`.
 *
 * Arguments: names of suites, or parts of file names; none means everything.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";
import { parseBun, parseTap, type TestCounts, withoutPasses } from "./test-report.ts";

const ROOT = join(import.meta.dirname, "..");
const CONCURRENCY = 2;
/** Only a guard against hangs: far above what any file needs on a loaded machine. */
const HANG_MS = 5 * 60_000;

interface Suite {
  readonly name: string;
  /** `check` is no test file but the static part of `npm run check`; it counts as one test. */
  readonly runtime: "bun" | "node" | "check";
  readonly files: string;
  /** Files in one process. Tests with real containers get one each. */
  readonly batch: number;
}

const SUITES: readonly Suite[] = [
  { name: "check", runtime: "check", files: "scripts/check.sh", batch: 1 },
  { name: "unit-bun", runtime: "bun", files: "{src,scripts}/**/*.test.ts", batch: 25 },
  { name: "unit-node", runtime: "node", files: "{src,scripts}/**/*.test.ts", batch: 25 },
  { name: "contract-bun", runtime: "bun", files: "test/contract/**/*.test.ts", batch: 1 },
  { name: "contract-node", runtime: "node", files: "test/contract/**/*.test.ts", batch: 1 },
  { name: "property-bun", runtime: "bun", files: "test/property/**/*.test.ts", batch: 1 },
  { name: "property-node", runtime: "node", files: "test/property/**/*.test.ts", batch: 1 },
  { name: "faults", runtime: "node", files: "test/faults/**/*.test.ts", batch: 1 },
  { name: "fuzz", runtime: "node", files: "test/fuzz/**/*.test.ts", batch: 1 },
  { name: "robust", runtime: "node", files: "test/robust/**/*.test.ts", batch: 1 },
  { name: "integration", runtime: "node", files: "test/integration/**/*.test.ts", batch: 1 },
  { name: "differential", runtime: "node", files: "test/differential/**/*.test.ts", batch: 1 },
  { name: "e2e", runtime: "node", files: "test/e2e/**/*.test.ts", batch: 1 },
  { name: "library-bun", runtime: "bun", files: "test/library/**/*.test.ts", batch: 1 },
  { name: "library-node", runtime: "node", files: "test/library/**/*.test.ts", batch: 1 },
];

interface Job {
  readonly suite: Suite;
  readonly files: readonly string[];
}

interface Outcome extends TestCounts {
  readonly job: Job;
  readonly ok: boolean;
  readonly seconds: number;
  readonly output: string;
}

function planJobs(words: readonly string[]): Job[] {
  const suites = SUITES.filter((suite) => words.length === 0 || words.includes(suite.name));
  const parts = words.filter((word) => !SUITES.some((suite) => suite.name === word));
  return (suites.length > 0 ? suites : SUITES).flatMap((suite) => {
    const found = globSync(suite.files, { cwd: ROOT }).sort();
    const files = found.filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)));
    const batches: Job[] = [];
    for (let at = 0; at < files.length; at += suite.batch)
      batches.push({ suite, files: files.slice(at, at + suite.batch) });
    return batches;
  });
}

function commandOf({ suite, files }: Job): readonly [string, ...string[]] {
  if (suite.runtime === "check") return ["bash", "scripts/check.sh", "--no-tests"];
  const bin = join(ROOT, "node_modules/.bin");
  if (suite.runtime === "bun")
    return [join(bin, "bun"), "test", "--timeout", String(HANG_MS), ...files.map((f) => `./${f}`)];
  return [join(bin, "node"), "--test", "--test-reporter=tap", "--test-concurrency=1", ...files];
}

const running = new Set<ChildProcess>();

/** Ends a test process and what it started in its process group. */
function endGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}

function parseCounts(runtime: Suite["runtime"], output: string, succeeded: boolean): TestCounts {
  if (runtime === "bun") return parseBun(output);
  if (runtime === "node") return parseTap(output);
  return { passed: succeeded ? 1 : 0, failed: succeeded ? 0 : 1, skipped: 0, skips: [], complete: true };
}

function runJob(job: Job): Promise<Outcome> {
  const [program, ...args] = commandOf(job);
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: ROOT, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    running.add(child);
    let output = "";
    let hung = false;
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr.on("data", (chunk) => {
      output += chunk;
    });
    const guard = setTimeout(() => {
      hung = true;
      endGroup(child);
    }, HANG_MS);
    const finish = (code: number | null) => {
      clearTimeout(guard);
      running.delete(child);
      const counts = parseCounts(job.suite.runtime, output, code === 0);
      const ok = code === 0 && counts.failed === 0 && counts.complete;
      if (hung) output += `\nended after ${HANG_MS / 60_000} minutes without finishing\n`;
      const failed = ok ? 0 : Math.max(1, counts.failed);
      resolve({ ...counts, failed, ok, job, output, seconds: (performance.now() - started) / 1000 });
    };
    // A container's monitor may inherit the pipes and outlive the test: the exit counts, not the end of the output.
    child.on("exit", (code) => setTimeout(finish, 50, code));
    child.on("error", (error) => {
      output += error.message;
      finish(null);
    });
  });
}

function titleOf({ suite, files }: Job): string {
  return `${suite.name} ${files.length === 1 ? files[0] : `${files.length} files`}`;
}

function show(outcome: Outcome): void {
  const { job, ok, passed, failed, skipped, seconds } = outcome;
  const counts = `${passed} passed${failed ? `, ${failed} FAILED` : ""}${skipped ? `, ${skipped} skipped` : ""}`;
  console.log(`${ok ? "ok  " : "FAIL"} ${titleOf(job)} (${counts}, ${seconds.toFixed(1)} s)`);
  for (const skip of outcome.skips) console.log(`     skipped ${skip}`);
  if (!ok) console.log(`${"-".repeat(100)}\n${withoutPasses(outcome.output).trimEnd()}\n${"-".repeat(100)}`);
}

async function runAll(jobs: readonly Job[]): Promise<Outcome[]> {
  const queue = [...jobs];
  const outcomes: Outcome[] = [];
  const worker = async () => {
    for (let job = queue.shift(); job; job = queue.shift()) {
      const outcome = await runJob(job);
      show(outcome);
      outcomes.push(outcome);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return outcomes;
}

/** Test files that no suite runs: somebody forgot them in the table above. */
function forgottenFiles(): string[] {
  const known = new Set(SUITES.flatMap((suite) => globSync(suite.files, { cwd: ROOT })));
  return globSync("{src,scripts,test,bench}/**/*.test.ts", { cwd: ROOT }).filter((file) => !known.has(file));
}

/** Suites that had files of which not one test ran: a wholesale skip is no pass. */
function idleSuites(outcomes: readonly Outcome[]): string[] {
  const names = [...new Set(outcomes.map((outcome) => outcome.job.suite.name))];
  return names.filter((name) => outcomes.every((o) => o.job.suite.name !== name || o.passed + o.failed === 0));
}

for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => {
    for (const child of running) endGroup(child);
    process.exit(130);
  });

const outcomes = await runAll(planJobs(process.argv.slice(2)));
const idle = idleSuites(outcomes);
for (const name of idle) console.log(`FAIL ${name}: every test was skipped`);
const forgotten = forgottenFiles();
for (const file of forgotten) console.log(`FAIL ${file}: no suite runs it`);
const total = (key: "passed" | "failed" | "skipped") => outcomes.reduce((sum, outcome) => sum + outcome[key], 0);
const failed = total("failed") + idle.length + forgotten.length;
if (total("passed") + failed === 0) console.log("FAIL: no test ran");
const failures = outcomes.filter((outcome) => !outcome.ok);
if (failures.length > 0) console.log(`failed: ${failures.map((outcome) => titleOf(outcome.job)).join("; ")}`);
console.log(`${total("passed")} passed, ${failed} failed, ${total("skipped")} skipped`);
process.exit(failed > 0 || total("passed") === 0 ? 1 : 0);
