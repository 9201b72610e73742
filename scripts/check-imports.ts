/**
 * Checks the import rules of docs/architecture.md: which folder may import which, no cycles, no default exports, and
 * where `node:` modules, `Bun`, `process` and `console` may appear. Prints each breach and exits 1.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";

const SOURCE = join(import.meta.dirname, "..", "src");

/** Folder to the folders it may import, itself included by rule. A new edge needs a reason in the commit. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  model: ["base"],
  host: ["base", "model"],
  config: ["base", "model", "host/ports"],
  store: ["base", "model", "host/ports"],
  "drivers/conmon": ["base", "model", "host/ports"],
  "drivers/oci-runtime": ["base", "model", "host/ports"],
  "drivers/netavark": ["base", "model", "host/ports"],
  "drivers/rtnetlink": ["base", "model", "host/ports"],
  "drivers/skopeo": ["base", "model", "host/ports"],
  images: ["base", "model", "host/ports", "config", "store", "engine/api", "drivers/skopeo"],
  network: ["base", "model", "host/ports", "config", "store", "engine/api", "drivers/netavark", "drivers/rtnetlink"],
  spec: ["base", "model", "config", "engine/api"],
  "engine/api": ["base", "model"],
  // The whole engine on the in-memory host, for tests only: nothing else may import it.
  "engine/testing": ["*"],
  engine: ["base", "model", "host/ports", "config", "store", "drivers", "images", "network", "spec", "engine/api"],
  cli: ["base", "model", "engine/api"],
  bin: ["*"],
  "": ["*"],
};

/** Constants of the kernel's interface that any folder may name. */
const EVERYWHERE = ["host/mount-flags"];

const PURE_NODE = ["node:path", "node:util", "node:events", "node:stream", "node:crypto"];

function sourceFiles(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts") ? [path] : [];
  });
}

/** The longest rule name that holds a file. */
function folderOf(file: string): string {
  const names = Object.keys(MAY_IMPORT).filter(
    (name) => name !== "" && (file === `${name}.ts` || file.startsWith(`${name}/`)),
  );
  return names.sort((a, b) => b.length - a.length)[0] ?? "";
}

function mayImport(from: string, target: string): boolean {
  const folder = folderOf(from);
  const allowed = MAY_IMPORT[folder] ?? [];
  if (allowed.includes("*") || folderOf(target) === folder) return true;
  const stem = target.replace(/\.ts$/, "");
  return [...allowed, ...EVERYWHERE].some((name) => stem === name || stem.startsWith(`${name}/`));
}

/** Imports of one file: `import ... from "x"`, `export ... from "x"`, `import("x")`. */
function importsOf(text: string): string[] {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^;'"]*?\bfrom\s*["']([^"']+)["']|(?:^|\n)\s*import\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/g;
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

/** Names of a cycle through static imports, or undefined. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): readonly string[] | undefined => {
    const at = path.indexOf(file);
    if (at >= 0) return [...path.slice(at), file];
    if (done.has(file)) return undefined;
    path.push(file);
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next);
      if (cycle) return cycle;
    }
    path.pop();
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const cycle = visit(file);
    if (cycle) return cycle;
  }
  return undefined;
}

const stripComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|[^:"'`])\/\/.*$/gm, "$1");

function breachesOf(file: string, text: string, targets: readonly string[]): string[] {
  const breaches: string[] = [];
  const folder = folderOf(file);
  const code = stripComments(text);
  for (const target of targets) {
    if (!target.startsWith(".")) {
      const free = folder === "host" || folder === "bin" || folder === "";
      if (target.startsWith("node:") && !free && !PURE_NODE.some((m) => target === m || target.startsWith(`${m}/`)))
        breaches.push(`${file}: ${target} belongs in host/`);
      continue;
    }
    const resolved = normalize(join(dirname(file), target));
    if (!mayImport(file, resolved)) breaches.push(`${file}: ${folder || "src"} may not import ${resolved}`);
  }
  if (/^export default\b/m.test(code)) breaches.push(`${file}: default export`);
  if (/\bBun\.|["']bun:/.test(code) && file !== "host/bun.ts")
    breaches.push(`${file}: Bun-only API outside host/bun.ts`);
  if (!["host", "bin", "", "engine/testing"].includes(folder)) {
    if (
      /\bprocess\.(?!exited\b)[a-z]/.test(code.replace(/[\w.]\.process\./g, "")) &&
      /(^|[^.\w])process\.(env|exit|argv|stdin|stdout|stderr|cwd|kill|pid|on)\b/.test(code)
    )
      breaches.push(`${file}: process belongs in host/ or bin/`);
    if (/(^|[^.\w])console\./.test(code)) breaches.push(`${file}: console belongs in bin/`);
    if (/\bDate\.now\(\)/.test(code)) breaches.push(`${file}: Date.now belongs in host/ (use Clock)`);
  }
  const lines = text.split("\n").length;
  if (lines > 450) breaches.push(`${file}: ${lines} lines, split it (limit 450)`);
  return breaches;
}

const graph = new Map<string, string[]>();
const breaches: string[] = [];
for (const path of sourceFiles(SOURCE)) {
  const file = relative(SOURCE, path);
  const text = readFileSync(path, "utf8");
  const targets = importsOf(text);
  breaches.push(...breachesOf(file, text, targets));
  graph.set(
    file,
    targets.filter((t) => t.startsWith(".")).map((t) => normalize(join(dirname(file), t))),
  );
}
const cycle = findCycle(graph);
if (cycle) breaches.push(`cycle: ${cycle.join(" -> ")}`);
for (const breach of breaches) console.error(breach);
console.log(`${graph.size} files, ${breaches.length} breaches of the import rules`);
process.exit(breaches.length === 0 ? 0 : 1);
