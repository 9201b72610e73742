import type { Node, Operand, Pipeline, Template } from "./nodes.ts";

/** `CreatedAt` to `CREATED AT`, as podman derives a heading from a field's name. */
function headingOf(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toUpperCase();
}

function fieldIn(operand: Operand): string | undefined {
  if (operand.kind === "field" || operand.kind === "variable") return operand.names.at(-1);
  if (operand.kind === "pipeline") return operand.names.at(-1) ?? firstField(operand.pipeline);
  return undefined;
}

function firstField(pipeline: Pipeline): string | undefined {
  for (const command of pipeline.commands) {
    for (const operand of command.operands) {
      const name = fieldIn(operand);
      if (name !== undefined) return name;
    }
  }
  return undefined;
}

function headings(nodes: readonly Node[], headers: Readonly<Record<string, string>>): string {
  return nodes
    .map((node) => {
      if (node.kind === "text") return node.text;
      if (node.kind === "break" || node.kind === "continue") return "";
      if (node.kind === "if") return headings(node.body, headers);
      if (node.pipeline.variables.length > 0 && node.kind === "action") return "";
      const name = firstField(node.pipeline);
      if (name === undefined) return node.kind === "action" ? "" : headings(node.body, headers);
      return (Object.hasOwn(headers, name) ? headers[name] : undefined) ?? headingOf(name);
    })
    .join("");
}

/**
 * The heading line of a `table` format: every action stands for the heading of the first field it names. The template is one
 * `range` over the rows.
 *
 * @param headers headings by field name, where they are not simply the name
 */
export function headingsOf(template: Template, headers: Readonly<Record<string, string>>): string {
  const [rows] = template.nodes;
  return rows?.kind === "range" ? headings(rows.body, headers) : "";
}
