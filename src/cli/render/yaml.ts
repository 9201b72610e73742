import { compareKeys } from "./json.ts";

/** Words that YAML reads as null or a truth value. */
const WORDS = /^(?:|~|null|true|false|yes|no|on|off|y|n)$/i;

/** Numbers, times of day and dates. */
const NUMBERS =
  /^(?:[-+]?(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:e[-+]?\d+)?|[-+]?0[xob][\da-f_]+|[-+]?\d+(?::\d+)+(?:\.\d*)?|[-+]?\.(?:inf|nan)|\d{4}-\d.*)$/i;

/** Text that begins or goes on like YAML's own marks. */
const MARKS = /^(?:[-?:](?:\s.*)?|[[\]{},#&*!|>'"%@`].*|.*: .*|.*:|.* #.*|\s.*|.*\s|---.*|\.\.\..*)$/s;

function scalar(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (typeof value !== "string") return String(value);
  if (/[\x00-\x1f\x7f-\x9f\u2028\u2029]/.test(value)) return JSON.stringify(value);
  if (value === "" || NUMBERS.test(value)) return `"${value}"`;
  return WORDS.test(value) || MARKS.test(value) ? `'${value.replaceAll("'", "''")}'` : value;
}

function block(value: unknown, indent: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => listItem(item, indent));
  const entries = Object.entries(value as object)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => compareKeys(a, b));
  return entries.flatMap(([key, item]) => {
    const name = `${indent}${scalar(key)}:`;
    if (typeof item === "string" && item.includes("\n") && !/[\x00-\x09\x0b-\x1f\x7f-\x9f]|^\s/.test(item))
      return [
        `${name} ${item.endsWith("\n") ? "|" : "|-"}`,
        ...item
          .replace(/\n$/, "")
          .split("\n")
          .map((line) => (line === "" ? "" : `${indent}  ${line}`)),
      ];
    if (isEmpty(item)) return [`${name} ${Array.isArray(item) ? "[]" : "{}"}`];
    // A list stands at the indent of its key.
    if (Array.isArray(item)) return [name, ...block(item, indent)];
    if (isContainer(item)) return [name, ...block(item, `${indent}  `)];
    return [`${name} ${scalar(item)}`];
  });
}

function listItem(item: unknown, indent: string): readonly string[] {
  if (isEmpty(item)) return [`${indent}- ${Array.isArray(item) ? "[]" : "{}"}`];
  if (!isContainer(item)) return [`${indent}- ${scalar(item)}`];
  const [first = "", ...rest] = block(item, `${indent}  `);
  return [`${indent}- ${first.slice(indent.length + 2)}`, ...rest];
}

const isContainer = (value: unknown): value is object => typeof value === "object" && value !== null;

const isEmpty = (value: unknown) => isContainer(value) && Object.keys(value).length === 0;

/** JSON-ready data as YAML in the layout that `podman info` prints: keys sorted, two blanks a level. */
export function formatYaml(value: Readonly<Record<string, unknown>>): string {
  return isEmpty(value) ? "{}\n" : `${block(value, "").join("\n")}\n`;
}
