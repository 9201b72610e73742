/**
 * Checks what no compiler sees: links between the Markdown files resolve, and no tracked file names a path of one
 * machine or the host of a package registry. Prints each breach and exits 1.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

const ROOT = join(import.meta.dirname, "..");

/** Texts that have no place in any tracked file. Written so that this file does not match itself. */
const UNWANTED: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  { pattern: /(?<![\w.$}])\/work\/(?:main|shared|[.]library)\b/, what: "a path of one machine" },
  { pattern: /\/tmp\/(?:team|bash_jobs)\b/, what: "a path of one machine" },
  { pattern: /\/home\/(?!(?:user|app|me)\b)[a-z]\w*\//, what: "a home directory" },
  {
    pattern: /\b(?:registry[.]npmjs|registry[.]yarnpkg|deb[.]debian|security[.]debian|proxy[.]golang)\b/,
    what: "the host of a package registry",
  },
];

/** Anchors that GitHub makes of a page's headings. */
function anchorsOf(markdown: string): Set<string> {
  const headings = [...markdown.matchAll(/^#{1,6}\s+(.+)$/gm)].map((match) => match[1] ?? "");
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .trim()
        .replace(/\s/g, "-"),
    ),
  );
}

function brokenLinks(file: string, text: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, "").replace(/`[^`\n]*`/g, "");
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? "");
  return targets.flatMap((target) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [path = "", anchor] = target.split("#");
    const resolved = path === "" ? join(ROOT, file) : join(ROOT, dirname(file), path);
    if (!existsSync(resolved)) return [`${file}: link to ${target}, which does not exist`];
    if (anchor && resolved.endsWith(".md") && !anchorsOf(readFileSync(resolved, "utf8")).has(anchor))
      return [`${file}: link to ${target}, but there is no such heading`];
    return [];
  });
}

function unwantedText(file: string, text: string): string[] {
  return text.split("\n").flatMap((line, index) => {
    const found = UNWANTED.find(({ pattern }) => pattern.test(line));
    return found ? [`${file}:${index + 1}: names ${found.what}`] : [];
  });
}

/** Tracked files and those that a commit would add. */
function projectFiles(): string[] {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  return [...new Set(listed.split("\0"))].filter((file) => {
    if (file === "" || !existsSync(join(ROOT, file))) return false;
    const { size } = statSync(join(ROOT, file));
    return size < 1 << 20;
  });
}

const files = projectFiles();
const breaches = files.flatMap((file) => {
  const text = readFileSync(join(ROOT, file), "utf8");
  return [...unwantedText(file, text), ...(file.endsWith(".md") ? brokenLinks(file, text) : [])];
});
for (const breach of breaches) console.error(breach);
console.log(`${files.length} files, ${breaches.length} breaches of the documentation rules`);
process.exit(breaches.length === 0 ? 0 : 1);
