import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A code block of the documentation. */
export interface DocExample {
  /** File, from the project's root. */
  readonly page: string;
  /** Heading of the section that it stands in. */
  readonly section: string;
  /** Line of the page where the code begins, from 1. */
  readonly line: number;
  readonly code: string;
  /** What it prints, in order: the texts of its `// =>` comments. */
  readonly prints: readonly string[];
}

const PROJECT = join(import.meta.dirname, "../..");

/** Reads the TypeScript blocks of the README and of the library's page, in order. */
export function docExamples(): readonly DocExample[] {
  return ["README.md", "docs/library.md"].flatMap(examplesOf);
}

function examplesOf(page: string): readonly DocExample[] {
  const lines = readFileSync(join(PROJECT, page), "utf8").split("\n");
  const examples: DocExample[] = [];
  let section = "";
  let begin: number | undefined;
  for (const [at, line] of lines.entries()) {
    if (begin === undefined && line.startsWith("## ")) section = line.slice(3);
    else if (line === "```ts") begin = at + 1;
    else if (line === "```" && begin !== undefined) {
      const code = lines.slice(begin, at).join("\n");
      const prints = [...code.matchAll(/\/\/ => (.*)$/gm)].map((match) => match[1] ?? "");
      examples.push({ page, section, line: begin + 1, code, prints });
      begin = undefined;
    }
  }
  return examples;
}

/** What the pages' texts stand for while they are tested. */
export interface DocPlace {
  /** A directory for the examples' files, which the pages call /data. */
  readonly data: string;
  /** A free port of the host, which the pages call 8080. */
  readonly port: number;
}

/**
 * A module with one example as its function `example`. Imports go to the top, and the package goes through `minke.ts`, where
 * `openEngine` has a root for tests.
 */
export function moduleOf(example: DocExample, place: DocPlace): string {
  const imports = /^import [^;]+;$/gm;
  const hoisted = [...example.code.matchAll(imports)].map((match) => match[0].replace('"minke"', '"./minke.ts"'));
  const body = example.code
    .replace(imports, "")
    .replaceAll("/data/", `${place.data}/`)
    .replaceAll("8080", String(place.port))
    // A guard against hangs, not a promise about a loaded machine.
    .replaceAll("AbortSignal.timeout(10_000)", "AbortSignal.timeout(120_000)");
  const opensItsOwn = /\bengine = await openEngine\(/.test(body);
  return [
    'import type { Engine } from "minke";',
    ...hoisted,
    `export async function example(${opensItsOwn ? "_engine" : "engine"}: Engine, console: Pick<Console, "log" | "error">): Promise<void> {`,
    body,
    "}",
    "",
  ].join("\n");
}

/** `minke` for the examples: an engine opens where `MINKE_EXAMPLES` says unless it is told otherwise. */
const PACKAGE = `import { type Engine, type EngineOptions, openEngine as open } from "minke";
export * from "minke";
export function openEngine(options: EngineOptions = {}): Promise<Engine> {
  const place = process.env["MINKE_EXAMPLES"] ?? "";
  return open({ root: \`\${place}/root\`, runRoot: \`\${place}/run\`, ...options });
}
`;

/** Writes the modules of examples into a directory and returns their paths. */
export function writeModules(directory: string, examples: readonly DocExample[], place: DocPlace): readonly string[] {
  writeFileSync(join(directory, "minke.ts"), PACKAGE);
  return examples.map((example) => {
    const path = join(directory, `${example.page.replaceAll("/", "-")}-${example.line}.ts`);
    writeFileSync(path, moduleOf(example, place));
    return path;
  });
}
