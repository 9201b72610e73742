import { fail, hasCode } from "../../../base/errors.ts";
import type { ContainerStats } from "../../../engine/api/containers.ts";
import type { ArgumentRule } from "../../argument-rules.ts";
import { defineCommand, type Io } from "../../command.ts";
import { EXIT } from "../../exit-codes.ts";
import { bool, text } from "../../flag-kinds.ts";
import { isJsonFormat, renderFormat } from "../../render/format.ts";
import { formatJson, JSON_INDENT } from "../../render/json.ts";
import { statsFields } from "../../render/stats.ts";
import { type Column, renderTable } from "../../render/table.ts";
import { latestPod, podOf } from "./members.ts";
import { ALL, LATEST } from "./selection.ts";

/** Milliseconds between two readings. */
const INTERVAL = 1000;

const CLEAR = "\x1b[2J\x1b[H";

function rowOf(stats: ContainerStats, previous: ContainerStats | undefined) {
  const fields = statsFields(stats, previous);
  return {
    CPU: fields.cpu,
    MemUsage: fields.memory,
    MemUsageBytes: fields.memoryBinary,
    Mem: fields.memoryPercent,
    NetIO: fields.network,
    BlockIO: fields.block,
    PIDS: fields.pids,
    Pod: stats.podId.slice(0, 12),
    CID: stats.id.slice(0, 12),
    Name: stats.name,
  };
}

type Row = ReturnType<typeof rowOf>;

const COLUMNS: readonly Column<Row>[] = [
  { header: "POD", value: (row) => row.Pod },
  { header: "CID", value: (row) => row.CID },
  { header: "NAME", value: (row) => row.Name },
  { header: "CPU %", value: (row) => row.CPU },
  { header: "MEM USAGE/ LIMIT", value: (row) => row.MemUsage },
  { header: "MEM %", value: (row) => row.Mem },
  { header: "NET IO", value: (row) => row.NetIO },
  { header: "BLOCK IO", value: (row) => row.BlockIO },
  { header: "PIDS", value: (row) => row.PIDS },
];

const HEADERS = {
  CPU: "CPU %",
  MemUsage: "MEM USAGE/ LIMIT",
  MemUsageBytes: "MEM USAGE/ LIMIT",
  Mem: "MEM %",
  NetIO: "NET IO",
  BlockIO: "BLOCK IO",
};

const rule: ArgumentRule = ({ args, flags }) => {
  const ways = [flags["all"] === true, flags["latest"] === true, args.length > 0].filter(Boolean).length;
  if (ways > 1) throw fail("INVALID_ARGUMENT", { message: "--all, --latest and arguments cannot be used together" });
};

/** Ids of the containers to read: those of the named pods, or of all. */
async function memberIds(io: Io, input: { args: readonly string[]; flags: { latest: boolean } }) {
  try {
    const pods = input.flags.latest
      ? [await latestPod(io)]
      : input.args.length === 0
        ? await io.engine.pods.list()
        : await Promise.all(input.args.map((ref) => podOf(io, ref)));
    return pods.flatMap((pod) => pod.members.map((member) => member.id));
  } catch (error) {
    if (!hasCode(error, "NO_SUCH_POD") && !hasCode(error, "NO_PODS")) throw error;
    const message = `unable to get list of pods: ${error.message}`;
    throw fail("INVALID_ARGUMENT", { message }, { cause: error });
  }
}

function render(rows: readonly Row[], format: string | undefined): string {
  if (format !== undefined && isJsonFormat(format)) return `${formatJson(rows, { indent: JSON_INDENT.inspect })}\n`;
  if (format !== undefined && format !== "")
    return renderFormat(format, rows, { name: "stats", typeName: "entities.PodStatsReport", headers: HEADERS });
  if (rows.length > 0) return renderTable(COLUMNS, rows);
  return renderTable(
    COLUMNS.map(({ header }) => ({ header, value: () => "--" })),
    [undefined],
  );
}

/** `pod stats` (spec/pods.md 8.3). */
export const stats = defineCommand({
  usage: "[options] [POD...]",
  description: "Shows what the containers of pods use, again every second.",
  examples: ["pod stats", "pod stats --no-stream web"],
  flags: {
    all: ALL,
    format: text("Go template, `table` with one, or json"),
    latest: LATEST,
    "no-reset": bool("Do not clear the screen in between"),
    "no-stream": bool("Show once and leave"),
  },
  args: rule,
  run: async (io, input) => {
    const { flags } = input;
    let previous = new Map<string, ContainerStats>();
    for (;;) {
      const readings = await io.engine.containers.stats(await memberIds(io, input));
      const rows = readings.map((reading) => rowOf(reading, previous.get(reading.id)));
      const clear = !flags["no-stream"] && !flags["no-reset"] && flags.format === undefined ? CLEAR : "";
      await io.out(clear + render(rows, flags.format));
      if (flags["no-stream"]) return EXIT.ok;
      previous = new Map(readings.map((reading) => [reading.id, reading]));
      await io.sleep(INTERVAL);
    }
  },
});
