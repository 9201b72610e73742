import type { Finding } from "../../../engine/api/system.ts";
import { noArguments } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { text } from "../../flag-kinds.ts";
import { escapeControls } from "../../render/escape.ts";
import { renderFormat } from "../../render/format.ts";
import { renderTable } from "../../render/table.ts";

const COLUMNS = [
  { header: "LEVEL", value: (finding: Finding) => finding.level },
  { header: "SUBJECT", value: (finding: Finding) => finding.subject },
  { header: "FOUND", value: (finding: Finding) => finding.detail },
];

/** What to do, below the table: remedies are sentences. */
function remediesOf(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ subject, remedy }) => (remedy === undefined ? [] : [`  ${subject}: ${remedy}\n`]));
  return lines.length === 0 ? "" : `\nWhat to do:\n${escapeControls(lines.join(""), { keep: "\n" })}`;
}

/** The row as JSON and templates see it. */
const rowOf = ({ subject, level, detail, remedy }: Finding) => ({
  Subject: subject,
  Level: level,
  Detail: detail,
  Remedy: remedy ?? "",
});

/** `doctor`: what this host can do, what was chosen and why, and what to install. */
export const doctor = defineCommand({
  usage: "[options]",
  description:
    "Checks what this host can do and says what was chosen because of it, and what to do where something is missing.\nThe exit code is 1 if something is missing that containers need.",
  examples: ["doctor", "doctor --format json"],
  flags: { format: text("Go template, `table` with one, or json", { short: "f" }) },
  args: noArguments,
  run: async (io, input) => {
    const findings = await io.engine.system.doctor();
    const { format } = input.flags;
    if (format === undefined || format === "") await io.out(renderTable(COLUMNS, findings) + remediesOf(findings));
    else await io.out(renderFormat(format, findings.map(rowOf), { name: "doctor", headers: { Detail: "FOUND" } }));
    return findings.some((finding) => finding.level === "error") ? 1 : EXIT.ok;
  },
});
