/** What one run of a test process said. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** `name: reason` of each skipped test, where the reporter tells. */
  readonly skips: readonly string[];
  /** False if the process ended without its reporter's summary. */
  readonly complete: boolean;
}

const numberAfter = (text: string, pattern: RegExp) => Number(text.match(pattern)?.[1] ?? 0);

/**
 * Reads what `node --test --test-reporter=tap` printed.
 *
 * @param output standard output of the process
 */
export function parseTap(output: string): TestCounts {
  const skips = [...output.matchAll(/^\s*ok \d+ - (.*) # SKIP ?(.*)$/gm)];
  return {
    passed: numberAfter(output, /^# pass (\d+)$/m),
    failed: numberAfter(output, /^# fail (\d+)$/m) + numberAfter(output, /^# cancelled (\d+)$/m),
    skipped: numberAfter(output, /^# skipped (\d+)$/m) + numberAfter(output, /^# todo (\d+)$/m),
    skips: skips.map((match) => `${match[1]}: ${match[2] || "no reason given"}`),
    complete: /^# pass \d+$/m.test(output),
  };
}

/**
 * Reads what `bun test` printed; it counts skipped tests but keeps their reasons to itself.
 *
 * @param output standard error of the process
 */
export function parseBun(output: string): TestCounts {
  const skips = [...output.matchAll(/^[([]?(?:skip|todo)[)\]]? (.*?)(?: \[[\d.]+ms\])?$/gm)];
  return {
    passed: numberAfter(output, /^\s*(\d+) pass$/m),
    failed: numberAfter(output, /^\s*(\d+) fail$/m) + numberAfter(output, /^\s*(\d+) errors?$/m),
    skipped: numberAfter(output, /^\s*(\d+) skip$/m) + numberAfter(output, /^\s*(\d+) todo$/m),
    skips: skips.map((match) => match[1] ?? ""),
    complete: /^Ran \d+ tests? across/m.test(output),
  };
}

/**
 * A report without what it says of passed tests, so that the failures can be found.
 *
 * @param output as either runtime printed it
 */
export function withoutPasses(output: string): string {
  return output
    .replace(/^\(pass\) .*\n/gm, "")
    .replace(/^(?: *# Subtest: .*\n)? *ok \d+ (?!.*# SKIP).*\n(?: *---\n(?: .*\n)*? *\.\.\.\n)?/gm, "");
}
