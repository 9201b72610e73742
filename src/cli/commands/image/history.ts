import type { ImageHistoryRow } from "../../../engine/api/images.ts";
import { exactly } from "../../argument-rules.ts";
import { defineCommand } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { bool, text } from "../../flag-kinds.ts";
import { isJsonFormat, renderFormat } from "../../render/format.ts";
import { GoTime } from "../../render/go-time.ts";
import { humanAgo, humanImageSize } from "../../render/human.ts";
import { formatJson } from "../../render/json.ts";
import { type Column, renderTable } from "../../render/table.ts";

/** Characters of a command that are shown without `--no-trunc`. */
const COMMAND_WIDTH = 45;

const seconds = (row: ImageHistoryRow) => GoTime.fromMs(Math.floor(row.createdAt / 1000) * 1000);

function cutCommand(command: string): string {
  return command.length > COMMAND_WIDTH ? `${command.slice(0, COMMAND_WIDTH - 3)}...` : command;
}

type View = { readonly now: number; readonly noTrunc: boolean; readonly human: boolean };

function rowOf(row: ImageHistoryRow, view: View) {
  const since = humanAgo(row.createdAt, view.now);
  return {
    ID: view.noTrunc ? row.id : row.id.slice(0, row.id.startsWith("<") ? undefined : 12),
    Created: view.human ? since : seconds(row).rfc3339(),
    CreatedAt: seconds(row),
    CreatedSince: since,
    CreatedBy: view.noTrunc ? row.createdBy : cutCommand(row.createdBy),
    Size: humanImageSize(row.size),
    Comment: row.comment,
    Tags: row.tags,
  };
}

const COLUMNS: readonly Column<ReturnType<typeof rowOf>>[] = [
  { header: "ID", value: (row) => row.ID },
  { header: "CREATED", value: (row) => row.Created },
  { header: "CREATED BY", value: (row) => row.CreatedBy },
  { header: "SIZE", value: (row) => row.Size },
  { header: "COMMENT", value: (row) => row.Comment },
];

const jsonOf = (row: ImageHistoryRow) => ({
  id: row.id,
  created: GoTime.fromMs(row.createdAt),
  CreatedBy: row.createdBy,
  size: row.size,
  comment: row.comment,
  ...(row.tags.length > 0 ? { tags: row.tags } : {}),
  Created: seconds(row).rfc3339(),
});

/** `history` (podman-history(1)). */
export const history = defineCommand({
  usage: "[options] IMAGE",
  description: "Shows how an image was made, the newest step first.",
  examples: ["history app:1"],
  flags: {
    format: text("Go template, `table` with one, or json"),
    human: bool("Show sizes and times for people", { short: "H", default: true }),
    "no-trunc": bool("Show whole IDs and commands"),
    quiet: bool("Show IDs only", { short: "q" }),
  },
  args: exactly(1),
  run: async (io, input) => {
    const { flags } = input;
    const steps = await io.engine.images.history(input.args[0] ?? "");
    const view = { now: io.now(), noTrunc: flags["no-trunc"], human: flags.human };
    const rows = steps.map((step) => rowOf(step, view));
    if (flags.format !== undefined && isJsonFormat(flags.format)) await io.out(`${formatJson(steps.map(jsonOf))}\n`);
    else if (flags.quiet) await io.out(rows.map((row) => `${row.ID}\n`).join(""));
    else if (flags.format !== undefined)
      await io.out(renderFormat(flags.format, rows, { name: "history", typeName: "images.historyReporter" }));
    else await io.out(renderTable(COLUMNS, rows));
    return EXIT.ok;
  },
});
