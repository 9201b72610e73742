import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const PROJECT = join(import.meta.dirname, "../..");

/** The directory of a program that uses the package. */
export interface Consumer extends Disposable {
  readonly directory: string;
}

/**
 * Makes a project that has the package and Node's types installed.
 *
 * @param packages directories of this project to install, by package name
 */
export function makeConsumer(packages: Readonly<Record<string, string>>): Consumer {
  const directory = mkdtempSync(join(tmpdir(), "minke-consumer-"));
  writeFileSync(join(directory, "package.json"), '{ "type": "module", "private": true }');
  for (const [name, target] of Object.entries({ ...packages, "@types/node": "node_modules/@types/node" })) {
    const link = join(directory, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(PROJECT, target), link);
  }
  return { directory, [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }) };
}

/** Strict as can be: what a user's own settings may ask of our types. */
const STRICT = {
  target: "esnext",
  lib: ["esnext"],
  types: ["node"],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  erasableSyntaxOnly: true,
  allowImportingTsExtensions: true,
  noEmit: true,
};

/**
 * Checks the types of all TypeScript files of a project.
 *
 * @param options compiler options on top of strict ones
 * @returns the compiler's complaints, empty if there are none
 */
export function complaintsOf(consumer: Consumer, options: Readonly<Record<string, unknown>>): string {
  writeFileSync(
    join(consumer.directory, "tsconfig.json"),
    JSON.stringify({ compilerOptions: { ...STRICT, ...options }, include: ["*.ts"] }),
  );
  try {
    execFileSync(join(PROJECT, "node_modules/.bin/tsc"), ["-p", consumer.directory], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    return "";
  } catch (error) {
    return String((error as { readonly stdout?: unknown }).stdout);
  }
}
