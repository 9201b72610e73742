import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { docExamples } from "./doc-examples.ts";

const SOURCE = join(import.meta.dirname, "../../src");

/** The library's interfaces with verbs: file, and how an example calls them. */
const INTERFACES: Readonly<Record<string, { readonly file: string; readonly call: string }>> = {
  Containers: { file: "containers", call: "engine.containers" },
  Pods: { file: "pods", call: "engine.pods" },
  PodHandle: { file: "pods", call: "pod" },
  Images: { file: "images", call: "engine.images" },
  Volumes: { file: "volumes", call: "engine.volumes" },
  Networks: { file: "networks", call: "engine.networks" },
  System: { file: "system", call: "engine.system" },
  EventSource: { file: "system", call: "engine" },
};

interface Method {
  readonly name: string;
  readonly isDocumented: boolean;
}

/** The methods of an interface, overloads one by one. Members stand two blanks deep, as the formatter has it. */
function methodsOf(name: string, file: string): readonly Method[] {
  const lines = readFileSync(join(SOURCE, `engine/api/${file}.ts`), "utf8").split("\n");
  const begin = lines.findIndex((line) => line.startsWith(`export interface ${name}`));
  assert.ok(begin >= 0, `engine/api/${file}.ts has no interface ${name}`);
  const end = lines.indexOf("}", begin);
  return lines.slice(begin, end).flatMap((line, at) => {
    const method = /^ {2}(\w+)(?:<[^(]*>)?\(/.exec(line)?.[1];
    return method === undefined
      ? []
      : [{ name: method, isDocumented: lines[begin + at - 1]?.trimEnd().endsWith("*/") ?? false }];
  });
}

for (const [name, { file, call }] of Object.entries(INTERFACES))
  test(`every method of ${name} has a docstring and an example`, () => {
    const methods = methodsOf(name, file);
    assert.ok(methods.length > 0);
    const code = docExamples()
      .map((example) => example.code)
      .join("\n");
    const undocumented = methods.filter((method) => !method.isDocumented);
    const unshown = methods.filter((method) => !code.includes(`${call}.${method.name}(`));
    assert.deepEqual([undocumented, unshown], [[], []]);
  });

/** What `index.ts` exports besides types, and the file that holds it. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  openEngine: "open.ts",
  EngineError: "base/errors.ts",
  hasCode: "base/errors.ts",
  isEngineError: "base/errors.ts",
};

test("every exported function and class has a docstring and an example", async () => {
  const exported = Object.keys(await import("minke")).sort();
  assert.deepEqual(exported, Object.keys(FUNCTIONS).sort());
  const code = docExamples()
    .map((example) => example.code)
    .join("\n");
  for (const [name, file] of Object.entries(FUNCTIONS)) {
    const text = readFileSync(join(SOURCE, file), "utf8");
    assert.match(text, new RegExp(`\\*/\\nexport (?:async )?(?:function|class) ${name}\\b`), name);
    assert.ok(code.includes(name), `docs/library.md shows no ${name}`);
  }
});
